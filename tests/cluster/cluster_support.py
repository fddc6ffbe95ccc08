"""The real cluster of scripts/cluster.sh, what Gluster itself says about it, and what no page may ever say."""

import atexit
import os
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

from support import (
    ASK_THE_NODE,
    REPOSITORY,
    ExporterTestCase,
    Samples,
    collectors_every,
    wait_until,
    wait_until_equal,
)

NODES = (1, 2, 3)
SCRIPT = REPOSITORY / "scripts" / "cluster.sh"
# The files about "heal info" need number 1: it works in no other. Another number lets tests run beside these.
CLUSTER_NUMBER = int(os.environ.get("GLUSTER_CLUSTER") or 1)
# A directory of its own, so that what a killed test run left behind is told apart from a cluster that somebody needs.
_OWN_DIRECTORY = "/tmp/glusterfs_exporter-cluster-tests" + (f"-{CLUSTER_NUMBER}" if CLUSTER_NUMBER != 1 else "")
DIRECTORY = Path(os.environ.get("GLUSTER_CLUSTER_DIR") or _OWN_DIRECTORY)
STARTED_BY = Path(f"{DIRECTORY}.started-by")
NO_FUSE = 3
# The collectors that together tell something of all bricks and daemons: of its own node's an exporter asks the node, of
# the others' the CLI.
ONLINE = ("status", "processes")
SIZES = ("detail", "filesystems")
PROFILES = ("profile", "brick_profile")
HEAL_COUNTS = ("heal_count", "heal_index")
LOCKED = (
    "Another transaction",
    "Locking failed",
    "Unable to acquire lock",
    "Failed to acquire lock",
    "option cluster.max-op-version does not exist",  # so it is worded for this one
)


class Brick(NamedTuple):
    node: int
    name: str  # of its folder

    @property
    def host(self):
        return f"127.1.{CLUSTER_NUMBER}.{self.node}"

    @property
    def path(self):
        return str(DIRECTORY / f"n{self.node}" / "bricks" / self.name)

    def __str__(self):
        return f"{self.host}:{self.path}"


class Layout(NamedTuple):
    """A volume as scripts/cluster.sh makes it, in the words of the metrics."""

    type: str
    bricks: tuple
    subvolumes: int
    replica: int = 0
    arbiter: int = 0
    disperse: int = 0
    redundancy: int = 0
    arbiters: tuple = ()  # indices into bricks

    def subvolume_of(self, index):
        return index // (len(self.bricks) // self.subvolumes)


def _one_on_each_node(name):
    return tuple(Brick(node, name) for node in NODES)


LAYOUTS = {
    "rep3": Layout("replicate", _one_on_each_node("rep3"), subvolumes=1, replica=3),
    "arb": Layout(
        "distributed_replicate",
        (*_one_on_each_node("arb0"), Brick(2, "arb1"), Brick(3, "arb1"), Brick(1, "arb1")),
        subvolumes=2,
        replica=3,
        arbiter=1,
        arbiters=(2, 5),
    ),
    "disp": Layout("disperse", _one_on_each_node("disp"), subvolumes=1, disperse=3, redundancy=1),
    "dist": Layout("distribute", _one_on_each_node("dist"), subvolumes=3),
}


class CommandFailed(AssertionError):
    """A command that had to succeed did not."""


# ---- the cluster ------------------------------------------------------------------------------------------------


class Cluster:
    """scripts/cluster.sh, and `gluster` on its nodes."""

    def __init__(self):
        self._is_up = False
        self._environment = {
            **os.environ,
            "GLUSTER_CLUSTER": str(CLUSTER_NUMBER),
            "GLUSTER_CLUSTER_DIR": str(DIRECTORY),
        }

    # --- up and down

    def bring_up(self):
        """Brings the cluster up once for the whole run; it goes down when Python ends."""
        if self._is_up:
            return
        self._refuse_foreign_cluster()
        STARTED_BY.write_text(f"{os.getpid()} {_process_start(os.getpid())}\n")
        self._is_up = True
        atexit.register(self._take_down)
        self._script("up", limit=300)

    def _refuse_foreign_cluster(self):
        if not (DIRECTORY / "cluster-number").exists():
            return  # whatever else may hold the nodes' addresses, cluster.sh says so
        starter = STARTED_BY.read_text().split() if STARTED_BY.exists() else None
        if starter is None:
            raise RuntimeError(
                f"a cluster that these tests did not start is in {DIRECTORY}. If nobody needs it:"
                f" GLUSTER_CLUSTER={CLUSTER_NUMBER} GLUSTER_CLUSTER_DIR={DIRECTORY} {SCRIPT} down"
            )
        if _process_start(starter[0]) == starter[1]:
            raise RuntimeError(f"other tests (process {starter[0]}) use the cluster in {DIRECTORY} now")
        print(f"removing the cluster that a killed test run left in {DIRECTORY}", file=sys.stderr)
        self._script("down", limit=600)  # thousands of files on a slow disk take their time

    def _take_down(self):
        try:
            self._script("down", limit=600)  # thousands of files on a slow disk take their time
            STARTED_BY.unlink(missing_ok=True)
        except Exception as error:  # at exit nobody else would tell, and the exit status would be that of the tests
            print(f"the cluster could not be taken down: {error}", file=sys.stderr, flush=True)
            os._exit(1)

    def _script(self, *arguments, limit=90, accept=(0,)):
        done = subprocess.run(
            [str(SCRIPT), *map(str, arguments)],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
        )
        if done.returncode not in accept:
            raise CommandFailed(f"cluster.sh {' '.join(map(str, arguments))}: {done.returncode}: {done.stderr}")
        return done

    # --- breaking and mending

    def kill_brick(self, volume, index):
        self._script("kill-brick", volume, index)

    def revive(self, volume):
        self._script("revive", volume)

    def stop_node(self, node):
        self._script("stop-node", node)

    def start_node(self, node):
        self._script("start-node", node)

    def mount(self, volume):
        """The mount point as a Path; None where there is no FUSE."""
        done = self._script("mount", volume, accept=(0, NO_FUSE))
        return None if done.returncode == NO_FUSE else Path(done.stdout.strip())

    def unmount(self, volume):
        self._script("unmount", volume)

    # --- asking it

    def socket(self, node):
        return self._script("socket", node).stdout.strip()

    def address(self, node):
        return f"127.1.{CLUSTER_NUMBER}.{node}"

    def folder(self, node):
        return DIRECTORY / f"n{node}"

    def try_gluster(self, *words, node=1):
        """One attempt at `gluster …` on a node: the CompletedProcess."""
        return self._script("gluster", node, *words, accept=range(256))

    def gluster(self, *words, node=1, limit=60):
        """What `gluster …` prints. The exporters want the same locks all the time, so a conflict is tried again."""

        def unless_locked():
            done = self.try_gluster(*words, node=node)
            return None if any(text in done.stdout + done.stderr for text in LOCKED) else done

        done = wait_until(unless_locked, f"gluster {' '.join(words)} gets the lock", limit)
        if done.returncode != 0 or "unsuccessful" in done.stdout:
            raise CommandFailed(f"gluster {' '.join(words)}: {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def gluster_xml(self, *words, node=1):
        root = ElementTree.fromstring(self.gluster(*words, "--xml", node=node))
        if root.findtext("opRet", "0") != "0":
            raise CommandFailed(f"gluster {' '.join(words)}: {root.findtext('opErrstr')}")
        return root

    def volumes(self):
        """{name: the <volume> element of `volume info`}."""
        return {volume.findtext("name"): volume for volume in self.gluster_xml("volume", "info").iter("volume")}

    def peer_uuids(self):
        """{host: uuid}; from the bricks, since the pool calls the local node "localhost"."""
        bricks = [brick for volume in self.volumes().values() for brick in volume.iter("brick")]
        return {brick.findtext("name").partition(":")[0]: brick.findtext("hostUuid") for brick in bricks}

    def bricks_online(self):
        """{"host:path": bool} of all started volumes, as `volume status` says."""
        online = {}
        for node in self.gluster_xml("volume", "status", "all").iter("node"):
            if node.findtext("path").startswith("/"):  # else it is a daemon
                online[f"{node.findtext('hostname')}:{node.findtext('path')}"] = node.findtext("status") == "1"
        return online

    def connected_peers(self):
        """How many peers node 1 is connected to."""
        return self.gluster("peer", "status").count("Peer in Cluster (Connected)")

    def heal_count(self, volume):
        """{"host:path": entries} as `heal statistics heal-count` says; a brick that could not be asked is left out."""
        counts, brick = {}, None
        for line in self.gluster("volume", "heal", volume, "statistics", "heal-count").splitlines():
            if line.startswith("Brick "):
                brick = line.removeprefix("Brick ")
            elif line.startswith("Number of entries:"):
                counts[brick] = int(line.partition(":")[2])
        return counts

    def heal_summary(self, volume):
        """{"host:path": entries pending} as `heal info summary` says; a brick that is down is left out."""
        root = self.gluster_xml("volume", "heal", volume, "info", "summary")
        pending = {brick.findtext("name"): brick.findtext("numberOfEntriesInHealPending") for brick in root.iter("brick")}
        return {brick: int(count) for brick, count in pending.items() if count and count.isdigit()}

    def state(self):
        """What a test has to leave as it was: volumes, their options, bricks that run, peers."""
        volumes = {
            name: (
                volume.findtext("statusStr"),
                tuple(brick.findtext("name") for brick in volume.iter("brick")),
                tuple(sorted((option.findtext("name"), option.findtext("value")) for option in volume.iter("option"))),
            )
            for name, volume in self.volumes().items()
        }
        return {**volumes, "bricks online": self.bricks_online(), "connected peers": self.connected_peers()}


def _process_start(pid):
    """When the process started, in the kernel's ticks; with the pid it names a process for good. None if it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None


cluster = Cluster()


# ---- pages ------------------------------------------------------------------------------------------------------


def fast_config(default="3s", without=(), **intervals):
    """A configuration that polls soon. Name the collectors that a test is about with the interval "1s"; with all of
    them at one second the exporter holds some lock nearly all the time, and the test's own commands wait. What an
    exporter asks its own node holds no lock, and is at one second always."""
    collectors = collectors_every(default, without=without)
    for name in ASK_THE_NODE:
        collectors[name]["interval"] = "1s"
    for name, interval in intervals.items():
        collectors[name]["interval"] = interval
    return {"collectors": collectors}


def last_run_began(samples, collector):
    """When the collector's last run began, in seconds since the epoch; 0 unless that run succeeded."""
    if samples.value("glusterfs_scrape_collector_success", collector=collector) != 1:
        return 0
    ended = samples.value("glusterfs_collector_last_success_timestamp_seconds", collector=collector)
    return ended - samples.value("glusterfs_scrape_collector_duration_seconds", collector=collector)


def samples_after_run(exporter, *collectors, since=None, limit=60):
    """The first page that shows what a run of each of the collectors learnt that began at `since` (now) or later and
    succeeded. This is what "at the next poll" means."""
    since = time.time() if since is None else since

    def fresh_samples():
        samples = exporter.scrape()
        return samples if all(last_run_began(samples, collector) >= since for collector in collectors) else None

    return wait_until(fresh_samples, f"a successful run of {', '.join(collectors)}", limit)


def brick_key(labels):
    labels = dict(labels)
    return labels["volume"], f"{labels['host']}:{labels['brick']}"


def by_brick(samples, name, volume):
    """{"host:path": value} of the volume's bricks."""
    return {brick_key({**dict(labels), "volume": volume})[1]: value for labels, value in samples.having(name, volume=volume).items()}


def brick_value(samples, name, volume, brick):
    return samples.value(name, volume=volume, host=brick.host, brick=brick.path)


def mentions(samples, volume):
    """Every sample that says anything about the volume."""
    return {key: value for key, value in samples.items() if ("volume", volume) in key[1]}


def together(leader, *others):
    """The samples of a leader's page, and what other pages say of bricks and hosts. Nothing may stand on two pages."""
    everything = Samples(leader)
    for samples in others:
        for key, value in samples.items():
            if {"volume", "host"} & dict(key[1]).keys():
                if key in everything:
                    raise AssertionError(f"{key} is told by two exporters")
                everything[key] = value
    return everything


HEAL_NAMES = (
    "glusterfs_brick_heal_pending_entries",
    "glusterfs_brick_split_brain_entries",
    "glusterfs_brick_healing_entries",
)


def _online(samples):
    """{(volume, "host:path"): brick_online}."""
    return {brick_key(labels): value for labels, value in samples.having("glusterfs_brick_online").items()}


def heal_of_lost_bricks(samples):
    """What a page says of heal on bricks that are down. Nobody can know it: the brick is not there to be asked."""
    online = _online(samples)
    return [
        f"{name} of {brick_key(labels)[1]} is {value:g}, and the brick is down"
        for name in HEAL_NAMES
        for labels, value in samples.having(name).items()
        if online.get(brick_key(labels)) == 0
    ]


def contradictions(samples):
    """What a page says of bricks, volumes and the cluster that cannot be true together, whatever they are like."""
    online = _online(samples)
    if len(online) != len(samples.having("glusterfs_brick_online")):
        return ["a brick has brick_online more than once"]
    subvolume_of = {
        brick_key(labels): dict(labels)["subvolume"] for labels in samples.having("glusterfs_brick_info")
    }
    found = [f"brick_online of {brick}, which the volume does not have" for brick in online.keys() - subvolume_of.keys()]
    found += [f"brick_online of {brick} is {value}" for brick, value in online.items() if value not in (0, 1)]

    # A set of bricks: {()} is the volume's, {("subvolume", "0")} one subvolume's.
    sets = {}
    for (volume, brick), subvolume in subvolume_of.items():
        sets.setdefault(("volume", volume, ()), []).append((volume, brick))
        sets.setdefault(("subvolume", volume, (("subvolume", subvolume),)), []).append((volume, brick))
    for (kind, volume, more), bricks in sorted(sets.items()):
        labels = {"volume": volume, **dict(more)}
        found += _contradictions_of_set(samples, kind, labels, [online.get(brick) for brick in bricks])

    if samples.state("glusterfs_cluster_health") == "ok" and 0 in online.values():
        found.append("cluster_health ok with a brick down")
    return found


def _contradictions_of_set(samples, kind, labels, online):
    found = []
    count = samples.value(f"glusterfs_{kind}_bricks_online", **labels)
    expected = None if None in online else sum(online)
    if count != expected:
        found.append(f"{kind}_bricks_online of {labels} is {count}, its bricks say {expected}")
    health = samples.state(f"glusterfs_{kind}_health", **labels)
    if health == "up" and online != [1] * len(online):
        found.append(f"{kind}_health of {labels} is up with bricks {online}")
    if health not in (None, "up") and online == [1] * len(online):
        found.append(f"{kind}_health of {labels} is {health} with all bricks online")
    return found


class PageWatch:
    """Scrapes an exporter all the time, so that nothing that stands on its page for a moment only is missed.

    find_problems(samples) gives a list of texts; .problems holds those of all pages, each text once.
    """

    PAUSE_SECONDS = 0.2

    def __init__(self, exporter, find_problems):
        self._exporter = exporter
        self._find_problems = find_problems
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.pages = 0
        self.problems = []

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._end.set()
        self._thread.join()

    def _watch(self):
        while not self._end.wait(self.PAUSE_SECONDS):
            try:
                found = self._find_problems(self._exporter.scrape())
            except (AssertionError, OSError) as error:
                found = [f"no page: {error}"]
            self.problems += [text for text in found if text not in self.problems]
            self.pages += 1


# ---- tests ------------------------------------------------------------------------------------------------------


class ClusterTestCase(ExporterTestCase):
    """Each class leaves the cluster as it found it; the class itself is checked for that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._state_before = cluster.state()

    @classmethod
    def tearDownClass(cls):
        wait_until_equal(cluster.state, cls._state_before, f"{cls.__name__} leaves the cluster as it found it")
        super().tearDownClass()

    def start_exporter_on(self, node, config, flags=(), port=None):
        """An exporter on that node, ready."""
        return self.launch_exporter_on(node, config, flags, port).wait_ready(60)

    def launch_exporter_on(self, node, config, flags=(), port=None):
        """The same without waiting. On node 1 of cluster 1 without --gluster.socket: the built-in one is its."""
        if (CLUSTER_NUMBER, node) != (1, 1):
            flags = [f"--gluster.socket={cluster.socket(node)}", *flags]
        return self.start_exporter(flags=flags, config=config, address=cluster.address(node), port=port)

    def mount_or_skip(self, volume):
        point = cluster.mount(volume)
        if point is None:
            self.skipTest("no FUSE here: nothing can be written to a volume")
        return point

    def create_volume(self, name, *words, mounted=False):
        """A volume for one test, deleted when the test ends. `words` stand after its name in `volume create`."""
        self.addCleanup(self.delete_volume, name, [word.partition(":")[2] for word in words if ":/" in word])
        cluster.gluster("volume", "create", name, *words, "force")
        return name

    def delete_volume(self, name, brick_paths=()):
        """Deletes the volume, whatever state it is in, and its bricks' files."""
        volume = cluster.volumes().get(name)
        if volume is not None:
            cluster.unmount(name)
            if volume.findtext("statusStr") == "Started":
                cluster.gluster("volume", "stop", name, "force")
            cluster.gluster("volume", "delete", name)
        for path in brick_paths:
            subprocess.run(["rm", "-rf", "--one-file-system", "--", path], check=True)

    def assert_no_contradictions(self, samples):
        self.assertEqual(contradictions(samples), [])

    def assert_all_is_well(self, samples):
        """Every brick of the four volumes online, and everything that follows from that."""
        self.assert_no_contradictions(samples)
        for name, layout in LAYOUTS.items():
            self.assertEqual(
                by_brick(samples, "glusterfs_brick_online", name), {str(brick): 1 for brick in layout.bricks}
            )
            self.assertEqual(samples.state("glusterfs_volume_health", volume=name), "up")
        self.assertEqual(samples.state("glusterfs_cluster_health"), "ok")


def write_files(folder, names, size):
    """Files of `size` random bytes, on their bricks when this returns."""
    for name in names:
        with open(folder / name, "wb") as file:
            file.write(os.urandom(size))
            file.flush()
            os.fsync(file.fileno())

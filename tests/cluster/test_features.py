"""Quota, rebalance, remove-brick and bitrot detection, each on a volume of its own, against what Gluster's CLI says."""

import os
import shutil
import time
import unittest
from datetime import datetime
from pathlib import Path

from cluster_support import (
    NODES,
    ONLINE,
    Brick,
    ClusterTestCase,
    CommandFailed,
    cluster,
    fast_config,
    mentions,
    samples_after_run,
    write_files,
)
from support import wait_until, wait_until_equal

MEBIBYTE = 1 << 20


def setUpModule():
    cluster.bring_up()


class FeatureTestCase(ClusterTestCase):
    def start_volume(self, name, *words):
        cluster.gluster("volume", "start", self.create_volume(name, *words))
        return name

    def start_exporter_for(self, *collectors):
        return self.start_exporter_on(1, fast_config(topology="1s", **{collector: "1s" for collector in collectors}))


class Quota(FeatureTestCase):
    VOLUME = "quotatest"
    PATH = "/projects"

    def setUp(self):
        self.make_paths_the_cli_looks_at()
        self.start_volume(self.VOLUME, *map(str, (Brick(node, self.VOLUME) for node in NODES)))
        self.folder = self.mount_or_skip(self.VOLUME)
        self.exporter = self.start_exporter_for("quota", "status")

    def make_paths_the_cli_looks_at(self):
        """`quota list` reads the volume's quota.conf and quotad's pid below the directories that are compiled in,
        whatever glusterd is told: without these links it says that quota is off."""
        self.link("/var/lib/glusterd/vols", self.VOLUME, cluster.folder(1) / "wd" / "vols" / self.VOLUME)
        self.link("/var/run/gluster", "quotad", cluster.folder(1) / "run" / "quotad")
        for command in ("list", "limit"):
            # Gluster leaves these.
            pid_file = Path("/var/run/gluster") / f"{self.VOLUME}_quota_{command}.pid"
            self.addCleanup(pid_file.unlink, missing_ok=True)

    def link(self, folder, name, target):
        """The link is removed when the test ends. One that is there already is somebody else's, and will do: of quotad
        only whether it runs is looked at."""
        folder = Path(folder)
        if not folder.exists():
            folder.mkdir()
            self.addCleanup(folder.rmdir)
        if not (folder / name).exists():
            (folder / name).unlink(missing_ok=True)  # a link to a cluster that is gone
            (folder / name).symlink_to(target)
            self.addCleanup((folder / name).unlink)

    def quota(self, *words):
        return cluster.gluster("volume", "quota", self.VOLUME, *words)

    def limits(self, what="list"):
        """{path: <limit> element}, as `quota list` says. "No quota configured" means that there are none."""
        try:
            root = cluster.gluster_xml("volume", "quota", self.VOLUME, what)
        except CommandFailed as error:
            if "quota configured" in str(error):
                return {}
            raise
        return {limit.findtext("path"): limit for limit in root.iter("limit")}

    def shown(self, samples):
        """{metric without prefix: value} of the limited directory."""
        found = {}
        for (name, labels), value in samples.items():
            if name.startswith("glusterfs_quota_") and ("path", self.PATH) in labels:
                self.assertIn(("volume", self.VOLUME), labels)
                found[name.removeprefix("glusterfs_quota_")] = value
        return found

    def said(self):
        """The same as the CLI tells it."""
        space, objects = self.limits()[self.PATH], self.limits("list-objects")[self.PATH]
        yes = {"Yes": 1, "No": 0}
        return {
            "hard_limit_bytes": float(space.findtext("hard_limit")),
            "soft_limit_bytes": float(space.findtext("soft_limit_value")),
            "used_bytes": float(space.findtext("used_space")),
            "soft_limit_exceeded": yes[space.findtext("sl_exceeded")],
            "hard_limit_exceeded": yes[space.findtext("hl_exceeded")],
            "objects_limit": float(objects.findtext("hard_limit")),
            "files": float(objects.findtext("file_count")),
            "directories": float(objects.findtext("dir_count")),
        }

    def test_limits_and_use(self):
        self.quota("enable")
        for timeout in ("soft-timeout", "hard-timeout"):
            self.quota(timeout, "0")  # so that what was written counts at once
        (self.folder / self.PATH.strip("/")).mkdir()
        self.quota("limit-usage", self.PATH, "10MB", "50%")
        self.quota("limit-objects", self.PATH, "100")
        empty = {
            "hard_limit_bytes": 10 * MEBIBYTE,
            "soft_limit_bytes": 5 * MEBIBYTE,
            "used_bytes": 0,
            "soft_limit_exceeded": 0,
            "hard_limit_exceeded": 0,
            "objects_limit": 100,
            "files": 0,
            "directories": 1,  # the directory itself
        }
        self.wait_until_shown(empty)

        write_files(self.folder / self.PATH.strip("/"), ["a", "b", "c"], 2 * MEBIBYTE)
        self.wait_until_shown({**empty, "used_bytes": 6 * MEBIBYTE, "soft_limit_exceeded": 1, "files": 3})
        samples = samples_after_run(self.exporter, *ONLINE)
        self.assertEqual(
            samples.by("host", "glusterfs_daemon_online", daemon="quotad"),
            {cluster.address(node): 1 for node in NODES},
        )

        self.quota("remove", self.PATH)
        self.quota("remove-objects", self.PATH)
        wait_until_equal(lambda: self.shown(self.exporter.scrape()), {}, "without limits there is nothing to show")

        self.quota("disable")
        samples_after_run(self.exporter, "topology")  # which tells what there is to ask
        samples = samples_after_run(self.exporter, *ONLINE, "quota")
        self.assertEqual([name for name in samples.names() if name.startswith("glusterfs_quota_")], [])
        self.assertEqual(samples.having("glusterfs_daemon_online", daemon="quotad"), {})

    def wait_until_shown(self, expected):
        wait_until_equal(self.said, expected, "Gluster counts what was written", limit=60)
        samples = samples_after_run(self.exporter, "quota")
        self.assertEqual(self.shown(samples), expected)


class Rebalance(FeatureTestCase):
    VOLUME = "rebaltest"
    FILES = 60
    NUMBERS = {  # metric: tag of the CLI's answer
        "moved_files": "files",
        "moved_bytes": "size",
        "scanned_files": "lookups",
        "failed_files": "failures",
        "skipped_files": "skipped",
    }

    def setUp(self):
        self.first, self.second = Brick(1, self.VOLUME), Brick(2, self.VOLUME)
        self.start_volume(self.VOLUME, str(self.first))
        self.addCleanup(shutil.rmtree, self.second.path, ignore_errors=True)
        folder = self.mount_or_skip(self.VOLUME)
        write_files(folder, [f"file{number}" for number in range(self.FILES)], 10_000)
        self.exporter = self.start_exporter_for("status", "rebalance")

    def nodes(self, *words):
        """{host: <node> element} of a status that Gluster tells."""
        hosts = {uuid: host for host, uuid in cluster.peer_uuids().items()}
        root = cluster.gluster_xml("volume", *words, "status")
        return {hosts[node.findtext("id")]: node for node in root.iter("node")}

    def wait_until_completed(self, *words):
        """The answer once no node is at it any more."""

        def completed():
            nodes = self.nodes(*words)
            return nodes if {node.findtext("statusStr") for node in nodes.values()} == {"completed"} else None

        return wait_until(completed, "Gluster has completed the task", limit=120)

    def shown_numbers(self, samples):
        return {
            metric: samples.by("host", f"glusterfs_rebalance_{metric}", volume=self.VOLUME) for metric in self.NUMBERS
        }

    def said_numbers(self, nodes):
        return {
            metric: {host: float(node.findtext(tag)) for host, node in nodes.items()}
            for metric, tag in self.NUMBERS.items()
        }

    def assert_shown(self, task, nodes):
        samples = self.exporter.wait_for(
            lambda samples: samples if self.shown_task(samples) == {task} else None, f"the task {task} is shown", limit=60
        )
        samples = samples_after_run(self.exporter, "rebalance")
        self.assertEqual(self.shown_task(samples), {task})
        self.assertEqual(self.shown_numbers(samples), self.said_numbers(nodes))
        for host, node in nodes.items():
            self.assertEqual(samples.state("glusterfs_rebalance_state", volume=self.VOLUME, host=host), "completed")
            seconds = samples.value("glusterfs_rebalance_run_seconds", volume=self.VOLUME, host=host)
            self.assertEqual(seconds, float(node.findtext("runtime")))
        return samples

    def shown_task(self, samples):
        return {dict(labels)["task"] for labels in samples.having("glusterfs_rebalance_info", volume=self.VOLUME)}

    def rebalance_series(self, samples):
        return [name for name, _ in mentions(samples, self.VOLUME) if name.startswith("glusterfs_rebalance_")]

    def test_rebalance_and_remove_brick(self):
        self.assertEqual(self.rebalance_series(self.exporter.scrape()), [])

        cluster.gluster("volume", "add-brick", self.VOLUME, str(self.second), "force")
        cluster.gluster("volume", "rebalance", self.VOLUME, "start", "force")
        nodes = self.wait_until_completed("rebalance", self.VOLUME)
        moved = sum(self.said_numbers(nodes)["moved_files"].values())
        self.assertTrue(0 < moved < self.FILES, moved)
        samples = self.assert_shown("rebalance", nodes)
        self.assertEqual(samples.value("glusterfs_volume_bricks", volume=self.VOLUME), 2)
        self.assertEqual(samples.value("glusterfs_volume_bricks_online", volume=self.VOLUME), 2)

        words = ("remove-brick", self.VOLUME, str(self.second))
        cluster.gluster("volume", *words, "start")
        nodes = self.wait_until_completed(*words)
        self.assertEqual(sum(self.said_numbers(nodes)["moved_files"].values()), moved)
        self.assert_shown("remove_brick", nodes)

        cluster.gluster("volume", *words, "commit")
        samples = samples_after_run(self.exporter, "topology", *ONLINE)
        self.assertEqual(samples.value("glusterfs_volume_bricks", volume=self.VOLUME), 1)
        self.exporter.wait_for(
            lambda samples: not self.rebalance_series(samples), "what the collector knew before is shown no longer"
        )


class Bitrot(FeatureTestCase):
    VOLUME = "bitrottest"
    FILES = ("one", "two", "three")

    def setUp(self):
        self.bricks = [Brick(node, self.VOLUME) for node in NODES]
        self.start_volume(self.VOLUME, "replica", "3", *map(str, self.bricks))
        self.folder = self.mount_or_skip(self.VOLUME)
        self.exporter = self.start_exporter_for("bitrot", "status")

    def bitrot(self, *words):
        return cluster.gluster("volume", "bitrot", self.VOLUME, *words)

    def status(self):
        """(state, {host: {line's begin: rest}}) as the CLI tells it."""
        head, *blocks = self.bitrot("scrub", "status").split("=" * 20)
        nodes = {}
        for block in blocks:
            lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if "Node" in lines:
                host = lines["Node"].strip()
                nodes[cluster.address(1) if host == "localhost" else host] = {key: value.strip() for key, value in lines.items()}
        state = next(line.partition(":")[2].strip() for line in head.splitlines() if line.startswith("State of scrub"))
        return state, nodes

    # With 1, Gluster may put the timer where it has just looked, and come by again in four minutes. One for each attempt,
    # so that the signer's log tells when it has learnt it.
    SIGNING_SECONDS = (3, 4, 5)

    def enable(self):
        logs = {brick: self.signer_log(brick) for brick in self.bricks}
        self.log_begins = {brick: log.stat().st_size if log.exists() else 0 for brick, log in logs.items()}
        self.bitrot("enable")
        self.bitrot("scrub-throttle", "aggressive")

    def write_and_have_signed(self):
        """Writes the files and gives the bricks on which they are signed, at least one.

        A file is signed some time after it was closed for the last time: 120 s, unless signing-time says less and the
        signer was there to learn it. Gluster 10 has a race: where signer and brick start to talk in the wrong order, the
        brick never tells of closed files. That hits one brick in three, so one that works has to do; where it hits all of
        them they get new signers.
        """
        for seconds in self.SIGNING_SECONDS:
            signed = self.have_signed_after(seconds)
            if signed:
                return signed
            self.bitrot("disable")
            self.enable()
        raise AssertionError("the files are signed on no brick")

    def have_signed_after(self, seconds):
        for brick in self.bricks:
            self.wait_for_signer(brick, f"Completed crawling brick [{{brick-path={brick.path}}}]")
        self.bitrot("signing-time", str(seconds))
        for brick in self.bricks:
            self.wait_for_signer(brick, f"-{self.VOLUME}-bit-rot-0: option expiry-time using set value {seconds}")
        for _ in range(3):
            write_files(self.folder, self.FILES, 1000)  # again: the signer may have missed the first time
            try:
                return wait_until(self.signed_bricks, "some brick signs", limit=seconds + 9)
            except AssertionError:
                pass
        return []

    def signer_log(self, brick):
        return cluster.folder(brick.node) / "log" / "bitd.log"

    def wait_for_signer(self, brick, words):
        log = self.signer_log(brick)

        def says_so():
            return log.exists() and words.encode() in log.read_bytes()[self.log_begins[brick] :]

        wait_until(says_so, f"{log} says: {words}", limit=60)

    def signed_bricks(self):
        return [
            brick
            for brick in self.bricks
            if all("trusted.bit-rot.signature" in os.listxattr(f"{brick.path}/{name}") for name in self.FILES)
        ]

    def scrub(self):
        """Scrubs and gives what Gluster says of each node when all have ended."""
        began = int(time.time())
        self.bitrot("scrub", "ondemand")

        def finished():
            state, nodes = self.status()
            ends = [seconds_since_epoch(lines["Last completed scrub time"]) for lines in nodes.values()]
            return nodes if state == "Active (Idle)" and all(end is not None and end >= began for end in ends) else None

        return wait_until(finished, "the scrub has ended on every node", limit=90)

    def assert_shown(self, nodes):
        samples = samples_after_run(self.exporter, "bitrot")
        self.assertEqual(samples.state("glusterfs_bitrot_scrub_state", volume=self.VOLUME), "idle")
        for metric, line in (
            ("scrubbed_files", "Number of Scrubbed files"),
            ("skipped_files", "Number of Skipped files"),
            ("corrupted_objects", "Error count"),
        ):
            self.assertEqual(
                samples.by("host", f"glusterfs_bitrot_{metric}", volume=self.VOLUME),
                {host: float(lines[line]) for host, lines in nodes.items()},
                metric,
            )
        self.assertEqual(
            samples.by("host", "glusterfs_bitrot_last_scrub_timestamp_seconds", volume=self.VOLUME),
            {host: seconds_since_epoch(lines["Last completed scrub time"]) for host, lines in nodes.items()},
        )
        self.assertEqual(
            samples.by("host", "glusterfs_bitrot_last_scrub_seconds", volume=self.VOLUME),
            {host: seconds_of(lines["Duration of last scrub (D:M:H:M:S)"]) for host, lines in nodes.items()},
        )
        return samples

    def corrupt(self, path):
        """Changes what is stored, not how much, behind Gluster's back."""
        with open(path, "r+b") as file:
            first = file.read(1)
            file.seek(0)
            file.write(bytes([first[0] ^ 0xFF]))

    def test_scrub_and_find(self):
        self.enable()
        samples = self.exporter.wait_for(
            lambda samples: samples if samples.having("glusterfs_bitrot_scrub_state", volume=self.VOLUME) else None,
            "the scrubber is shown", limit=60,
        )
        self.assertEqual(samples.state("glusterfs_bitrot_scrub_state", volume=self.VOLUME), "idle")
        self.assertEqual(samples.having("glusterfs_bitrot_last_scrub_timestamp_seconds"), {})
        self.assertEqual(samples.having("glusterfs_bitrot_last_scrub_seconds"), {})

        signed = self.write_and_have_signed()
        nodes = self.scrub()
        for brick in signed:
            self.assertEqual(nodes[brick.host]["Number of Scrubbed files"], str(len(self.FILES)), brick)
        samples = self.assert_shown(nodes)
        self.assertEqual(
            samples.by("host", "glusterfs_bitrot_corrupted_objects", volume=self.VOLUME),
            {brick.host: 0 for brick in self.bricks},
        )
        for daemon in ("bitd", "scrub"):
            self.assertEqual(
                samples_after_run(self.exporter, *ONLINE).by("host", "glusterfs_daemon_online", daemon=daemon),
                {cluster.address(node): 1 for node in NODES},
            )

        hurt = signed[-1]
        self.corrupt(f"{hurt.path}/{self.FILES[0]}")
        samples = self.assert_shown(self.scrub())
        self.assertEqual(
            samples.by("host", "glusterfs_bitrot_corrupted_objects", volume=self.VOLUME),
            {brick.host: 1 if brick == hurt else 0 for brick in self.bricks},
        )

        self.bitrot("disable")
        samples_after_run(self.exporter, "topology")  # which tells what there is to ask
        self.exporter.wait_for(
            lambda samples: not [name for name in samples.names() if name.startswith("glusterfs_bitrot_")],
            "what the collector knew before is shown no longer",
        )


def seconds_since_epoch(words):
    """"2026-11-21 04:21:54 +0000"; None for words that are no time."""
    try:
        return datetime.strptime(words, "%Y-%m-%d %H:%M:%S %z").timestamp()
    except ValueError:
        return None


def seconds_of(words):
    """Days, hours, minutes and seconds: "0:0:1:8"."""
    days, hours, minutes, seconds = map(int, words.split(":"))
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


if __name__ == "__main__":
    unittest.main()

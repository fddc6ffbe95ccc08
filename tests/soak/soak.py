"""Whether three exporters on a real cluster stay well for long while everything around them breaks and is mended.

usage: scripts/soak.sh [--minutes N] [--seed N] [--exporter PROGRAM] [--viewers N] [--no-reloads]
                       [--only EVENT,…] [--logs FOLDER]

docs/testing.md says what is done and what has to hold.
"""

import argparse
import ctypes
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cluster_support import CLUSTER_NUMBER, LAYOUTS, NODES, CommandFailed, cluster
from load import Poster, Scraper, Viewers
from node_exporters import brick_process, command_line, common_port, self_heal_process, wait_for_one_leader
from support import REPOSITORY, Exporter, Receiver, exporter_program, parse_page, to_yaml, wait_until
from watching import Log, Sampler, Truth, claims_of_page, claims_of_state, host_of, peers_of_glusterd, take_sample

TRUTH_SECONDS = 30  # in which the pages have to show what was killed or mended
ANSWER_SECONDS = 10
SANITIZED_FACTOR = 3  # a sanitized program takes its time
CALM_SECONDS = 20
RELOADED_INTERVALS = ("5s", "4s", "3s")
BAD_CONFIGS = (
    ("an unknown key", "colectors: {}\n"),
    ("no YAML", "log: [\n"),
    ("a value out of bounds", "collectors:\n  filesystems:\n    interval: 0s\n"),
    ("a key that is there twice", "log:\n  level: info\nlog:\n  level: debug\n"),
)
RELOADED = "glusterfs_exporter_config_last_reload_successful"
# Lines with the level "error" are failures, but for those about a configuration that the soak made bad.
REFUSED_CONFIG = re.compile(r"config", re.IGNORECASE)
ADDR_NO_RANDOMIZE = 0x0040000  # sys/personality.h


def sanitizer_of(program):
    linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return next((name for name in ("asan", "tsan") if f"lib{name}." in linked), None)


def glusterd_process(node):
    """The pid of the node's glusterd."""
    wanted = f"management.working-directory={cluster.folder(node)}/wd".encode()
    return next(int(name) for name in os.listdir("/proc") if name.isdigit() and wanted in command_line(name))


class Soak:
    def __init__(self, options, stack):
        self.options = options
        self.stack = stack
        self.log = Log()
        self.random = random.Random(options.seed)
        self.truth = Truth()
        self.sanitizer = sanitizer_of(exporter_program())
        self.factor = SANITIZED_FACTOR if self.sanitizer else 1
        self.exporters = {}
        self.config_files = {}
        self.refused = Counter()  # configurations, by node
        self.weights = self.weights_of_events()

    # --- starting

    def start_cluster(self):
        self.log.tell(f"starting cluster {CLUSTER_NUMBER}")
        cluster.bring_up()
        self.state_before = cluster.state()
        for node in NODES:
            self.truth.set(("glusterd", node), *peers_of_glusterd(node), value=True)
        for layout in LAYOUTS.values():
            self.truth.set(*(("brick", str(brick)) for brick in layout.bricks), value=True)

    def start_workload(self):
        points = [cluster.mount(volume) for volume in LAYOUTS]
        if None in points:
            self.log.tell("without FUSE there is no load on the volumes")
            return
        load = subprocess.Popen(
            [REPOSITORY / "scripts/workload.sh", *points],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.stack.callback(self._end_workload, load)

    def _end_workload(self, load):
        load.terminate()  # it removes its files
        try:
            load.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(load.pid, signal.SIGKILL)
            load.wait()

    def start_exporters(self):
        if self.sanitizer == "tsan":
            # The thread sanitizer of GCC 12 aborts where the kernel randomizes more address bits than it knows of. What is
            # started from here on inherits this. Where it is forbidden it has to work as it is.
            ctypes.CDLL(None).personality(ADDR_NO_RANDOMIZE)
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="glusterfs_exporter-soak-")))
        self.receiver = self.stack.enter_context(Receiver(keep=100))
        port = common_port()
        for node in NODES:
            self.config_files[node] = self.folder / f"exporter-{node}.yml"
            self.write_config(node, self.config(node))
            exporter = Exporter(
                flags=[f"--gluster.socket={cluster.socket(node)}", f"--config.file={self.config_files[node]}"],
                address=cluster.address(node),
                port=port,
            )
            self.stack.callback(self._end_exporter, node, exporter)
            self.exporters[node] = exporter.start()
        for exporter in self.exporters.values():
            exporter.wait_ready(60 * self.factor)
        pages = lambda: {node: exporter.scrape() for node, exporter in self.exporters.items()}
        leader = wait_for_one_leader(pages, 60 * self.factor)
        self.log.tell(f"three exporters on port {port}, that of node {leader} leads: {exporter_program()}")

    def config(self, node, interval="5s", level="info"):
        target = {"url": self.receiver.url(), "on_change": True, "gzip": True}
        config = {
            "log": {"level": level},
            "collectors": {"filesystems": {"interval": interval}},
            "webhook": {
                "spool_directory": self.folder / f"spool-{node}",
                "targets": {
                    "states": {**target, "interval": "10s", "send": "always"},
                    "changes": {**target, "interval": "5s", "send": "leader", "format": "changes"},
                },
            },
        }
        if CLUSTER_NUMBER != 1:  # "heal info" would ask cluster 1
            config["collectors"]["heal_summary"] = {"enabled": False}
        return config

    def write_config(self, node, config):
        """Whole or not at all: the exporter may read it at any time."""
        new = self.config_files[node].with_suffix(".new")
        new.write_text(config if isinstance(config, str) else to_yaml(config))
        new.rename(self.config_files[node])

    def _end_exporter(self, node, exporter):
        status = exporter.stop()
        log = exporter.log()
        if self.options.logs:
            self.options.logs.mkdir(parents=True, exist_ok=True)
            (self.options.logs / f"exporter-{node}.log").write_text(log)
        if status != 0:
            self.log.fail(f"exporter {node} ends with {status}: {exporter.log_tail(5)}")
        self.check_log(node, log)

    # --- looking

    def state(self, node):
        answer = self.exporters[node].get("/api/v1/state", limit=ANSWER_SECONDS * self.factor)
        if answer.status != 200:
            raise AssertionError(f"/api/v1/state answers {answer.status}")
        return json.loads(answer.text)

    def page(self, node):
        return parse_page(self.exporters[node].page())

    def wait_shown(self, what, expected, nodes=NODES):
        """Waits until the states of those nodes' exporters, and the pages where they tell it, say what is expected."""
        begin = time.monotonic()
        wrong = {}

        def is_shown():
            wrong.clear()
            for node in nodes:
                of_state = claims_of_state(node, self.state(node))
                of_page = claims_of_page(node, self.page(node))
                for thing, value in expected.items():
                    if thing[0] in ("peer", "glusterd") and thing[1] != node:
                        continue  # another one's to say
                    if of_state.get(thing) is not value or of_page.get(thing, value) is not value:
                        wrong[node, *thing] = (of_state.get(thing), of_page.get(thing))
            return not wrong

        try:
            wait_until(is_shown, what, TRUTH_SECONDS * self.factor, pause=0.2)
            self.log.took(f"shown: {what}", time.monotonic() - begin)
        except (AssertionError, OSError) as error:
            self.log.fail(f"{error}: {wrong} (state, page)")

    # --- breaking and mending. Each leaves everything as it found it.

    @contextmanager
    def mended_by(self, mend):
        """Whatever happens; but not when the soak is being ended, for then the cluster goes as a whole."""
        try:
            yield
        except Exception:
            mend()
            raise
        mend()

    def kill_bricks(self, bricks):
        """`bricks`: [(volume, index)]"""
        things = [("brick", str(LAYOUTS[volume].bricks[index])) for volume, index in bricks]
        self.log.tell(f"kill -9 of {', '.join(f'{volume} {index}' for volume, index in bricks)}")

        def mend():
            self.truth.set(*things, value=None)
            for volume in sorted({volume for volume, _ in bricks}):
                self.revive(volume)
            self.truth.set(*things, value=True)

        self.truth.set(*things, value=None)
        with self.mended_by(mend):
            for volume, index in bricks:
                cluster.kill_brick(volume, index)
            self.truth.set(*things, value=False)
            self.wait_shown("a brick killed", {thing: False for thing in things})
            self.hold()
        self.wait_shown("a brick back", {thing: True for thing in things})

    def revive(self, volume):
        """Now and then a glusterd takes a brick that was killed for running, until it is started anew itself: no
        exporter's fault."""
        try:
            cluster.revive(volume)
        except CommandFailed:
            self.log.tell(f"gluster has not brought back all bricks of {volume} in a minute; starting glusterd anew")
            self.log.count("times glusterd was started anew for bricks that it did not bring back")
            for node in NODES:
                things = [("glusterd", node), *peers_of_glusterd(node)]
                self.truth.set(*things, value=None)
                cluster.stop_node(node)
                cluster.start_node(node)
                self.truth.set(*things, value=True)
            cluster.revive(volume)

    def some_brick(self):
        volume = self.random.choice(list(LAYOUTS))
        return volume, self.random.randrange(len(LAYOUTS[volume].bricks))

    def brick(self):
        self.kill_bricks([self.some_brick()])

    def several_bricks(self):
        self.kill_bricks(sorted({self.some_brick() for _ in range(self.random.randint(2, 5))}))

    def bricks_of_a_node(self):
        node = self.random.choice(NODES)
        self.kill_bricks(
            [
                (volume, index)
                for volume, layout in LAYOUTS.items()
                for index, brick in enumerate(layout.bricks)
                if brick.node == node
            ]
        )

    def glusterd(self):
        node = self.random.choice(NODES)
        others = [other for other in NODES if other != node]
        things = [("glusterd", node), *peers_of_glusterd(node)]
        with_kill = self.random.random() < 0.5
        self.log.tell(f"{'kill -9' if with_kill else 'end'} of glusterd on node {node}")

        def mend():
            self.truth.set(*things, value=None)
            cluster.start_node(node)
            self.truth.set(*things, value=True)

        self.truth.set(*things, value=None)
        with self.mended_by(mend):
            if with_kill:
                os.kill(glusterd_process(node), signal.SIGKILL)
            else:
                cluster.stop_node(node)
            gone = {("glusterd", node): False, **{("peer", other, host_of(node)): False for other in others}}
            self.truth.set(*gone, value=False)
            self.wait_shown("a glusterd gone", gone)
            self.hold()
        self.wait_shown("a glusterd back", {thing: True for thing in things})

    def start_by_force(self):
        """Of a volume that runs: nothing may change."""
        volume, node = self.random.choice(list(LAYOUTS)), self.random.choice(NODES)
        self.log.tell(f"volume start {volume} force, on node {node}")
        cluster.gluster("volume", "start", volume, "force", node=node)
        self.hold()

    def self_heal_daemon(self):
        node = self.random.choice(NODES)
        name = f"{host_of(node)}/shd"
        self.log.tell(f"kill -9 of the self-heal daemon of node {node}")
        old = self_heal_process(node)

        def is_back():
            # For some seconds after its end glusterd takes it for running.
            cluster.try_gluster("volume", "start", "rep3", "force", node=node)
            return self_heal_process(node) not in (None, old)

        with self.mended_by(lambda: wait_until(is_back, "the self-heal daemon is back", 60, pause=1)):
            os.kill(old, signal.SIGKILL)
            self.wait_daemon("a self-heal daemon killed", name, False)
            self.hold()
        self.wait_daemon("a self-heal daemon back", name, True)

    def wait_daemon(self, what, name, expected):
        begin = time.monotonic()
        for node in NODES:
            try:
                wait_until(
                    lambda: self.state(node)["daemons"].get(name, {}).get("online") is expected,
                    f"{what}: exporter {node} shows {name}",
                    TRUTH_SECONDS * self.factor,
                    pause=0.2,
                )
            except (AssertionError, OSError) as error:
                self.log.fail(str(error))
        self.log.took(f"shown: {what}", time.monotonic() - begin)

    def receiver_away(self):
        self.log.tell("the webhooks' receiver is away")
        with self.mended_by(self.receiver.start):
            self.receiver.stop()
            self.hold()

    def hold(self):
        time.sleep(self.random.uniform(1, 12))

    # --- reloads

    def reload(self):
        node = self.random.choice(NODES)
        interval, level = self.random.choice(RELOADED_INTERVALS), self.random.choice(["info", "debug"])
        why, bad = self.random.choice(BAD_CONFIGS) if self.random.random() < 0.4 else (None, None)
        by_post = self.random.random() < 0.5
        before = self.shown_interval(node)
        self.log.tell(
            f"reload of exporter {node} by {'POST' if by_post else 'SIGHUP'}: "
            + (f"a configuration with {why}" if bad else f"filesystems every {interval}, log level {level}")
        )
        if bad:
            self.refused[node] += 1
            self.have_reloaded(node, bad, by_post)
            self.wait_for(node, "has refused its configuration", lambda: self.page(node).value(RELOADED) == 0)
            if self.shown_interval(node) != before:
                self.log.fail(f"exporter {node}: a bad configuration changed something")
        self.have_reloaded(node, self.config(node, interval, level), by_post)
        begin = time.monotonic()
        self.wait_for(
            node,
            "uses its new configuration",
            lambda: self.page(node).value(RELOADED) == 1 and self.shown_interval(node) == int(interval[:-1]),
        )
        self.log.took("shown: a new configuration", time.monotonic() - begin)

    def have_reloaded(self, node, config, by_post):
        """`config` is a dict, or text that is to be refused."""
        self.write_config(node, config)
        if not by_post:
            os.kill(self.exporters[node].pid, signal.SIGHUP)
            return
        answer = self.exporters[node].post("/-/reload", limit=ANSWER_SECONDS * self.factor)
        is_refused = answer.status == 500 and b"refused" in answer.body
        if not (is_refused if isinstance(config, str) else answer.status == 200):
            self.log.fail(
                f"exporter {node}: POST /-/reload of a {'bad' if isinstance(config, str) else 'good'} configuration"
                f" answers {answer.status}: {answer.body[:200]!r}"
            )

    def shown_interval(self, node):
        return self.state(node)["collectors"]["filesystems"]["interval_seconds"]

    def wait_for(self, node, what, condition):
        self.expect(condition, f"exporter {node} {what}", TRUTH_SECONDS * self.factor)

    # --- the run

    def weights_of_events(self):
        weights = {
            self.brick: 6,
            self.several_bricks: 3,
            self.bricks_of_a_node: 1,
            self.glusterd: 3,
            self.start_by_force: 1,
            self.self_heal_daemon: 1,
            self.receiver_away: 1,
        }
        if not self.options.no_reloads:
            weights[self.reload] = 6
        only = self.options.only
        if not only:
            return weights
        chosen = {event: weight for event, weight in weights.items() if event.__name__ in only}
        if len(chosen) != len(only):
            names = ", ".join(event.__name__ for event in weights)
            sys.exit(f"soak.sh: --only takes some of {names}, not {','.join(only)}")
        return chosen

    def run(self):
        self.start_cluster()
        self.start_exporters()
        # Not in the stack of everything else: they end before the calm.
        with ExitStack() as load:
            before = {node: take_sample(exporter) for node, exporter in self.exporters.items()}
            self.sampler = Sampler(self.log, self.exporters)
            self.viewers = Viewers(self.log, self.exporters, self.options.viewers, self.options.seed + 1)
            scrapers = [
                Scraper(self.log, node, exporter, self.truth, TRUTH_SECONDS * self.factor, ANSWER_SECONDS * self.factor)
                for node, exporter in self.exporters.items()
            ]
            poster = Poster(self.log, self.exporters, self.receiver, self.options.seed + 2)
            self.start_workload()
            for worker in (self.sampler, self.viewers, *scrapers, poster):
                worker.start()
                load.callback(worker.stop)
            self.break_and_mend()
            self.check_cluster_is_mended()
            self.check_viewers()
        self.check_calm(before)
        self.check_deliveries()
        self.check_truth()
        self.sampler.check_growth(with_memory=not self.sanitizer)

    def break_and_mend(self):
        end = time.monotonic() + self.options.minutes * 60
        weights = self.weights
        time.sleep(min(10, self.options.minutes * 6))  # nothing happens for a moment, too
        while time.monotonic() < end and all(exporter.is_running() for exporter in self.exporters.values()):
            event = self.random.choices(list(weights), list(weights.values()))[0]
            try:
                event()
                self.log.count(f"event: {event.__name__.replace('_', ' ')}")
            except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
                self.log.fail(f"{event.__name__}: {type(error).__name__}: {error}")
            time.sleep(self.random.uniform(0, 5))

    # --- what has to hold in the end

    def expect(self, condition, what, limit):
        """A failure instead of an exception: what comes after is worth knowing, too."""
        try:
            wait_until(condition, what, limit, pause=0.2)
        except (AssertionError, OSError) as error:
            self.log.fail(str(error))

    def check_cluster_is_mended(self):
        self.log.tell("all is mended; waiting for calm")
        self.expect(lambda: cluster.state() == self.state_before, "the cluster is as it was", 120)

    def check_viewers(self):
        """Who merged all changes since the beginning has what a newcomer gets."""
        for node, exporter in self.exporters.items():

            def is_same():
                answer = exporter.get("/api/v1/state")
                seen_id, seen = self.viewers.seen.get(node, ("", None))
                if seen_id != answer.headers.get("ETag", "").strip('"'):
                    return False  # one of them was a moment later
                if seen != json.loads(answer.text):
                    self.log.fail(f"exporter {node}: the stream's changes do not make the state {seen_id}")
                return True

            self.expect(is_same, f"exporter {node}: the stream and /api/v1/state meet", 60 * self.factor)

    def check_calm(self, before):
        for node, exporter in self.exporters.items():
            if not exporter.is_running():
                continue  # told by the sampler
            self.expect(lambda: not exporter.children(), f"exporter {node} has no child", 60)
            self.expect(
                lambda: not any((self.folder / f"spool-{node}").rglob("*.json*")), f"exporter {node}: the spool is empty", 90
            )
            begin = take_sample(exporter)
            time.sleep(CALM_SECONDS / len(NODES))
            end = take_sample(exporter)
            for what, now in (("the load", begin), ("the calm", end)):
                if now["threads"] != before[node]["threads"]:
                    self.log.fail(f"exporter {node}: {before[node]['threads']} threads at first, {now['threads']} after {what}")
            self.expect(
                lambda: take_sample(exporter)["fds"] <= before[node]["fds"] + 8,
                f"exporter {node} has as few descriptors as before ({before[node]['fds']})",
                60,
            )

    def check_deliveries(self):
        """Each exporter's webhook works: it has sent its state lately."""
        hosts = {host_of(node) for node in NODES}

        def have_come():
            documents = [delivery.document for delivery in self.receiver.taken()]
            return hosts <= {document.get("node", {}).get("host") for document in documents}

        self.expect(have_come, f"states of {', '.join(sorted(hosts))} are among the receiver's last", 60)

    def check_truth(self):
        """All three exporters say what Gluster's own command says."""
        told = {("brick", brick): online for brick, online in cluster.bricks_online().items()}
        for node in NODES:
            told["glusterd", node] = True
            for peer in cluster.gluster_xml("pool", "list", node=node).iter("peer"):
                if peer.findtext("hostname") != "localhost":
                    told["peer", node, peer.findtext("hostname")] = peer.findtext("connected") == "1"
        self.log.tell(f"gluster tells {len(told)} things, {sum(told.values())} of them are well")
        self.wait_shown("what gluster says at the end", told)
        pages = {node: claims_of_page(node, self.page(node)) for node in NODES}
        for brick in (thing for thing in told if thing[0] == "brick"):
            tellers = [node for node, claims in pages.items() if brick in claims]
            if len(tellers) != 1:
                self.log.fail(f"{brick[1]} is on the pages of the exporters {tellers}, and should be on one")
        statuses = {name: volume.findtext("statusStr").lower() for name, volume in cluster.volumes().items()}
        for node in NODES:
            state = self.state(node)
            shown = {name: volume.get("status") for name, volume in state["volumes"].items()}
            if shown != statuses:
                self.log.fail(f"exporter {node}: volumes are {shown}, gluster says {statuses}")
            health = {name: volume.get("health") for name, volume in state["volumes"].items()}
            if set(health.values()) != {"up"} or state["cluster"]["health"] != "ok":
                self.log.fail(f"exporter {node}: health is {health}, {state['cluster']['health']}; all is well")

    def check_log(self, node, log):
        for line in log.splitlines():
            if "Sanitizer:" in line or "runtime error:" in line:
                self.log.fail(f"exporter {node}: {line}")
            if " level=error " in line and not (self.refused[node] and REFUSED_CONFIG.search(line)):
                self.log.fail(f"exporter {node} logs {line}")
            if " level=warn " in line:
                # The same but for numbers and names of bricks.
                self.log.count("warning: " + re.sub(r"[\d.]+", "N", line.partition("msg=")[2])[:110])

    # --- the end

    def report(self):
        if hasattr(self, "sampler"):
            print(f"\n{self.sampler.table()}")
        print()
        for what, count in sorted(self.log.counts.items()):
            print(f"{count:9} {what}")
        print(f"\n{'seconds':42}{'number':>8}{'median':>9}{'max':>9}")
        for what, seconds in sorted(self.log.seconds.items()):
            print(f"{what:42}{len(seconds):8}{statistics.median(seconds):9.3f}{max(seconds):9.3f}")
        print()
        for failure, times in self.log.failures.items():
            print(f"FAILED {times} times: {failure}")
        print(f"seed {self.options.seed}: {'FAILED' if self.log.failures else 'ok'}", flush=True)


def read_options(words):
    parser = argparse.ArgumentParser(prog="soak.sh", description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=30, help="how long things are broken and mended (30)")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="repeats the order of events")
    parser.add_argument("--exporter", type=Path, help="the program; build/release/glusterfs_exporter unless named")
    parser.add_argument("--viewers", type=int, default=50, help="of the stream, on all exporters together (50)")
    parser.add_argument("--no-reloads", action="store_true", help="don't change the configuration")
    parser.add_argument("--only", type=lambda text: set(text.split(",")), help="events, as in: --only brick,glusterd")
    parser.add_argument("--logs", type=Path, help="a folder that the exporters' logs are copied to")
    return parser.parse_args(words)


def main(words):
    options = read_options(words)
    if options.exporter:
        os.environ["GLUSTERFS_EXPORTER"] = str(options.exporter.resolve())
    if not os.access(exporter_program(), os.X_OK):
        sys.exit(f"soak.sh: there is no program {exporter_program()}: build it, or name another with --exporter")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    print(f"{options.minutes:g} minutes with the seed {options.seed}", flush=True)
    interrupted = False
    with ExitStack() as stack:
        soak = Soak(options, stack)
        try:
            soak.run()
        except KeyboardInterrupt:
            interrupted = True
        except Exception as error:
            soak.log.fail(f"{type(error).__name__}: {error}")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            soak.log.tell("ending everything")
    soak.report()
    if interrupted:
        return 130
    return 1 if soak.log.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

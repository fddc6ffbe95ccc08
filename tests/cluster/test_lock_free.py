"""What an exporter asks about its own node starts no process, takes no lock and is in no history of commands."""

import re
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from cluster_support import LAYOUTS, LOCKED, NODES, cluster, last_run_began
from node_exporters import OWN_COLLECTORS, NodeExportersTestCase
from support import wait_until

SECONDS = 20
NODE = 2
BETWEEN_PAGES_SECONDS = 0.5
OLD_SECONDS = 5  # of answers that are asked for every second, on a busy machine
# Where there is no thin pool, looking for one is soon given up for a while.
ASKED_ALL_THE_TIME = tuple(name for name in OWN_COLLECTORS if name != "thin_pools")
OPTION = "performance.md-cache-timeout"  # no daemon of the cluster has to do with it


def setUpModule():
    cluster.bring_up()


class Strace:
    """Writes down every program that a process or one of its threads or children starts."""

    def __init__(self, pid):
        self._folder = tempfile.TemporaryDirectory(prefix="strace-")
        self._calls = Path(self._folder.name) / "calls"
        self._said = open(Path(self._folder.name) / "said", "w+b")
        self._process = subprocess.Popen(
            ["strace", "-f", "-e", "trace=execve,execveat,fork,vfork", "-o", self._calls, "-p", str(pid)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
        )

    def wait_attached(self):
        """Whether this machine lets us look on."""

        def decided():
            return "attached" in self.said() or self._process.poll() is not None

        wait_until(decided, "strace is attached, or gives up", 20)
        return self._process.poll() is None

    def said(self):
        return Path(self._said.name).read_text(errors="replace")

    def calls(self):
        """Those seen so far."""
        lines = self._calls.read_text(errors="replace").splitlines() if self._calls.exists() else []
        return [line for line in lines if re.search(r"(exec|fork)\w*\(", line)]

    def stop(self):
        """Gives all calls that were seen."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:  # a thread is in the middle of starting a program
            self._process.kill()
            self._process.wait(20)
        self._said.close()
        calls = self.calls()
        self._folder.cleanup()
        return calls


class LockFree(NodeExportersTestCase):
    def start(self, *flags):
        """The exporter of a node that doesn't lead: it asks only the questions of its own node, each second."""
        collectors = {name: {"interval": "1s"} for name in OWN_COLLECTORS}
        exporter = self.start_exporter_of(NODE, "--cluster.leader=never", *flags, config={"collectors": collectors})
        return exporter.wait_ready(60)

    def histories(self):
        """{node: lines of its cmd_history.log}: each command that changes something or takes a lock is one."""
        logs = {node: cluster.folder(node) / "log" / "cmd_history.log" for node in NODES}
        return {node: log.read_text(errors="replace").splitlines() for node, log in logs.items()}

    def new_lines(self, before):
        return {node: lines[len(before[node]) :] for node, lines in self.histories().items()}

    def child_work(self, exporter):
        """What the kernel charges a process for its children that have ended. Any program costs faults and time."""
        fields = Path(f"/proc/{exporter.pid}/stat").read_text().rpartition(")")[2].split()
        return {"faults": fields[8], "major faults": fields[10], "user time": fields[13], "system time": fields[14]}

    def assert_all_is_fresh(self, samples):
        now = time.time()
        ages = {name: round(now - last_run_began(samples, name), 1) for name in ASKED_ALL_THE_TIME}
        self.assertEqual({name: age for name, age in ages.items() if age > OLD_SECONDS}, {})
        self.assertEqual(samples.value("glusterfs_scrape_collector_success", collector="thin_pools"), 1)

    def watch(self, exporter, also=lambda samples: None):
        """Looks at every page for a while. Every one has to tell everything about the node, and from just now."""
        pages, end = 0, time.monotonic() + SECONDS
        while time.monotonic() < end:
            samples = exporter.scrape()
            self.assert_all_is_fresh(samples)
            self.assertEqual(exporter.children(), [])
            also(samples)
            pages += 1
            time.sleep(BETWEEN_PAGES_SECONDS)
        self.assertGreater(pages, 5)
        return pages

    def assert_tells_of_its_bricks(self, samples):
        own = {(name, brick) for name, layout in LAYOUTS.items() for brick in layout.bricks if brick.node == NODE}
        for metric, more in (
            ("brick_online", {}),
            ("brick_size_bytes", {}),
            ("brick_resident_memory_bytes", {}),
            ("brick_clients", {}),
            ("brick_pending_calls", {}),
            ("brick_write_size_bytes_count", {}),
        ):
            told = {
                (dict(labels)["volume"], dict(labels)["brick"])
                for labels in samples.having(f"glusterfs_{metric}", **more)
            }
            self.assertEqual(told, {(volume, brick.path) for volume, brick in own}, metric)

    def test_no_process_no_lock_no_trace_in_the_history(self):
        exporter = self.start()
        strace = Strace(exporter.pid)
        attached = strace.wait_attached()
        histories = self.histories()

        pages = self.watch(exporter, also=self.assert_tells_of_its_bricks)

        self.assertEqual(self.new_lines(histories), {node: [] for node in NODES})
        self.assertEqual(strace.stop(), [])
        if not attached:
            print("strace may not look on here; the kernel's accounting has to do")
        # Since the exporter was started, not only since the test looks.
        self.assertEqual(set(self.child_work(exporter).values()), {"0"})
        counted = exporter.scrape().by("command", "glusterfs_exporter_command_duration_seconds_count")
        self.assertEqual(sum(counted.values()), 0)
        print(f"{pages} pages in {SECONDS} s, no program started, no line in any cmd_history.log")

    def test_the_proof_would_see_a_program(self):
        """The same watch over an exporter that may use the CLI only finds what it does."""
        exporter = self.start("--gluster.source=cli")
        strace = Strace(exporter.pid)
        attached = strace.wait_attached()
        self.addCleanup(strace.stop)
        before = self.child_work(exporter)
        wait_until(lambda: self.child_work(exporter) != before, "the kernel charges it for a command", 30)
        if attached:
            wait_until(lambda: any("gluster" in call for call in strace.calls()), "strace sees a command", 30)

    def test_administrators_never_find_the_cluster_locked(self):
        exporter = self.start()
        histories = self.histories()
        self.addCleanup(cluster.gluster, "volume", "reset", "rep3", OPTION)
        given, refused = [], []

        def command(*words):
            done = cluster.try_gluster(*words, node=1)
            given.append(words)
            text = done.stdout + done.stderr
            if done.returncode != 0 or any(locked in text for locked in LOCKED):
                refused.append((words, text))

        def administrate(_):
            command("volume", "set", "rep3", OPTION, str(1 + len(given) % 60))
            command("volume", "status")

        self.watch(exporter, also=administrate)
        self.assertEqual(refused, [])
        new = self.new_lines(histories)
        self.assertEqual(new[NODE], [])
        self.assertEqual(len([line for line in new[1] if ": SUCCESS" in line]), len(new[1]), new[1])
        self.assertGreaterEqual(len(new[1]), len(given) // 2)  # "status" may or may not be one
        print(f"{len(given)} commands with the lock beside it, none refused")


if __name__ == "__main__":
    unittest.main()

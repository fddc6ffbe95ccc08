"""Whatever happens to the cluster, the CLI and the sockets tell the same of it, on every node, question by question.

The program both_ways (tests/live/) asks one node everything in both ways and compares. Here things happen meanwhile.
"""

import os
import re
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

from cluster_support import LAYOUTS, NODES, Brick, ClusterTestCase, cluster
from node_exporters import self_heal_process
from support import exporter_program, wait_until, wait_until_equal

QUESTIONS = ("peers", "topology", "op_version", "version", "status", "filesystem", "profile", "heal_count", "clients")
# What a change of options can change.
CONFIGURED = ("topology", "status", "profile", "heal_count")
VERDICT = re.compile(r"^(\w+) (same|differs) (\d+) attempts (\d+) seconds ([\d.]+)$")
# Those that are down, one of every kind of volume, on different nodes.
LOST = {"rep3": 0, "arb": 4, "disp": 2, "dist": 1}
FILES = 200
# What glusterd may have wrong about a process that runs (docs/gluster.md, nodes and bricks).
TAKEN_FOR_OFFLINE = ["  shd: cli offline, sockets online"]


def both_ways_program():
    built_beside = Path(exporter_program()).parent / "tests" / "both_ways"
    return os.environ.get("GLUSTERFS_EXPORTER_BOTH_WAYS") or str(built_beside)


def setUpModule():
    cluster.bring_up()


class Writers:
    """Files are written, read and removed on mounts all the time while the block lasts."""

    def __init__(self, folders):
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(folder,)) for folder in folders]
        self.rounds = 0

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception):
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _work(self, folder):
        path = folder / "busy"
        while not self._end.is_set():
            path.write_bytes(os.urandom(70_000))
            path.read_bytes()
            path.stat()
            path.unlink()
            self.rounds += 1


def details_of(output):
    return [line for line in output.splitlines() if line.startswith("  ") and not line.startswith("  at first: ")]


class BothWays(ClusterTestCase):
    asked = 0
    not_at_once = []  # what the two ways agreed on only after some moments

    @classmethod
    def tearDownClass(cls):
        print(f"\n{cls.asked} questions, {len(cls.not_at_once)} not answered the same at once:", file=sys.stderr)
        for text in cls.not_at_once:
            print(f"  {text}", file=sys.stderr)
        super().tearDownClass()

    @staticmethod
    def ask(node, questions):
        return subprocess.run(
            [both_ways_program(), cluster.socket(node), *questions],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def agree(self, when, questions=QUESTIONS, nodes=NODES):
        """Both ways tell the same on all nodes. Gives {question: how many records were compared, of all nodes}."""
        compared = dict.fromkeys(questions, 0)
        for node in nodes:
            done = self.ask(node, questions)
            if done.returncode and details_of(done.stdout) == TAKEN_FOR_OFFLINE and self_heal_process(node):
                self.not_at_once.append(f"{when}, node {node}: glusterd took its self-heal daemon for offline")
                wait_until(self.self_heal_daemons_are_known, "glusterd knows its self-heal daemon", 60, pause=2)
                done = self.ask(node, questions)
            self.assertEqual((done.returncode, done.stderr), (0, ""), f"{when}, node {node}:\n{done.stdout}")
            verdicts = [VERDICT.match(line) for line in done.stdout.splitlines() if not line.startswith("  ")]
            self.assertEqual(tuple(verdict[1] for verdict in verdicts), questions, done.stdout)
            for verdict in verdicts:
                compared[verdict[1]] += int(verdict[3])
                type(self).asked += 1
            for settled in re.findall(r"^\w+ same \d+ attempts \d+ seconds [\d.]+\n  at first: [^\n]*", done.stdout, re.M):
                self.not_at_once.append(f"{when}, node {node}: " + " ".join(settled.split()))
        self.assertGreater(compared["topology"], 0, when)
        return compared

    def mounts_or_skip(self):
        return {volume: self.mount_or_skip(volume) for volume in LAYOUTS}

    def all_bricks(self):
        return sum(len(layout.bricks) for layout in LAYOUTS.values())

    # --- bricks and what is done with them

    def test_idle(self):
        compared = self.agree("idle")
        replicated = [brick for name in ("rep3", "arb") for brick in LAYOUTS[name].bricks]
        self.assertEqual(compared["peers"], len(NODES) ** 2)
        self.assertEqual(compared["profile"], self.all_bricks())
        self.assertEqual(compared["heal_count"], len(replicated))
        self.assertEqual(compared["status"], self.all_bricks() + len(NODES))  # and a self-heal daemon each

    def test_while_clients_work(self):
        with Writers(self.mounts_or_skip().values()) as writers:
            compared = self.agree("I/O")
        self.assertGreater(writers.rounds, 20)
        self.assertEqual(compared["profile"], self.all_bricks())
        self.assertEqual(compared["clients"], self.all_bricks())  # the mounts are clients of every brick

    def test_bricks_die_and_are_healed(self):
        folders = self.mounts_or_skip()
        for volume, index in LOST.items():
            self.addCleanup(cluster.revive, volume)
            cluster.kill_brick(volume, index)
        compared = self.agree("bricks killed")
        self.assertEqual(compared["profile"], self.all_bricks() - len(LOST))

        def write_all():
            for number in range(FILES):
                for volume in ("rep3", "arb", "disp"):
                    (folders[volume] / f"waits-{number}").write_bytes(b"x" * 5000)

        write_all()
        self.agree("backlog")
        with Writers([folders["rep3"]]):
            self.agree("backlog and I/O")

        for volume in LOST:
            cluster.revive(volume)
        self.agree("healing")
        for volume in ("rep3", "arb", "disp"):
            cluster.try_gluster("volume", "heal", volume)
        for volume in ("rep3", "arb"):
            wait_until_equal(
                lambda name=volume: cluster.heal_count(name),
                {str(brick): 0 for brick in LAYOUTS[volume].bricks},
                f"{volume} is healed",
                limit=120,
            )
        self.agree("healed")
        for volume in ("rep3", "arb", "disp"):
            for number in range(FILES):
                (folders[volume] / f"waits-{number}").unlink()
        for volume in LAYOUTS:
            cluster.unmount(volume)

    # --- what is changed by commands

    def bricks_for(self, name, nodes):
        return [str(Brick(node, name)) for node in nodes]

    def test_a_volume_comes_changes_and_goes(self):
        name = self.create_volume("agree", "replica", "2", *self.bricks_for("agree", (1, 2)))
        self.agree("volume created")
        cluster.gluster("volume", "start", name)
        self.agree("volume started")

        for option, value in (
            ("performance.cache-size", "64MB"),
            ("user.note", 'a "quoted" <b>&amp; ü = x'),
            ("auth.allow", "127.*"),
        ):
            cluster.gluster("volume", "set", name, option, value)
        self.agree("options set", CONFIGURED)
        cluster.gluster("volume", "set", name, "cluster.self-heal-daemon", "off")
        self.agree("no self-heal", CONFIGURED)
        cluster.gluster("volume", "reset", name)
        self.agree("options reset", CONFIGURED)
        cluster.gluster("volume", "profile", name, "start")
        self.agree("profile start", CONFIGURED)
        cluster.gluster("volume", "profile", name, "stop")
        self.agree("profile stop", CONFIGURED)
        cluster.gluster("volume", "add-brick", name, "replica", "3", *self.bricks_for("agree", (3,)), "force")
        self.agree("add-brick", CONFIGURED)
        cluster.gluster("volume", "remove-brick", name, "replica", "2", *self.bricks_for("agree", (1,)), "force")
        self.agree("remove-brick", CONFIGURED)

        cluster.gluster("volume", "stop", name)
        self.agree("volume stopped")
        cluster.gluster("volume", "delete", name)
        self.agree("volume deleted")

    def test_features_with_daemons(self):
        # On two nodes only: what the third one is said to run is one of the known differences.
        name = self.create_volume("agree", *self.bricks_for("agree", (1, 2)))
        cluster.gluster("volume", "start", name)
        before = self.agree("volume without features", CONFIGURED)["status"]
        for words, daemons in (
            (("quota", name, "enable"), 3),
            (("bitrot", name, "enable"), 4),
            (("set", name, "features.uss", "enable"), 3),
            (("set", name, "features.uss", "disable"), -3),
            (("bitrot", name, "disable"), -4),
            (("quota", name, "disable"), -3),
        ):
            cluster.gluster("volume", *words)
            after = self.agree(f"volume {' '.join(words)}", CONFIGURED)["status"]
            self.assertEqual(after - before, daemons, words)
            before = after
        cluster.gluster("volume", "stop", name)

    def test_shared_brick_processes(self):
        def restart_all():
            for volume in LAYOUTS:
                cluster.unmount(volume)
                cluster.gluster("volume", "stop", volume, "force")
            self.agree("all stopped", CONFIGURED)
            for volume in LAYOUTS:
                cluster.gluster("volume", "start", volume)

        def back_to_one_each():
            cluster.gluster("volume", "reset", "all", "cluster.brick-multiplex")
            restart_all()

        self.addCleanup(back_to_one_each)
        cluster.gluster("volume", "set", "all", "cluster.brick-multiplex", "on")
        self.agree("multiplex on, not in effect", CONFIGURED)
        restart_all()
        compared = self.agree("bricks share processes")
        self.assertEqual(compared["profile"], self.all_bricks())

    def test_a_node_without_glusterd(self):
        self.addCleanup(cluster.start_node, 3)
        cluster.stop_node(3)
        self.agree("node 3 stopped", nodes=(1, 2))
        cluster.start_node(3)
        wait_until(self.self_heal_daemons_are_known, "every glusterd knows its self-heal daemon", 60, pause=2)
        self.agree("node 3 started")

    @staticmethod
    def self_heal_daemons_are_known():
        """A volume that is started by force is attached to the daemon anew."""
        known = True
        for volume in cluster.gluster_xml("volume", "status").iter("volume"):
            daemons = [
                node.findtext("status")
                for node in volume.iter("node")
                if node.findtext("hostname") == "Self-heal Daemon"
            ]
            if daemons and daemons != ["1"] * len(NODES):
                known = False
                cluster.try_gluster("volume", "start", volume.findtext("volName"), "force")
        return known


if __name__ == "__main__":
    unittest.main()

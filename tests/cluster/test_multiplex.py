"""cluster.brick-multiplex: bricks of several volumes in one process. What is the brick's own stays its own."""

import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from cluster_support import (
    LAYOUTS,
    ClusterTestCase,
    by_brick,
    cluster,
    fast_config,
    samples_after_run,
    write_files,
)
from support import wait_until, wait_until_equal

NODE = 1
PROCESS_NAMES = tuple(
    f"glusterfs_brick_{name}"
    for name in ("start_time_seconds", "cpu_seconds_total", "resident_memory_bytes", "threads", "open_fds")
)
FILES = 40


def setUpModule():
    cluster.bring_up()


def restart_volumes():
    for volume in LAYOUTS:
        cluster.unmount(volume)
        cluster.gluster("volume", "stop", volume, "force")
    for volume in LAYOUTS:
        cluster.gluster("volume", "start", volume)
    for volume in LAYOUTS:
        cluster.try_gluster("volume", "start", volume, "force")
    expected = {str(brick): True for layout in LAYOUTS.values() for brick in layout.bricks}
    wait_until_equal(cluster.bricks_online, expected, "all bricks online", 60)


def pids():
    """{(volume, "host:path"): pid} of the node's bricks that are online, as `volume status` says."""
    found = {}
    for volume in cluster.gluster_xml("volume", "status", "all").iter("volume"):
        for node in volume.iter("node"):
            if node.findtext("path").startswith("/") and node.findtext("status") == "1":
                if node.findtext("hostname") == cluster.address(NODE):
                    brick = f"{node.findtext('hostname')}:{node.findtext('path')}"
                    found[volume.findtext("volName"), brick] = int(node.findtext("pid"))
    return found


def sharing():
    """{pid: the (volume, brick)s it serves}, only of processes that serve several."""
    groups = {}
    for brick, pid in pids().items():
        groups.setdefault(pid, set()).add(brick)
    return {pid: bricks for pid, bricks in groups.items() if len(bricks) > 1}


def start_time(pid):
    ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    boot = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime "))
    return int(boot.split()[1]) + ticks / os.sysconf("SC_CLK_TCK")


def own_bricks(samples, name):
    """{(volume, "host:path"): value} of the bricks of the node."""
    return {
        (volume, brick): value
        for volume in LAYOUTS
        for brick, value in by_brick(samples, name, volume).items()
        if brick.startswith(cluster.address(NODE) + ":")
    }


class SharedProcesses(ClusterTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cluster.gluster("volume", "set", "all", "cluster.brick-multiplex", "on")
        restart_volumes()

    @classmethod
    def tearDownClass(cls):
        cluster.gluster("volume", "reset", "all", "cluster.brick-multiplex")
        restart_volumes()
        super().tearDownClass()

    def setUp(self):
        self.exporter = self.start_exporter_on(
            NODE, fast_config(topology="1s", processes="1s", brick_profile="1s", brick_internals="1s")
        )
        self.addCleanup(self.revive_all)
        self.groups = sharing()
        self.assertGreater(len(self.groups), 0, "no two bricks share a process")
        self.bricks = {(volume, str(brick)) for volume in LAYOUTS for brick in LAYOUTS[volume].bricks}
        self.bricks = {key for key in self.bricks if key[1].startswith(cluster.address(NODE) + ":")}

    def revive_all(self):
        """`cluster.sh revive` looks for a process with the brick on its command line, which these do not have."""

        def all_online():
            if pids().keys() == self.bricks:
                return True
            for volume in LAYOUTS:
                cluster.try_gluster("volume", "start", volume, "force")
            return False

        wait_until(all_online, "all bricks are back", 60, pause=1)

    def wait_until_online(self, online):
        wait_until_equal(
            lambda: own_bricks(self.exporter.scrape(), "glusterfs_brick_online"),
            {brick: 1 if brick in online else 0 for brick in self.bricks},
            "the page shows which bricks are online",
            30,
        )

    def fops_by_cli(self, volume):
        """{(brick, fop): calls}."""
        found = {}
        for brick in cluster.gluster_xml("volume", "profile", volume, "info", "cumulative").iter("brick"):
            for fop in brick.find("cumulativeStats").iter("fop"):
                key = (volume, brick.findtext("brickName")), fop.findtext("name")
                found.setdefault(key, int(fop.findtext("hits")))  # a name that comes again is an upcall's
        return {key: hits for key, hits in found.items() if key[0] in self.bricks and key[1] in ("WRITE", "CREATE")}

    def fops_on_page(self, samples, volume):
        found = {}
        for labels, value in samples.having("glusterfs_brick_fop_duration_seconds_count", volume=volume).items():
            labels = dict(labels)
            key = (volume, f"{labels['host']}:{labels['brick']}"), labels["fop"]
            if key[0] in self.bricks and key[1] in ("WRITE", "CREATE"):
                found[key] = value
        return found

    def test_values(self):
        write_files(self.mount_or_skip("rep3"), [f"file-{number}" for number in range(FILES)], 5000)
        samples = samples_after_run(self.exporter, "processes", "brick_profile", "brick_internals")
        self.assert_no_contradictions(samples)
        self.assertEqual(own_bricks(samples, "glusterfs_brick_online"), dict.fromkeys(self.bricks, 1))

        # The process's, the same for all that share it.
        for pid, bricks in self.groups.items():
            for name in PROCESS_NAMES:
                values = own_bricks(samples, name)
                self.assertEqual(len({values[brick] for brick in bricks}), 1, f"{name} of {bricks}")
            began = own_bricks(samples, "glusterfs_brick_start_time_seconds")[min(bricks)]
            self.assertAlmostEqual(began, start_time(pid), delta=1.5)

        # The brick's.
        for volume in LAYOUTS:
            wait_until_equal(
                lambda name=volume: self.fops_on_page(self.exporter.scrape(), name),
                self.fops_by_cli(volume),
                f"operations of {volume} as the CLI has them",
            )
        samples = self.exporter.scrape()
        writes = {
            volume: sum(hits for key, hits in self.fops_on_page(samples, volume).items() if key[1] == "WRITE")
            for volume in LAYOUTS
        }
        self.assertGreaterEqual(writes["rep3"], FILES)
        self.assertEqual([writes["arb"], writes["disp"], writes["dist"]], [0, 0, 0])

    def test_the_process_dies(self):
        pid, bricks = max(self.groups.items(), key=lambda item: len(item[1]))

        def lost(samples):
            return {brick for brick, online in own_bricks(samples, "glusterfs_brick_online").items() if online == 0}

        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        # The first page that misses any brick misses all of them.
        samples = self.exporter.wait_for(lambda page: page if lost(page) else None, "the page shows it", 10)
        took = time.monotonic() - killed
        print(f"\n{len(bricks)} bricks in one process, offline on the page {took:.2f} s after kill -9", file=sys.stderr)
        self.assertEqual(lost(samples), bricks)
        self.assert_no_contradictions(samples)
        self.assertLess(took, 5)
        for name in (*PROCESS_NAMES, "glusterfs_brick_clients"):
            self.assertFalse(bricks & own_bricks(samples, name).keys(), f"{name} of bricks that are gone")
        self.revive_all()
        self.wait_until_online(self.bricks)

    def test_one_brick_is_detached(self):
        for first in (True, False):  # the brick that is on the process's command line, and another one
            with self.subTest(first=first):
                self.detach_one(first)

    def detach_one(self, first):
        pid, bricks = max(sharing().items(), key=lambda item: len(item[1]))
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        started_for = words[words.index("--brick-name") + 1]
        lost = next(brick for brick in sorted(bricks) if (brick[1].partition(":")[2] == started_for) == first)
        detach = ["gf_attach", "-d", words[words.index("-S") + 1], lost[1].partition(":")[2]]
        done = subprocess.run(detach, capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        wait_until(lambda: lost not in pids(), "glusterd knows that the brick is detached", 20)
        self.wait_until_online(self.bricks - {lost})
        self.assertEqual(pids().keys(), self.bricks - {lost})
        samples = samples_after_run(self.exporter, "processes", "brick_profile", "brick_internals")
        for name in PROCESS_NAMES:
            self.assertEqual(own_bricks(samples, name).keys(), self.bricks - {lost}, name)
        self.revive_all()
        self.wait_until_online(self.bricks)


if __name__ == "__main__":
    unittest.main()

"""Others hold the cluster's lock: administrators, and the exporters of the other nodes."""

import threading
import time
import unittest

from cluster_support import (
    NODES,
    ONLINE,
    ClusterTestCase,
    PageWatch,
    cluster,
    contradictions,
    fast_config,
    samples_after_run,
    together,
)
from support import free_port, wait_until

BUSY_SECONDS = 15
LOCKING = ("status", "detail", "profile", "heal_count", "max_op_version")


def setUpModule():
    cluster.bring_up()


def offline_bricks(samples):
    """All bricks run in these tests, so a brick that a page calls offline is a lie."""
    found = [labels for labels, value in samples.having("glusterfs_brick_online").items() if value != 1]
    return [f"offline: {sorted(labels)}" for labels in found]


def lies(samples):
    """Of an exporter that tells of all bricks."""
    return contradictions(samples) + offline_bricks(samples)


def failures(samples):
    """{(command, reason): count}."""
    found = samples.having("glusterfs_exporter_command_failures_total").items()
    return {(dict(labels)["command"], dict(labels)["reason"]): value for labels, value in found}


class Administrator:
    """Runs one `gluster` command after another on a node for as long as the block lasts. Some are refused: fine."""

    def __init__(self, node, *commands):
        self._node, self._commands = node, commands
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self.succeeded = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._end.set()
        self._thread.join()

    def _work(self):
        while not self._end.is_set():
            for words in self._commands:
                if cluster.try_gluster(*words, node=self._node).returncode == 0:
                    self.succeeded += 1


class BusyCluster(ClusterTestCase):
    OPTION = "diagnostics.client-log-level"

    def setUp(self):
        self.exporter = self.start_exporter_on(1, fast_config(default="1s", geo_replication="3s", detail="1s"))
        self.addCleanup(self.reset_options)

    def reset_options(self):
        for volume in ("rep3", "dist"):
            cluster.gluster("volume", "reset", volume, self.OPTION)

    def test_polling_while_others_hold_the_lock(self):
        before = failures(self.exporter.scrape())
        set_rep3 = ("volume", "set", "rep3", self.OPTION, "INFO")
        set_dist = ("volume", "set", "dist", self.OPTION, "INFO")
        status = ("volume", "status")
        with PageWatch(self.exporter, lies) as watch:
            with Administrator(2, set_rep3, status, set_dist) as one, Administrator(3, status, set_dist, set_rep3) as two:
                time.sleep(BUSY_SECONDS)
            self.assertGreater(one.succeeded + two.succeeded, 0)  # the exporter did not keep them out either
            samples = samples_after_run(self.exporter, *LOCKING, limit=90)
        self.assert_all_is_well(samples)
        self.assertEqual(watch.problems, [])
        self.assertGreater(watch.pages, BUSY_SECONDS)

        # Whether they met at all is up to chance; if they did, it was the lock and nothing else. Gluster words the
        # conflict over max-op-version as another failure.
        grown = {key: value - before.get(key, 0) for key, value in failures(samples).items()}
        reasons = {reason for command, reason in grown if command != "max_op_version"}
        self.assertLessEqual(reasons, {"lock"}, grown)


# The defaults of what only the CLI tells, divided by ten.
TEN_TIMES_AS_FAST = fast_config(
    default="1500ms",
    status="3s",
    detail="6s",
    profile="3s",
    heal_count="6s",
    heal_summary="12s",
    quota="30s",
    rebalance="3s",
    snapshots="12s",
    geo_replication="6s",
    bitrot="30s",
    max_op_version="60s",
)


class ThreeLeaders(ClusterTestCase):
    """One exporter on each node that does not know of the others, so that all three ask for the cluster's lock, ten times
    as often as by default and not in step by anybody's doing."""

    def setUp(self):
        # Not one after the other is ready: they shall get into each other's way from the start.
        self.each = {
            node: self.launch_exporter_on(node, TEN_TIMES_AS_FAST, flags=["--cluster.leader=always"]) for node in NODES
        }

    def test_all_succeed(self):
        began = time.time()
        for exporter in self.each.values():
            samples_after_run(exporter, *ONLINE, since=began, limit=60)
        watches = [PageWatch(exporter, lies) for exporter in self.each.values()]
        with watches[0], watches[1], watches[2]:
            for _ in range(3):
                self.wait_for_next_status_of_all()
            pages = {node: samples_after_run(exporter, *LOCKING, since=began) for node, exporter in self.each.items()}
        for node, samples in pages.items():
            self.assert_all_is_well(samples)
            self.assertEqual(samples.value("glusterfs_up"), 1)
            self.assertEqual(samples.value("glusterfs_exporter_leader"), 1)
            reasons = {reason for command, reason in failures(samples) if command != "max_op_version"}
            self.assertLessEqual(reasons, {"lock"}, failures(samples))
        self.assertEqual([watch.problems for watch in watches], [[], [], []])
        self.assert_pages_agree(pages)

    def wait_for_next_status_of_all(self):
        now = time.time()
        for exporter in self.each.values():
            samples_after_run(exporter, *ONLINE, since=now)

    def assert_pages_agree(self, pages):
        """Whoever is asked, a cluster has the same volumes, bricks and peers under the same names."""
        for name in ("glusterfs_volume_info", "glusterfs_brick_info", "glusterfs_brick_online", "glusterfs_peer_connected",
                     "glusterfs_daemon_online", "glusterfs_volume_size_bytes"):
            first, *others = [self.without_glusterd(samples.having(name)) for samples in pages.values()]
            self.assertNotEqual(first, {})
            for other in others:
                self.assertEqual(other, first, name)

    def without_glusterd(self, found):
        """Of which each exporter knows its node's only."""
        return {labels: value for labels, value in found.items() if ("daemon", "glusterd") not in labels}


class ThreeExporters(ClusterTestCase):
    """One on each node as they are meant to run: they find each other, and only one of them asks for the lock."""

    def setUp(self):
        port = free_port(cluster.address(1))
        self.each = {node: self.launch_exporter_on(node, TEN_TIMES_AS_FAST, port=port) for node in NODES}

    def leaders(self):
        return [node for node in NODES if self.each[node].scrape().value("glusterfs_exporter_leader") == 1]

    def test_nobody_meets_a_lock(self):
        for exporter in self.each.values():
            exporter.wait_ready(60)
        wait_until(lambda: len(self.leaders()) == 1, "one of them leads")
        (leader,) = self.leaders()
        others = [node for node in NODES if node != leader]
        # Until they knew of each other, each may have led.
        wait_until(lambda: not any(self.each[node].children() for node in others), "the others ask nothing any more")
        before = {node: failures(exporter.scrape()) for node, exporter in self.each.items()}
        asked_before = {node: self.transactions(node) for node in others}
        watches = [PageWatch(exporter, offline_bricks) for exporter in self.each.values()]
        with watches[0], watches[1], watches[2]:
            for _ in range(3):
                samples_after_run(self.each[leader], *LOCKING[:-1])
        self.assertEqual([watch.problems for watch in watches], [[], [], []])
        pages = [self.each[node].scrape() for node in (leader, *others)]
        self.assert_all_is_well(together(*pages))
        self.assertEqual(self.leaders(), [leader])
        for node in NODES:
            self.assertEqual(failures(self.each[node].scrape()), before[node], f"failures of node {node}")
        self.assertEqual({node: self.transactions(node) for node in others}, asked_before)

    def transactions(self, node):
        """{command: how often it ran}."""
        return self.each[node].scrape().by("command", "glusterfs_exporter_command_duration_seconds_count")


if __name__ == "__main__":
    unittest.main()

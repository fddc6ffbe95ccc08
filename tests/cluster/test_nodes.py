"""A node's glusterd dies and comes back. Its bricks go on, but nobody can be asked about them."""

import unittest

from cluster_support import (
    HEAL_COUNTS,
    LAYOUTS,
    ONLINE,
    ClusterTestCase,
    PageWatch,
    by_brick,
    cluster,
    contradictions,
    fast_config,
    last_run_began,
    mentions,
    samples_after_run,
)
from support import wait_until_equal

FAST = fast_config(default="1s", detail="3s", profile="3s", op_version="10s")


def setUpModule():
    cluster.bring_up()


class NodeTestCase(ClusterTestCase):
    def stop_node(self, node):
        """Ends the node's glusterd; it is started again when the test ends, if not before."""
        self.addCleanup(cluster.start_node, node)
        cluster.stop_node(node)


class AnotherNodeLost(NodeTestCase):
    """Seen from node 1 while node 3 is silent."""

    LOST = 3

    def setUp(self):
        self.exporter = self.start_exporter_on(1, FAST)

    def test_lost_and_back(self):
        with PageWatch(self.exporter, self.find_problems) as watch:
            self.stop_node(self.LOST)
            samples = samples_after_run(self.exporter, *ONLINE, "peers")
            self.assert_peers(samples, lost=self.LOST)
            self.assert_bricks_of_the_lost_node_are_unknown(samples)
            self.assert_health_is_what_can_be_known(samples)
            self.assert_heal_count_is_what_gluster_says()

            cluster.start_node(self.LOST)
            wait_until_equal(self.health, "ok", "the cluster is well again", limit=30)
            samples = samples_after_run(self.exporter, *ONLINE, "peers")
            self.assert_all_is_well(samples)
            self.assert_peers(samples)
        self.assertEqual(watch.problems, [])

    def health(self):
        return self.exporter.scrape().state("glusterfs_cluster_health")

    def find_problems(self, samples):
        """All the bricks run all the time, so none may be called offline."""
        offline = [labels for labels, value in samples.having("glusterfs_brick_online").items() if value == 0]
        return contradictions(samples) + [f"offline: {sorted(labels)}" for labels in offline]

    def assert_peers(self, samples, lost=None):
        self.assertEqual(samples.value("glusterfs_peers"), 3)
        self.assertEqual(
            samples.by("host", "glusterfs_peer_connected"),
            {cluster.address(node): 0 if node == lost else 1 for node in (1, 2, 3)},
        )
        self.assertEqual(
            samples.by("host", "glusterfs_daemon_online", daemon="shd"),
            {cluster.address(node): 1 for node in (1, 2, 3) if node != lost},
        )

    def assert_bricks_of_the_lost_node_are_unknown(self, samples):
        for name, layout in LAYOUTS.items():
            self.assertEqual(
                by_brick(samples, "glusterfs_brick_online", name),
                {str(brick): 1 for brick in layout.bricks if brick.node != self.LOST},
            )
        self.assertEqual(samples.by("volume", "glusterfs_volume_bricks_online"), {})
        self.assertEqual(samples.by("volume", "glusterfs_volume_bricks"), {"rep3": 3, "arb": 6, "disp": 3, "dist": 3})

    def assert_health_is_what_can_be_known(self, samples):
        """Two of three bricks are enough to serve, so quorum is known although health is not. Distribute has no spare:
        nothing is known of the subvolume that is the lost node's."""
        for name in LAYOUTS:
            self.assertEqual(samples.state("glusterfs_volume_health", volume=name), "unknown", name)
        subvolumes = {
            name: [
                (
                    samples.state("glusterfs_subvolume_health", volume=name, subvolume=str(number)),
                    samples.value("glusterfs_subvolume_quorum_met", volume=name, subvolume=str(number)),
                )
                for number in range(layout.subvolumes)
            ]
            for name, layout in LAYOUTS.items()
        }
        self.assertEqual(
            subvolumes,
            {
                "rep3": [("unknown", 1)],
                "arb": [("unknown", 1), ("unknown", 1)],
                "disp": [("unknown", 1)],
                "dist": [("up", 1), ("up", 1), ("unknown", None)],
            },
        )
        self.assertEqual(samples.state("glusterfs_cluster_health"), "degraded")

    def assert_heal_count_is_what_gluster_says(self):
        samples = samples_after_run(self.exporter, *HEAL_COUNTS)
        for name in ("rep3", "arb"):
            self.assertEqual(
                by_brick(samples, "glusterfs_brick_heal_pending_entries", name), cluster.heal_count(name), name
            )


class OwnNodeLost(NodeTestCase):
    """Seen from the node whose own glusterd is gone: nothing can be learnt, and what was known is soon too old."""

    def setUp(self):
        self.exporter = self.start_exporter_on(2, FAST)

    def test_lost_and_back(self):
        self.assertEqual(self.exporter.scrape().value("glusterfs_up"), 1)
        self.stop_node(2)
        samples = self.exporter.wait_for(
            lambda samples: samples if samples.value("glusterfs_up") == 0 else None, "glusterfs_up is 0"
        )
        self.assertEqual(samples.value("glusterfs_scrape_collector_success", collector="topology"), 0)

        samples = self.exporter.wait_for(
            lambda samples: None if self.knows_of_gluster(samples) else samples, "old data is gone from the page", limit=60
        )
        self.assertEqual(samples.value("glusterfs_up"), 0)
        self.assertEqual(samples.state("glusterfs_cluster_health"), "unknown")
        for collector in ("topology", "peers", "status"):
            self.assertGreater(samples.value("glusterfs_collector_last_success_timestamp_seconds", collector=collector), 0)

        cluster.start_node(2)
        self.exporter.wait_for(self.is_well, "all is well again", limit=60)
        samples = samples_after_run(self.exporter, *ONLINE, "peers")
        self.assert_all_is_well(samples)
        self.assertEqual(samples.value("glusterfs_up"), 1)

    def knows_of_gluster(self, samples):
        volumes = [key for name in LAYOUTS for key in mentions(samples, name)]
        return volumes or samples.having("glusterfs_peer_connected") or samples.having("glusterfs_daemon_online")

    def is_well(self, samples):
        return last_run_began(samples, "status") and samples.state("glusterfs_cluster_health") == "ok"


if __name__ == "__main__":
    unittest.main()

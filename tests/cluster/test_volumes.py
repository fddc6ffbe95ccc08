"""The life of a volume: created, started, profiled, stopped, deleted, created anew."""

import unittest

from cluster_support import (
    HEAL_COUNTS,
    NODES,
    ONLINE,
    PROFILES,
    SIZES,
    Brick,
    ClusterTestCase,
    by_brick,
    cluster,
    fast_config,
    mentions,
    samples_after_run,
)

OPERATIONS = ("glusterfs_brick_fop", "glusterfs_brick_read_size", "glusterfs_brick_write_size", "glusterfs_brick_upcalls")


def setUpModule():
    cluster.bring_up()


class LifeOfAVolume(ClusterTestCase):
    VOLUME = "shortlived"

    def setUp(self):
        self.bricks = [Brick(node, self.VOLUME) for node in NODES]
        config = fast_config(topology="1s", status="1s", profile="1s", detail="1s", heal_count="1s")
        self.exporter = self.start_exporter_on(1, config)

    def samples(self):
        """A page on which every collector has asked about what the topology says now."""
        samples_after_run(self.exporter, "topology")
        return samples_after_run(self.exporter, "topology", *ONLINE, *SIZES, *PROFILES, *HEAL_COUNTS)

    def names_about_the_volume(self, samples):
        return {name for name, _ in mentions(samples, self.VOLUME)}

    def volume_id(self, samples):
        labels = next(iter(samples.having("glusterfs_volume_info", volume=self.VOLUME)))
        return dict(labels)["volume_id"]

    def assert_counted(self, samples, created=0, started=4, stopped=0):
        self.assertEqual(
            samples.by("status", "glusterfs_volumes"), {"created": created, "started": started, "stopped": stopped}
        )

    def assert_says_nothing_of_running_bricks(self, samples, status):
        """A volume that does not run has bricks, but they are neither online nor offline, and it has no health."""
        self.assertEqual(samples.state("glusterfs_volume_status", volume=self.VOLUME), status)
        self.assertEqual(samples.value("glusterfs_volume_bricks", volume=self.VOLUME), 3)
        self.assertEqual(
            self.names_about_the_volume(samples),
            {
                "glusterfs_volume_info",
                "glusterfs_volume_status",
                "glusterfs_volume_bricks",
                "glusterfs_volume_subvolumes",
                "glusterfs_volume_replica_bricks",
                "glusterfs_volume_arbiter_bricks",
                "glusterfs_volume_disperse_bricks",
                "glusterfs_volume_redundancy_bricks",
                "glusterfs_volume_profiling_enabled",
                "glusterfs_brick_info",
            },
        )
        self.assert_others_are_well(samples)

    def assert_others_are_well(self, samples):
        self.assert_all_is_well(samples)  # of the four volumes, and the cluster's health with them

    def assert_runs(self, samples):
        self.assertEqual(samples.state("glusterfs_volume_status", volume=self.VOLUME), "started")
        self.assertEqual(samples.state("glusterfs_volume_health", volume=self.VOLUME), "up")
        self.assertEqual(
            by_brick(samples, "glusterfs_brick_online", self.VOLUME), {str(brick): 1 for brick in self.bricks}
        )
        self.assertEqual(
            by_brick(samples, "glusterfs_brick_heal_pending_entries", self.VOLUME),
            {str(brick): 0 for brick in self.bricks},
        )
        self.assertGreater(samples.value("glusterfs_volume_size_bytes", volume=self.VOLUME), 0)
        self.assert_others_are_well(samples)

    def operations(self, samples):
        return {name for name in self.names_about_the_volume(samples) if name.startswith(OPERATIONS)}

    def test_life(self):
        create = ("replica", "3", *map(str, self.bricks))
        self.create_volume(self.VOLUME, *create)
        samples = self.samples()
        self.assert_counted(samples, created=1)
        self.assert_says_nothing_of_running_bricks(samples, "created")
        first_id = self.volume_id(samples)

        cluster.gluster("volume", "start", self.VOLUME)
        samples = self.samples()
        self.assert_counted(samples, started=5)
        self.assert_runs(samples)
        self.assertEqual(samples.value("glusterfs_volume_profiling_enabled", volume=self.VOLUME), 0)
        self.assertEqual(self.operations(samples), set())

        cluster.gluster("volume", "profile", self.VOLUME, "start")
        self.assert_profiled(self.samples())
        cluster.gluster("volume", "profile", self.VOLUME, "stop")
        samples = self.samples()
        self.assertEqual(samples.value("glusterfs_volume_profiling_enabled", volume=self.VOLUME), 0)
        self.assertEqual(self.operations(samples), set())

        cluster.gluster("volume", "stop", self.VOLUME)
        samples = self.samples()
        self.assert_counted(samples, stopped=1)
        self.assert_says_nothing_of_running_bricks(samples, "stopped")

        self.delete_volume(self.VOLUME, [brick.path for brick in self.bricks])
        samples = self.samples()
        self.assert_counted(samples)
        self.assertEqual(mentions(samples, self.VOLUME), {})
        self.assertNotIn(self.VOLUME, self.exporter.page())  # not in a comment or a label of something else either
        self.assert_others_are_well(samples)

        self.create_volume(self.VOLUME, *create)
        cluster.gluster("volume", "start", self.VOLUME)
        cluster.gluster("volume", "profile", self.VOLUME, "start")
        samples = self.samples()
        self.assert_counted(samples, started=5)
        self.assert_runs(samples)
        self.assert_profiled(samples)
        self.assertNotEqual(self.volume_id(samples), first_id)

    def assert_profiled(self, samples):
        self.assertEqual(samples.value("glusterfs_volume_profiling_enabled", volume=self.VOLUME), 1)
        counted = by_brick(samples, "glusterfs_brick_write_size_bytes_count", self.VOLUME)
        self.assertEqual(counted, {str(brick): 0 for brick in self.bricks})


if __name__ == "__main__":
    unittest.main()

"""Bricks die and come back, with and without work left for the self-heal daemon."""

import time
import unittest

from cluster_support import (
    HEAL_COUNTS,
    HEAL_NAMES,
    LAYOUTS,
    ONLINE,
    ClusterTestCase,
    PageWatch,
    brick_value,
    by_brick,
    cluster,
    contradictions,
    fast_config,
    heal_of_lost_bricks,
    samples_after_run,
    write_files,
)
from support import wait_until, wait_until_equal

FILES = 25


def setUpModule():
    cluster.bring_up()


class BrickTestCase(ClusterTestCase):
    def setUp(self):
        config = fast_config(status="1s", heal_count="1s", heal_summary="1s")
        self.exporter = self.start_exporter_on(1, config)

    def kill(self, volume, *indices):
        """Kills the bricks; they are brought back when the test ends, if not before."""
        self.addCleanup(cluster.revive, volume)
        for index in indices:
            cluster.kill_brick(volume, index)

    def assert_exactly_these_are_down(self, samples, volume, *indices):
        """No other brick of any volume is."""
        for name, layout in LAYOUTS.items():
            self.assertEqual(
                by_brick(samples, "glusterfs_brick_online", name),
                {
                    str(brick): 0 if name == volume and index in indices else 1
                    for index, brick in enumerate(layout.bricks)
                },
            )
        self.assertEqual(
            samples.value("glusterfs_volume_bricks_online", volume=volume), len(LAYOUTS[volume].bricks) - len(indices)
        )

    def assert_health(self, samples, volume, health, subvolumes, cluster_health):
        """`subvolumes` holds the health of each. The other volumes are up."""
        self.assertEqual(
            {name: samples.state("glusterfs_volume_health", volume=name) for name in LAYOUTS},
            {**{name: "up" for name in LAYOUTS}, volume: health},
        )
        numbers = [str(number) for number in range(LAYOUTS[volume].subvolumes)]
        self.assertEqual(
            [samples.state("glusterfs_subvolume_health", volume=volume, subvolume=number) for number in numbers],
            subvolumes,
        )
        self.assertEqual(
            samples.by("subvolume", "glusterfs_subvolume_quorum_met", volume=volume),
            {number: 0 if health == "down" else 1 for number, health in zip(numbers, subvolumes)},
        )
        self.assertEqual(samples.state("glusterfs_cluster_health"), cluster_health)


class OneBrickLost(BrickTestCase):
    """Degraded: all is served, what is written waits for heal. And back again."""

    def backlog(self, samples, volume):
        return by_brick(samples, "glusterfs_brick_heal_pending_entries", volume)

    def assert_backlog_is_what_gluster_says(self, volume, ask_gluster, collectors):
        """Both are asked while nothing changes, which is so when Gluster says the same before and after. Returns it."""

        def quiet_answers():
            before = ask_gluster(volume)
            samples = samples_after_run(self.exporter, *collectors)
            return (samples, before) if ask_gluster(volume) == before else None

        samples, said = wait_until(quiet_answers, f"the backlog of {volume} stays the same for a moment", 30)
        self.assertEqual(self.backlog(samples, volume), said)
        return said

    def lose_and_heal(self, volume, index, ask_gluster, collectors):
        """What every kind of volume has in common. Gives the backlog that the other bricks had."""
        layout = LAYOUTS[volume]
        lost = layout.bricks[index]
        folder = self.mount_or_skip(volume)
        files = [f"while-down-{number}" for number in range(FILES)]
        wait_until_equal(
            lambda: self.backlog(self.exporter.scrape(), volume),
            {str(brick): 0 for brick in layout.bricks},
            f"nothing waits for heal on {volume}",
        )

        with PageWatch(self.exporter, contradictions) as watch:
            began = time.time()
            self.kill(volume, index)
            samples = samples_after_run(self.exporter, *ONLINE)
            self.assert_exactly_these_are_down(samples, volume, index)
            touched = layout.subvolume_of(index)
            healths = ["degraded" if number == touched else "up" for number in range(layout.subvolumes)]
            self.assert_health(samples, volume, "degraded", healths, "degraded")

            write_files(folder, files, 1000)
            waiting = self.assert_backlog_is_what_gluster_says(volume, ask_gluster, collectors)
            self.assertNotIn(str(lost), waiting)
            self.assertGreater(sum(waiting.values()), 0)

            samples = samples_after_run(self.exporter, "heal_summary", *ONLINE)
            for name in HEAL_NAMES:
                self.assertIsNone(brick_value(samples, name, volume, lost), f"{name} of the brick that is down")
            split = by_brick(samples, "glusterfs_brick_split_brain_entries", volume)
            self.assertEqual(split, {str(brick): 0 for brick in layout.bricks if brick != lost})
            since = samples.by("volume", "glusterfs_heal_backlog_start_timestamp_seconds")
            self.assertEqual(since.keys(), {volume})
            self.assertTrue(began <= since[volume] <= time.time(), f"{began} {since[volume]}")

            cluster.revive(volume)
            samples = samples_after_run(self.exporter, *ONLINE)
            self.assert_exactly_these_are_down(samples, volume)
            self.assert_health(samples, volume, "up", ["up"] * layout.subvolumes, "ok")
            self.wait_until_healed(volume)
        self.assertEqual(watch.problems, [])
        self.assertGreaterEqual(watch.pages, 10)

        for name in files:
            (folder / name).unlink()
        return waiting

    def wait_until_healed(self, volume):
        # The self-heal daemon starts when it is connected to the brick, or else once in ten minutes. Telling it to is
        # refused while it is at it.
        cluster.try_gluster("volume", "heal", volume)
        wait_until_equal(
            lambda: self.backlog(self.exporter.scrape(), volume),
            {str(brick): 0 for brick in LAYOUTS[volume].bricks},
            f"the backlog of {volume} is healed",
            limit=60,
        )
        samples = self.exporter.scrape()
        self.assertEqual(samples.having("glusterfs_heal_backlog_start_timestamp_seconds"), {})

    def test_replica(self):
        waiting = self.lose_and_heal("rep3", 0, cluster.heal_count, HEAL_COUNTS)
        # Each of the files and the folder they are in.
        self.assertEqual(waiting, {str(brick): FILES + 1 for brick in LAYOUTS["rep3"].bricks[1:]})

    def test_arbiter_volume(self):
        bricks = LAYOUTS["arb"].bricks
        waiting = self.lose_and_heal("arb", 4, cluster.heal_count, HEAL_COUNTS)
        self.assertEqual([waiting[str(brick)] for brick in bricks[:3]], [0, 0, 0])  # the other subvolume lost nothing
        self.assertEqual(waiting[str(bricks[3])], waiting[str(bricks[5])])  # its arbiter knows as much

    def test_disperse_volume(self):
        waiting = self.lose_and_heal("disp", 2, cluster.heal_summary, ("heal_summary", "heal_index"))
        self.assertEqual(waiting, {str(brick): FILES + 1 for brick in LAYOUTS["disp"].bricks[:2]})


class HealOfALostBrick(BrickTestCase):
    """What was learnt of a brick's backlog before it died is not said of it afterwards, not even until the next count."""

    def test_replica(self):
        self.check("rep3", 1)

    def test_disperse_volume(self):
        self.check("disp", 1)

    def check(self, volume, index):
        lost = LAYOUTS[volume].bricks[index]
        with PageWatch(self.exporter, heal_of_lost_bricks) as watch:
            self.kill(volume, index)
            samples = samples_after_run(self.exporter, *ONLINE, *HEAL_COUNTS, "heal_summary")
        self.assertEqual(brick_value(samples, "glusterfs_brick_online", volume, lost), 0)
        self.assertEqual(watch.problems, [])


class TooManyBricksLost(BrickTestCase):
    """Quorum is gone: what is served depends on the kind of volume."""

    def lose(self, volume, *indices):
        with PageWatch(self.exporter, contradictions) as watch:
            self.kill(volume, *indices)
            samples = samples_after_run(self.exporter, *ONLINE)
            self.assert_exactly_these_are_down(samples, volume, *indices)
            cluster.revive(volume)
            self.assert_all_is_well(samples_after_run(self.exporter, *ONLINE))
        self.assertEqual(watch.problems, [])
        return samples

    def test_two_of_three_replicas(self):
        samples = self.lose("rep3", 0, 1)
        self.assert_health(samples, "rep3", "down", ["down"], "critical")

    def test_both_data_bricks_of_an_arbiter_set(self):
        samples = self.lose("arb", 0, 1)
        self.assert_health(samples, "arb", "partial", ["down", "up"], "critical")

    def test_a_data_brick_and_the_arbiter(self):
        samples = self.lose("arb", 4, 5)
        self.assert_health(samples, "arb", "partial", ["up", "down"], "critical")

    def test_one_brick_of_each_arbiter_set(self):
        samples = self.lose("arb", 2, 3)
        self.assert_health(samples, "arb", "degraded", ["degraded", "degraded"], "degraded")

    def test_both_arbiter_sets(self):
        samples = self.lose("arb", 0, 1, 3, 4)
        self.assert_health(samples, "arb", "down", ["down", "down"], "critical")

    def test_more_than_the_redundancy_of_a_disperse_set(self):
        samples = self.lose("disp", 0, 1)
        self.assert_health(samples, "disp", "down", ["down"], "critical")

    def test_a_brick_without_a_copy(self):
        samples = self.lose("dist", 1)
        self.assert_health(samples, "dist", "partial", ["up", "down", "up"], "critical")


if __name__ == "__main__":
    unittest.main()

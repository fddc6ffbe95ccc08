"""A `gluster` that never answers and can't be told to end: the page stays fast and honest, processes stay few."""

import statistics
import time
import unittest

from stack import NAMES_WITHOUT_GLUSTER, about_gluster, every_second, wait_until_all_is_well

from support import COMMAND_LANES, ExporterTestCase, exporter_program, question_of, wait_until, wait_until_equal
from support.fake_gluster import CommandStart

SCRAPES = 50
LONGEST_SCRAPE_SECONDS = 0.050


def scrape_times(exporter):
    times = []
    for _ in range(SCRAPES):
        begin = time.monotonic()
        answer = exporter.get("/metrics")
        times.append(time.monotonic() - begin)
        if answer.status != 200:
            raise AssertionError(f"a scrape got {answer.status}")
    return times


def lane_of(child, gluster):
    """The lane that started this child; None in the instant before it is the program that was asked for."""
    if "--mode=script" in child.arguments:
        begin = child.arguments.index("--mode=script")
        return CommandStart(child.pid, question_of(child.arguments[begin:])).lane()
    lanes = [start.lane() for start in gluster.starts() if start.pid == child.pid]
    if not lanes and exporter_program() not in child.arguments[:1] and child.state != "Z":
        raise AssertionError(f"a child that nobody asked for: {child}")
    return lanes[-1] if lanes else None


class HangingForEver(ExporterTestCase):
    """Deadlines so long that every lane is stuck for the whole test."""

    def setUp(self):
        self.gluster = self.make_gluster()
        self.exporter = self.start_exporter_of(self.gluster, every_second(timeout="10m"))
        wait_until_all_is_well(self.exporter)
        self.gluster.set_mode("hang")
        wait_until(lambda: len(self.stuck_children()) == len(COMMAND_LANES), "a command of each lane is stuck")

    def stuck_children(self):
        return [child for child in self.exporter.children() if child.arguments == ("sleep", "infinity")]

    def test_scrapes_are_fast(self):
        # Other processes of the machine can delay any one scrape: an exporter that waits for Gluster is slow each time.
        for attempts_left in (2, 1, 0):
            times = scrape_times(self.exporter)
            if max(times) < LONGEST_SCRAPE_SECONDS or attempts_left == 0:
                break
        self.assertLess(statistics.median(times), LONGEST_SCRAPE_SECONDS)
        self.assertLess(max(times), LONGEST_SCRAPE_SECONDS)
        self.assertEqual(len(self.stuck_children()), len(COMMAND_LANES), "Gluster did not hang for the whole time")

    def test_no_lane_has_a_second_child(self):
        before = self.stuck_children()
        self.assertEqual(sorted(lane_of(child, self.gluster) for child in before), sorted(COMMAND_LANES))
        self.assertEqual([child.group for child in before], [child.pid for child in before])
        commands_before = len(self.gluster.starts())
        time.sleep(3)  # three intervals of every collector
        self.assertEqual(self.exporter.children(), before)
        self.assertEqual(len(self.gluster.starts()), commands_before)


class HangingUntilTheDeadline(ExporterTestCase):
    def test_old_data_vanishes_and_returns(self):
        gluster = self.make_gluster()
        exporter = self.start_exporter_of(gluster, every_second(timeout="500ms"))
        before = wait_until_all_is_well(exporter)
        self.assertEqual(len(before.having("glusterfs_brick_online")), 15)
        gluster.set_mode("hang")

        # For three intervals the last answer is shown, beside the word that Gluster no longer answers ...
        def volumes_of_a_gluster_that_is_down(samples):
            return samples.value("glusterfs_up") == 0 and samples.having("glusterfs_volume_info")

        exporter.wait_for(volumes_of_a_gluster_that_is_down, "glusterfs_up is 0, volumes still shown")
        results = exporter.collector_results()
        self.assertEqual(results["topology"], "timeout")

        # ... and then nothing of it is left.
        hung = exporter.wait_for(
            lambda samples: samples if samples.names() == NAMES_WITHOUT_GLUSTER else None,
            "nothing but the exporter's own metrics is left",
        )
        self.assertEqual(hung.value("glusterfs_up"), 0)
        self.assertEqual(hung.state("glusterfs_cluster_health"), "unknown")
        last_success = "glusterfs_collector_last_success_timestamp_seconds"
        self.assertGreater(hung.value("process_start_time_seconds"), 0)
        self.assertEqual(hung.by("collector", last_success).keys(), before.by("collector", last_success).keys())
        hanging = ("topology", "peers", "geo_replication", "status", "heal_summary")
        exporter.wait_for(
            lambda samples: all(samples.collector_results()[name] == "timeout" for name in hanging),
            f"{hanging} show reason timeout",
        )
        self.assert_promtool_finds_nothing(exporter.page())

        gluster.set_mode("pass")
        wait_until_all_is_well(exporter)
        wait_until_equal(lambda: about_gluster(exporter.scrape()), about_gluster(before), "the page is what it was")
        self.assertTrue(exporter.is_running())

    def test_from_the_start(self):
        gluster = self.make_gluster(mode="hang")
        exporter = self.start_exporter_of(gluster, every_second(timeout="500ms"))
        # The others wait until the volumes are known.
        expected = {"topology": "timeout", "peers": "timeout", "op_version": "timeout"}
        not_yet_known = {
            "glusterfs_collector_last_success_timestamp_seconds",
            "glusterfs_exporter_source_info",
            # Without its peers nobody knows which exporter speaks for the cluster; until then none does.
            "glusterfs_exporter_leader",
            "glusterfs_cluster_health",
        }
        hung = exporter.wait_for(
            lambda samples: samples if samples.collector_results() == expected else None,
            f"the page shows {expected}",
        )
        self.assertEqual(hung.value("glusterfs_up"), 0)
        self.assertEqual(hung.names(), NAMES_WITHOUT_GLUSTER - not_yet_known)
        self.assert_promtool_finds_nothing(exporter.page())

        gluster.set_mode("pass")
        wait_until_all_is_well(exporter)

    def test_one_child_per_lane_and_all_are_reaped(self):
        gluster = self.make_gluster()
        exporter = self.start_exporter_of(gluster, every_second(timeout="200ms"))
        exporter.wait_ready()
        gluster.set_mode("hang")
        lanes_seen, at_once = set(), 0
        end = time.monotonic() + 6
        while time.monotonic() < end:
            children = exporter.children()
            lanes = [lane for lane in (lane_of(child, gluster) for child in children) if lane]
            self.assertEqual(len(lanes), len(set(lanes)), f"two children of a lane: {children}")
            self.assertLessEqual(len(children), len(COMMAND_LANES), children)
            lanes_seen.update(lanes)
            at_once = max(at_once, len(children))
            time.sleep(0.01)
        seen, wanted = (lanes_seen, at_once), (set(COMMAND_LANES), len(COMMAND_LANES))
        self.assertEqual(seen, wanted, "the test did not see what it looked for")
        ended = [start.pid for start in gluster.starts()]
        self.assertGreater(len(ended), 2 * len(COMMAND_LANES), "too few commands to say that they are ended")

        gluster.set_mode("pass")
        wait_until(
            lambda: [process.pid for process in exporter.family()] == [exporter.pid],
            "the exporter is all that is left of its family",
        )
        wait_until(lambda: exporter.children() == [], "no child is left, not even a zombie")


if __name__ == "__main__":
    unittest.main()

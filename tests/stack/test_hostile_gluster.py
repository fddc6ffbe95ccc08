"""Bad answers of every kind: the page stays valid, collectors say why they failed, and all is well once Gluster is."""

import unittest

from stack import ALL_OK, about_gluster, every_second, wait_until_all_is_well

from support import (
    COMMAND_LANES,
    ExporterTestCase,
    difference,
    peak_resident_bytes,
    resident_bytes,
    wait_until,
    wait_until_equal,
)

MIB = 1 << 20

# More than any answer: what the exporter takes in of one command before it gives up.
LARGEST_ANSWER = 256 * MIB


def all_that_ask(reason, **exceptions):
    """Every collector fails for this reason that asks Gluster something: the volumes have no snapshots, so that nothing
    is asked about those, and exporters are no Gluster."""
    return {**{collector: reason for collector in ALL_OK}, "snapshots": "ok", "exporters": "ok", **exceptions}


class BadAnswers(ExporterTestCase):
    """Each test lets a good Gluster go bad in one way and get well again."""

    def setUp(self):
        self.gluster = self.make_gluster()
        self.exporter = self.start_exporter_of(self.gluster, every_second())
        self.before = wait_until_all_is_well(self.exporter)

    def turn(self, mode, expected):
        """Changes to `mode` and waits until the collectors in `expected` show these results; gives the samples."""
        self.gluster.set_mode(mode)
        last = [{}]

        def as_expected(samples):
            last[0] = {key: value for key, value in samples.collector_results().items() if key in expected}
            return samples if last[0] == expected else None

        try:
            samples = self.exporter.wait_for(as_expected, f"mode {mode} has its results", limit=15)
        except AssertionError as error:
            raise AssertionError(f"{error}{difference(last[0], expected)}") from None
        self.assert_promtool_finds_nothing(self.exporter.page())
        self.assertTrue(self.exporter.is_running())
        return samples

    def assert_well_again(self):
        self.gluster.set_mode("pass")
        wait_until_all_is_well(self.exporter)
        # A collector that did not fail may not have run since.
        wait_until_equal(
            lambda: about_gluster(self.exporter.scrape()), about_gluster(self.before), "the page is what it was"
        )
        self.assert_promtool_finds_nothing(self.exporter.page())
        self.assert_every_child_is_reaped()

    def assert_every_child_is_reaped(self):
        zombies = {child.pid for child in self.exporter.children() if child.state == "Z"}
        # A command that has just ended is one for a moment.
        wait_until(
            lambda: not zombies & {child.pid for child in self.exporter.children()}, f"{zombies} are reaped", limit=5
        )
        # Commands go on being started: which have been is asked first, so that a new one is not taken for one that lives on.
        started = {start.pid for start in self.gluster.starts()}
        former = started - {child.pid for child in self.exporter.children()}
        left = [process for process in self.exporter.family() if process.pid in former]
        self.assertEqual(left, [], "ended commands live on")

    def test_truncated_xml(self):
        expected = all_that_ask("parse")
        del expected["heal_count"]  # answers in text: see the next test
        samples = self.turn("truncate", expected)
        self.assertEqual(samples.value("glusterfs_up"), 0)
        self.assert_well_again()

    def test_truncated_text(self):
        # The half of "Number of entries: 1234" that is left may be "Number of entries: 12".
        self.turn("truncate", {"heal_count": "parse"})
        self.assert_well_again()

    def test_text_before_xml_does_no_harm(self):
        # hostile_gluster has no good answer about geo-replication.
        self.turn("text-before-xml", {**ALL_OK, "geo_replication": "exit"})
        # The other collectors were well before and may not have run since.
        wait_until_equal(
            lambda: self.exporter.scrape().by("host", "glusterfs_brick_online", volume="vol1"),
            {"127.1.9.1": 1, "127.1.9.2": 1, "127.1.9.3": 1},
            "the bricks of the answer are online",
        )
        samples = self.exporter.scrape()
        self.assertEqual(samples.value("glusterfs_up"), 1)
        self.assertEqual(samples.having("glusterfs_volumes", status="started"), {frozenset(): 1})
        self.assert_well_again()

    def test_exit_status_2_with_good_xml(self):
        samples = self.turn("exit2-good-xml", all_that_ask("exit"))
        self.assertEqual(samples.value("glusterfs_up"), 0)
        self.assert_well_again()

    def test_op_ret_minus_1_with_exit_status_0(self):
        # "Volume vol1 does not exist" is a good answer to a question about one volume: there is nothing.
        nothing_there = {name: "ok" for name in ("profile", "quota", "rebalance", "heal_summary")}
        # These answer in text, of which XML is none.
        text = {name: "parse" for name in ("heal_count", "bitrot", "version")}
        samples = self.turn("opret", all_that_ask("exit", **nothing_there, **text))
        self.assertEqual(samples.value("glusterfs_up"), 0)
        self.assert_well_again()

    def test_bad_utf8(self):
        # What has such a name can be shown; asked about it can't be.
        expected = {**ALL_OK, "geo_replication": "exit", "heal_count": "parse"}
        self.turn("bad-utf8", expected)
        wait_until_equal(
            lambda: self.exporter.scrape().by("brick", "glusterfs_brick_online", host="127.1.9.1"),
            {"/bricks/vol\ufffd\ufffd1": 1},
            "the brick of the answer is online",
        )
        samples = self.exporter.scrape()
        self.assertEqual(list(samples.by("volume", "glusterfs_volume_info")), ["vol\ufffd\ufffd1"])
        asked = [start.question for start in self.gluster.starts() if "vol\ufffd" in start.question]
        self.assertEqual(asked, [], "a bad name became an argument")
        self.assert_well_again()

    def test_empty(self):
        samples = self.turn("empty", all_that_ask("empty"))
        self.assertEqual(samples.value("glusterfs_up"), 0)
        self.assert_well_again()

    def test_error_on_stderr(self):
        samples = self.turn("stderr", all_that_ask("exit"))
        self.assertEqual(samples.value("glusterfs_up"), 0)
        self.assertIn("Connection failed. Please check if gluster daemon is operational.", self.exporter.log())
        self.assert_well_again()

    def test_lock_held_by_somebody_else(self):
        samples = self.turn("lock", {"topology": "ok", "peers": "ok", "status": "lock", "profile": "lock"})
        self.assertEqual(samples.value("glusterfs_up"), 1)
        # The volume is known, how its bricks do is not: unknown is neither 0 nor 1.
        self.assertEqual(samples.having("glusterfs_brick_online", volume="vol1"), {})
        self.assertEqual(samples.state("glusterfs_volume_health", volume="vol1"), "unknown")
        self.assert_well_again()

    def test_lock_that_hides_sizes(self):
        # `volume status all detail` leaves out a locked volume without a word: no success, for nothing was learnt.
        self.turn("lock", {"topology": "ok", "status": "lock", "detail": "lock"})
        self.assert_well_again()

    def test_hang_with_a_deadline_far_away(self):
        self.gluster.set_mode("hang")
        wait_until(lambda: len(self.exporter.children()) == len(COMMAND_LANES), "each lane has its command")
        self.assert_promtool_finds_nothing(self.exporter.page())

    def test_flood(self):
        floods = ("topology", "peers", "status", "heal_summary")  # two of the query lane, one of each other
        samples = self.turn("flood", {collector: "oversize" for collector in floods})
        self.assertEqual(samples.value("glusterfs_up"), 0)
        # Three lanes at once, and a buffer that grows holds its old self beside the new one.
        self.assertLess(peak_resident_bytes(self.exporter.pid), 3 * 2 * LARGEST_ANSWER)
        self.assert_well_again()


class MemoryAfterAFlood(ExporterTestCase):
    def test_is_what_it_was_before(self):
        gluster = self.make_gluster()
        exporter = self.start_exporter_of(gluster, every_second(only=("topology", "peers", "exporters", "status")))

        def succeeded(samples):
            return set(samples.collector_results().values()) == {"ok"} and samples.having("glusterfs_brick_online")

        def floods(samples):
            failures = samples.having("glusterfs_exporter_command_failures_total", reason="oversize")
            return sum(failures.values())

        exporter.wait_for(succeeded, "all succeed before the flood")
        before = resident_bytes(exporter.pid)
        for wanted in (4, 8):
            gluster.set_mode("flood")
            exporter.wait_for(lambda samples, wanted=wanted: floods(samples) >= wanted, f"{wanted} floods came")
            gluster.set_mode("pass")
            exporter.wait_for(succeeded, "all succeed after the flood")
        grown = resident_bytes(exporter.pid) - before
        self.assertLess(grown, 64 * MIB, f"{grown // MIB} MiB more than before the flood")


if __name__ == "__main__":
    unittest.main()

"""The cluster's lock: this exporter never asks for it twice at once, and keeps away while somebody else holds it."""

import unittest

from stack import (
    WATCHED_GLUSTER,
    about_gluster,
    every_second,
    overlaps,
    read_watched_log,
    wait_until_all_is_well,
)

from support import ExporterTestCase, wait_until, wait_until_equal


class LockConflicts(ExporterTestCase):
    def start_watched(self, config, pause, mode="pass"):
        self.gluster = self.make_gluster(mode=mode)
        self.watched_log = self.gluster.folder / "watched"
        self.watched_log.touch()
        env = {"WATCHED_LOG": str(self.watched_log), "WATCHED_PAUSE": str(pause)}
        self.exporter = self.start_exporter_of(self.gluster, config, env=env, program=WATCHED_GLUSTER)

    def moments(self):
        return read_watched_log(self.watched_log)

    def ended_with_lock(self):
        return [moment for moment in self.moments() if moment.what == "end" and moment.command.takes_lock()]

    def starts_of(self, question):
        return [
            moment.seconds
            for moment in self.moments()
            if moment.what == "start" and moment.command.question == question
        ]

    def test_no_two_commands_hold_the_lock_at_once(self):
        self.start_watched(every_second(), pause=0.03)
        before = wait_until_all_is_well(self.exporter)
        wait_until(lambda: len(self.ended_with_lock()) >= 60, "60 commands took the lock")
        self.gluster.set_mode("lock")
        self.exporter.wait_for(
            lambda samples: samples.collector_results()["heal_count"] == "lock", "several collectors met the lock"
        )
        self.gluster.set_mode("pass")
        wait_until_equal(
            lambda: about_gluster(self.exporter.scrape()), about_gluster(before), "the page is what it was"
        )

        moments = self.moments()
        self.assertEqual(overlaps(moments, lambda command: command.takes_lock()), [])
        # Had the pauses been too short to see anything, this would be empty too.
        self.assertNotEqual(overlaps(moments, lambda command: True), [])

    def test_pauses_grow_while_the_lock_is_held(self):
        self.start_watched(every_second(only=("topology", "peers", "exporters", "status")), pause=0, mode="lock")
        tries = 5
        wait_until(
            lambda: len(self.starts_of("volume status all")) >= tries, f"{tries} tries to get the status", limit=45
        )
        self.assertEqual(
            self.exporter.collector_results(),
            {"topology": "ok", "peers": "ok", "exporters": "ok", "status": "lock"},
        )
        begins = self.starts_of("volume status all")[:tries]
        pauses = [later - earlier for earlier, later in zip(begins, begins[1:])]
        # 1, 2, 4 and 8 s, each spread by a half: of two that are two doublings apart the later one is the longer.
        self.assertGreater(pauses[2], pauses[0], pauses)
        self.assertGreater(pauses[3], pauses[1], pauses)
        self.assertGreater(pauses[3], 2 * pauses[0], pauses)
        # What takes no lock went on at the same interval of 1 s meanwhile, and so was asked more often.
        others = [begin for begin in self.starts_of("volume info") if begins[0] <= begin <= begins[-1]]
        self.assertGreater(len(others), 1.5 * (tries - 1))

        failures = self.exporter.scrape().value(
            "glusterfs_exporter_command_failures_total", command="volume_status", reason="lock"
        )
        self.assertGreaterEqual(failures, tries - 1)


if __name__ == "__main__":
    unittest.main()

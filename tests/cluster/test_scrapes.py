"""A scrape asks Gluster nothing: no process, no lock, whoever scrapes how often."""

import unittest
from pathlib import Path

from cluster_support import ClusterTestCase, cluster, last_run_began
from support import COLLECTORS, OFF_BY_DEFAULT, collectors_every, wait_until

SCRAPES = 100
ACCEPT = ("text/plain", "application/openmetrics-text;version=1.0.0")
ENCODINGS = ("identity", "gzip")


def setUpModule():
    cluster.bring_up()


class Scrapes(ClusterTestCase):
    def setUp(self):
        self.exporter = self.start_exporter_on(1, {"collectors": collectors_every("1h")})
        self.exporter.wait_for(self.have_all_run, "the first poll of every collector", limit=60)
        wait_until(lambda: not self.exporter.children(), "the exporter has no child")

    def have_all_run(self, samples):
        return all(last_run_began(samples, name) for name in COLLECTORS if name not in OFF_BY_DEFAULT)

    def commands_glusterd_ran(self):
        """{node: lines of its cmd_history.log}: each command that changes something or takes a lock is one."""
        logs = {path.parents[1].name: path for path in Path(cluster.folder(1).parent).glob("n*/log/cmd_history.log")}
        self.assertIn("n1", logs)
        return {node: len(path.read_text(errors="replace").splitlines()) for node, path in logs.items()}

    def commands_counted(self):
        return self.exporter.scrape().by("command", "glusterfs_exporter_command_duration_seconds_count")

    def child_work(self):
        """What the kernel charges a process for its children that have ended: page faults and time. Starting any
        program costs hundreds of faults."""
        fields = Path(f"/proc/{self.exporter.pid}/stat").read_text().rpartition(")")[2].split()
        return {"faults": fields[8], "user time": fields[13], "system time": fields[14]}

    def scrape_many_times(self, between=lambda: None):
        for number in range(SCRAPES):
            headers = {"Accept": ACCEPT[number % 2], "Accept-Encoding": ENCODINGS[number // 2 % 2]}
            answer = self.exporter.get("/metrics", headers)
            self.assertEqual(answer.status, 200)
            between()

    def test_scrapes_run_nothing(self):
        ran, counted, work = self.commands_glusterd_ran(), self.commands_counted(), self.child_work()
        self.assertGreater(sum(counted.values()), 10)  # the first poll

        self.scrape_many_times(between=lambda: self.assertEqual(self.exporter.children(), []))

        self.assertEqual(self.child_work(), work)
        self.assertEqual(self.commands_counted(), counted)
        self.assertEqual(self.commands_glusterd_ran(), ran)


if __name__ == "__main__":
    unittest.main()

"""config/prometheus-agent.yml with Debian's Prometheus: an agent scrapes a real exporter and writes to a second one. What
is measured while that one is away is there afterwards."""

import tempfile
import time
import unittest
from pathlib import Path

import yaml
from stack import every_second, wait_until_all_is_well

from support import REPOSITORY, ExporterTestCase, Prometheus, wait_until, wait_until_equal

RECEIVER = """\
global:
  evaluation_interval: 1s
rule_files: [rules.yml]
"""
SCRAPED = 'scrape_samples_scraped{job="glusterfs"}'


def agent_config(exporter, receiver):
    """The example with these addresses and short intervals."""
    config = yaml.safe_load((REPOSITORY / "config" / "prometheus-agent.yml").read_text())
    config["global"].update(scrape_interval="1s", scrape_timeout="1s")
    config["scrape_configs"][0]["static_configs"][0]["targets"] = [f"{exporter.address}:{exporter.port}"]
    config["remote_write"][0]["url"] = f"http://{receiver.address}/api/v1/write"
    config["remote_write"][0]["queue_config"]["max_backoff"] = "1s"
    return yaml.safe_dump(config)


class Agent(ExporterTestCase):
    def setUp(self):
        self.exporter = self.start_exporter_of(self.make_gluster(), every_second())
        wait_until_all_is_well(self.exporter)
        folder = self.folder()
        # Rules are the receiver's, for an agent evaluates none.
        (folder / "rules.yml").write_text((REPOSITORY / "alerts" / "rules.yml").read_text())
        self.receiver = self.start_prometheus(folder, RECEIVER, flags=["--web.enable-remote-write-receiver"])
        self.agent = self.start_prometheus(self.folder(), agent_config(self.exporter, self.receiver), agent=True)

    def folder(self):
        folder = tempfile.TemporaryDirectory(prefix="prometheus-test-")
        self.addCleanup(folder.cleanup)
        return Path(folder.name)

    def start_prometheus(self, folder, config, **options):
        prometheus = Prometheus(folder, config, **options)
        self.addCleanup(prometheus.stop)
        wait_until(prometheus.is_ready, "prometheus is ready")
        return prometheus

    def scrape_times(self):
        """When the samples that the receiver has were taken, in seconds."""
        result = self.receiver.api("query", query='up{job="glusterfs"}[10m]')["result"]
        return [moment for moment, value in result[0]["values"] if value == "1"] if result else []

    def test_everything_arrives_with_its_labels_and_values(self):
        number = self.receiver.number
        wait_until(lambda: len(self.scrape_times()) >= 3, "three scrapes arrive")
        self.assertEqual(number(SCRAPED), len(self.exporter.scrape()))
        [(labels, value)] = self.receiver.series('glusterfs_volume_size_bytes{volume="rep3"}')
        self.assertEqual(value, 270553174016)
        self.assertEqual((labels["site"], labels["cluster"], labels["job"]), ("paris", "storage-1", "glusterfs"))
        self.assertEqual(number("count(glusterfs_brick_online == 1)"), 15)
        self.assertEqual(number('sum(glusterfs_brick_write_size_bytes_count{volume="rep3"})'), 20)
        # What rules make of it keeps the labels that tell where it came from.
        wait_until(lambda: self.receiver.series("glusterfs:volume_used:ratio"), "rules are evaluated where it arrives")
        recorded = self.receiver.series("glusterfs:volume_used:ratio")
        places = {(labels["site"], labels["cluster"]) for labels, _ in recorded}
        self.assertEqual(places, {("paris", "storage-1")})

    def test_nothing_is_lost_while_the_receiver_is_away(self):
        wait_until(lambda: len(self.scrape_times()) >= 3, "three scrapes arrive")
        self.receiver.stop()
        gone = time.time()
        # Long enough for several scrapes: it is time itself that has to pass.
        wait_until(lambda: time.time() - gone > 6, "some seconds pass")
        self.receiver.start()
        wait_until(self.receiver.is_ready, "prometheus is ready")
        back = time.time()
        wait_until(lambda: self.scrape_times() and self.scrape_times()[-1] > back, "what is new arrives", 60)
        times = self.scrape_times()
        missed = [moment for moment in times if gone < moment < back]
        self.assertGreaterEqual(len(missed), 4)
        gaps = [after - before for before, after in zip(times, times[1:])]
        self.assertLess(max(gaps), 2.5, "a scrape of every second")
        lacking = f"count_over_time(up[10m]) - count_over_time({SCRAPED}[10m])"
        wait_until_equal(lambda: self.receiver.number(lacking), 0, "all series of each scrape are there")


if __name__ == "__main__":
    unittest.main()

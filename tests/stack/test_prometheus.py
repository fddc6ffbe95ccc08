"""Debian's Prometheus scrapes the exporter: it takes every line and finds nothing wrong."""

import http.server
import re
import tempfile
import threading
import unittest
import urllib.request
from pathlib import Path

from stack import ALL_OK, every_second, wait_until_all_is_well

from support import (
    PROMETHEUS_ACCEPT,
    ExporterTestCase,
    Prometheus,
    wait_until,
    wait_until_equal,
)

CONFIG = """\
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: glusterfs
    static_configs:
      - targets: ["{exporter}"]
  - job_name: listener
    static_configs:
      - targets: ["{listener}"]
"""

DISCOVERING_CONFIG = """\
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: glusterfs
    http_sd_configs:
      - url: http://{exporter}/sd
        refresh_interval: 1s
      - url: http://{exporter}/sd?as=another
        refresh_interval: 1s
    relabel_configs:
      - source_labels: [__meta_glusterfs_host]
        target_label: node
"""

SCRAPES = 'count_over_time(up{job="glusterfs"}[1m])'


class Listener(http.server.BaseHTTPRequestHandler):
    """Writes down what a scraper says it accepts."""

    headers_seen = []

    def do_GET(self):
        self.headers_seen.append((self.headers["Accept"], self.headers["Accept-Encoding"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b"listener_up 1\n")

    def log_message(self, *_):
        pass


class PrometheusTestCase(ExporterTestCase):
    def start_prometheus(self, config):
        folder = tempfile.TemporaryDirectory(prefix="prometheus-test-")
        self.addCleanup(folder.cleanup)
        prometheus = Prometheus(Path(folder.name), config)
        self.addCleanup(prometheus.stop)
        wait_until(prometheus.is_ready, "prometheus is ready")
        return prometheus


class Scraped(PrometheusTestCase):
    def setUp(self):
        gluster = self.make_gluster()
        self.exporter = self.start_exporter_of(gluster, every_second())
        wait_until_all_is_well(self.exporter)

        listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        self.addCleanup(listener.server_close)
        self.addCleanup(listener.shutdown)

        self.prometheus = self.start_prometheus(
            CONFIG.format(
                exporter=f"{self.exporter.address}:{self.exporter.port}",
                listener=f"127.0.0.1:{listener.server_port}",
            )
        )

    def target(self):
        """(health, last error) of the exporter as a target; None until Prometheus has looked at its configuration."""
        for target in self.prometheus.api("targets")["activeTargets"]:
            if target["labels"]["job"] == "glusterfs":
                return target["health"], target["lastError"]
        return None

    def test_prometheus_takes_everything(self):
        wait_until_equal(self.target, ("up", ""), "the target is up")
        # Several scrapes, with pages made anew in between.
        wait_until(lambda: (self.prometheus.number(SCRAPES) or 0) >= 5, "5 scrapes")
        self.assertEqual(self.prometheus.number('min_over_time(up{job="glusterfs"}[1m])'), 1)
        wait_until(
            lambda: self.prometheus.number('scrape_samples_scraped{job="glusterfs"}') == len(self.exporter.scrape()),
            "as many samples arrive as the page has",
        )

        number, query = self.prometheus.number, self.prometheus.query
        self.assertEqual(number("glusterfs_up"), 1)
        self.assertEqual(number("count(glusterfs_brick_online == 1)"), 15)
        self.assertEqual(number("count(glusterfs_peer_connected == 1)"), 3)
        self.assertEqual(number('glusterfs_volume_size_bytes{volume="rep3"}'), 270553174016)
        self.assertEqual(
            query("sum by (state) (glusterfs_volume_health)"),
            {
                frozenset({("state", state)}): count
                for state, count in (("up", 4), ("degraded", 0), ("partial", 0), ("down", 0), ("unknown", 0))
            },
        )
        self.assertEqual(number("count(glusterfs_scrape_collector_success == 1)"), len(ALL_OK))
        # A quantile for each brick that was written to, all but two: the buckets are there, and in order.
        self.assertEqual(number("count(histogram_quantile(0.5, glusterfs_brick_write_size_bytes_bucket) > 0)"), 13)
        self.assertEqual(number('sum(glusterfs_brick_write_size_bytes_count{volume="rep3"})'), 20)
        self.assertEqual(number("count(count by (le) (glusterfs_brick_write_size_bytes_bucket))"), 11)
        self.assertGreater(number('rate(glusterfs_exporter_http_requests_total{route="/metrics",code="200"}[1m])'), 0)

        self.assert_types()
        self.assert_log_is_clean()
        # The header that the other tests send is the real one.
        self.assertEqual(set(Listener.headers_seen), {(PROMETHEUS_ACCEPT, "gzip")})

    def assert_types(self):
        """How Prometheus understood the page, in whose OpenMetrics form infos and counters lose their suffix."""
        expected = {
            "glusterfs_volume": "info",
            "glusterfs_volume_health": "gauge",
            "glusterfs_brick_fop_duration_seconds": "summary",
            "glusterfs_brick_write_size_bytes": "histogram",
            "glusterfs_exporter_http_requests": "counter",
        }
        metadata = self.prometheus.api("metadata")
        types = {name: {entry["type"] for entry in metadata.get(name, [])} for name in expected}
        self.assertEqual(types, {name: {kind} for name, kind in expected.items()})

    def assert_log_is_clean(self):
        """Duplicate and out-of-order samples are warnings; so is everything else that Prometheus dislikes."""
        bad = [line for line in self.prometheus.log().splitlines() if "level=warn" in line or "level=error" in line]
        self.assertEqual(bad, [])
        self.assertIn("Server is ready to receive web requests.", self.prometheus.log())


class Discovered(PrometheusTestCase):
    """Prometheus knows the address of one exporter, and finds the others by asking it. It asks two places, so that the
    loss of one would not matter."""

    NODES = ("127.1.1.1", "127.1.1.2", "127.1.1.3")  # of the recorded cluster
    UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

    def setUp(self):
        self.gluster = self.make_gluster()
        # The exporter of the first node, whose glusterd the recorded answers come from. The others have none.
        self.exporter = self.start_exporter_of(self.gluster, every_second(), address=self.NODES[0])
        wait_until_all_is_well(self.exporter)
        address = f"{self.exporter.address}:{self.exporter.port}"
        self.prometheus = self.start_prometheus(DISCOVERING_CONFIG.format(exporter=address))

    def targets(self):
        targets = self.prometheus.api("targets")["activeTargets"]
        found = {target["scrapeUrl"]: target for target in targets}
        self.assertEqual(len(found), len(targets), "a target that both places name is scraped twice")
        return found

    def health(self):
        return {url: target["health"] for url, target in self.targets().items()}

    def urls(self):
        return [f"http://{node}:{self.exporter.port}/metrics" for node in self.NODES]

    def test_peers_become_targets(self):
        own, *others = self.urls()
        wait_until_equal(
            self.health, {own: "up", **{url: "down" for url in others}}, "one target for each peer, one of them up"
        )
        targets = self.targets()
        uuids = dict(self.peers())
        for node, url in zip(self.NODES, self.urls()):
            found = targets[url]["discoveredLabels"]
            self.assertEqual(
                {name: value for name, value in found.items() if name.startswith("__meta_glusterfs_")},
                {
                    "__meta_glusterfs_host": node,
                    "__meta_glusterfs_peer_uuid": uuids[node],
                    "__meta_glusterfs_connected": "true",
                },
            )
            self.assertRegex(uuids[node], self.UUID)
            self.assertEqual(targets[url]["labels"], {"instance": url[7:-8], "job": "glusterfs", "node": node})
        self.assertEqual(self.prometheus.number("sum(glusterfs_up)"), 1)
        wait_until_equal(
            lambda: self.prometheus.number('count(glusterfs_brick_online{node="127.1.1.1"} == 1)'),
            15,
            "the bricks are scraped",
        )

        # An exporter that does not know the peers must not make Prometheus forget them.
        self.gluster.set_mode("stderr")
        wait_until(lambda: self.exporter.get("/sd").status == 503, "the peers are not known any more")
        refreshes = "prometheus_sd_http_failures_total"
        wait_until(lambda: self.own_metric(refreshes) >= 2, "Prometheus asks in vain")
        self.assertEqual(self.health(), {own: "up", **{url: "down" for url in others}})

        self.gluster.set_mode("pass")
        wait_until(lambda: self.exporter.get("/sd").status == 200, "the peers are known again")

    def peers(self):
        """(host, uuid) of each, as the page says."""
        return [
            (dict(labels)["host"], dict(labels)["peer_uuid"])
            for labels in self.exporter.scrape().having("glusterfs_peer_connected")
        ]

    def own_metric(self, name):
        """The value of a metric of Prometheus itself."""
        with urllib.request.urlopen(f"http://{self.prometheus.address}/metrics", timeout=10) as response:
            page = response.read().decode()
        return sum(float(line.split()[-1]) for line in page.splitlines() if re.match(rf"{name}[ {{]", line))


if __name__ == "__main__":
    unittest.main()

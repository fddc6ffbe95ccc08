"""Three exporters on one cluster: exactly one speaks for it, and every series comes from one of them."""

import json
import tempfile
import time
import unittest
from pathlib import Path

from cluster_support import LAYOUTS, NODES, PageWatch, brick_key, cluster, contradictions
from node_exporters import (
    EXCHANGE_SECONDS,
    STATUS_SECONDS,
    NodeExportersTestCase,
    leaders,
    wait_for_one_leader,
)
from support import Prometheus, Samples, wait_until, wait_until_equal

# What an exporter tells of itself and its own glusterd. Prometheus tells these apart by the address it got them from.
OF_THE_EXPORTER = (
    "glusterfs_up",
    "glusterfs_op_version",
    "glusterfs_version_info",
    "glusterfs_exporter_",
    "glusterfs_scrape_",
    "glusterfs_collector_",
)
REPORT_HOLDS_SECONDS = 3 * EXCHANGE_SECONDS  # what an exporter said before it was gone
ALL_BRICKS = sorted((name, str(brick)) for name, layout in LAYOUTS.items() for brick in layout.bricks)


def setUpModule():
    cluster.bring_up()


def of_the_cluster(samples):
    """The samples about the cluster, its nodes, volumes and bricks."""
    return {key for key in samples if key[0].startswith("glusterfs_") and not key[0].startswith(OF_THE_EXPORTER)}


def told_twice(pages):
    """Series that more than one exporter tells, as text."""
    seen, twice = {}, []
    for node, samples in pages.items():
        for name, labels in of_the_cluster(samples):
            other = seen.setdefault((name, labels), node)
            if other != node:
                twice.append(f"{name}{sorted(labels)} from {other} and {node}")
    return sorted(twice)


def bricks_told(pages):
    """{(volume, "host:path"): [(node of the exporter, brick_online)]}."""
    told = {}
    for node, samples in pages.items():
        for labels, value in samples.having("glusterfs_brick_online").items():
            told.setdefault(brick_key(labels), []).append((node, value))
    return told


def union(pages):
    """All pages as one, which is what Prometheus holds."""
    return Samples({key: samples[key] for samples in pages.values() for key in of_the_cluster(samples)})


def bricks_of(node):
    return [(name, str(brick)) for name, layout in LAYOUTS.items() for brick in layout.bricks if brick.node == node]


def lies(samples):
    """What one of several pages says that cannot be so; nothing ever dies in these tests but glusterd and exporters."""
    offline = [sorted(labels) for labels, value in samples.having("glusterfs_brick_online").items() if value == 0]
    health = [
        f"health of {name} is {samples.state('glusterfs_volume_health', volume=name)}"
        for name in LAYOUTS
        if samples.state("glusterfs_volume_health", volume=name) not in (None, "up", "unknown")
    ]
    return [f"offline: {labels}" for labels in offline] + health


class LeaderTestCase(NodeExportersTestCase):
    def setUp(self):
        super().setUp()
        uuids = cluster.peer_uuids()
        self.by_uuid = sorted(NODES, key=lambda node: uuids[cluster.address(node)])

    def settled(self, leader=None, limit=60):
        """The pages once exactly one leads (that one, if given), and each brick is told by exactly one."""

        def pages_if_settled():
            pages = self.pages()
            told = bricks_told(pages)
            done = (
                len(leaders(pages)) == 1
                and leader in (None, *leaders(pages))
                and sorted(told) == ALL_BRICKS
                and all(values == [(values[0][0], 1)] for values in told.values())
                and not told_twice(pages)
                and not contradictions(union(pages))
            )
            return pages if done else None

        try:
            return wait_until(pages_if_settled, "one leader, and every brick from one exporter", limit)
        except AssertionError as error:
            pages = self.pages()
            raise AssertionError(
                f"{error}: leaders {leaders(pages)}, twice {told_twice(pages)[:10]}, {bricks_told(pages)}"
            ) from None

    def watch(self, node):
        return PageWatch(self.exporter_of[node], lies)

    def assert_bricks_come_from(self, pages, speaker_of):
        """`speaker_of` holds the node whose exporter speaks for the bricks of a node."""
        self.assertEqual(
            bricks_told(pages),
            {key: [(speaker_of[node], 1)] for node in NODES for key in bricks_of(node)},
        )

    def assert_cluster_comes_from(self, pages, leader, cluster_health="ok", lost=0):
        for metric in ("glusterfs_volume_health", "glusterfs_volume_bricks_online", "glusterfs_peers"):
            told = {node for node, samples in pages.items() if samples.having(metric)}
            self.assertEqual(told, {leader}, metric)
        samples = pages[leader]
        self.assertEqual(
            {name: samples.state("glusterfs_volume_health", volume=name) for name in LAYOUTS},
            {name: "up" for name in LAYOUTS},
        )
        self.assertEqual(
            samples.by("volume", "glusterfs_volume_bricks_online"),
            {name: len(layout.bricks) for name, layout in LAYOUTS.items()},
        )
        self.assertEqual(samples.state("glusterfs_cluster_health"), cluster_health)
        self.assertEqual(sum(samples.by("host", "glusterfs_peer_connected").values()), 3 - lost)
        for name, layout in LAYOUTS.items():
            self.assertEqual(
                {samples.value("glusterfs_subvolume_health", volume=name, subvolume=str(number), state="up")
                 for number in range(layout.subvolumes)},
                {1},
            )


class ThreeExporters(LeaderTestCase):
    def test_exactly_one_leads(self):
        self.start_exporters()
        pages = self.settled()
        first = self.by_uuid[0]
        self.assertEqual(leaders(pages), [first])  # the one of the lowest uuid; all peers are connected
        self.assert_bricks_come_from(pages, {node: node for node in NODES})
        self.assert_cluster_comes_from(pages, first)
        # What only a leader asks has run there and nowhere else.
        for node, samples in pages.items():
            asked = samples.value("glusterfs_scrape_collector_success", collector="status")
            self.assertEqual(asked, 1 if node == first else None, node)

    def test_settings(self):
        """never: leads not even when nobody else does. always: leads beside whoever has the lowest uuid."""
        first, second, third = self.by_uuid
        self.start_exporter_of(first, "--cluster.leader=never")
        self.start_exporter_of(second)
        self.start_exporter_of(third, "--cluster.leader=never")
        for exporter in self.exporter_of.values():
            exporter.wait_ready(60)
        pages = self.pages()
        self.assertEqual(pages[first].value("glusterfs_exporter_leader"), 0)
        self.assertEqual(pages[third].value("glusterfs_exporter_leader"), 0)
        for node in (first, third):
            self.assertEqual(pages[node].having("glusterfs_volume_health"), {})
            self.assertEqual(sorted(bricks_told({node: pages[node]})), sorted(bricks_of(node)))

        self.kill_exporter_of(third)
        self.start_exporter_of(third, "--cluster.leader=always").wait_ready(60)
        samples = self.exporter_of[third].wait_for(
            lambda samples: samples if samples.state("glusterfs_cluster_health") == "ok" else None, "it leads"
        )
        self.assertEqual(samples.value("glusterfs_exporter_leader"), 1)
        self.assertEqual(
            samples.by("volume", "glusterfs_volume_bricks_online"),
            {name: len(layout.bricks) for name, layout in LAYOUTS.items()},
        )


class LeaderLost(LeaderTestCase):
    def test_exporter_killed_and_back(self):
        self.start_exporters()
        first, second, third = self.by_uuid
        self.settled(first)
        with self.watch(second) as watch, self.watch(third) as watch_of_third:
            killed = time.monotonic()
            self.kill_exporter_of(first)
            new = wait_for_one_leader(self.pages, limit=2 * EXCHANGE_SECONDS)
            led_after = time.monotonic() - killed
            self.assertEqual(new, second)
            self.assertLessEqual(led_after, 2 * EXCHANGE_SECONDS)

            # It takes over what the dead one told of its node as soon as that is too old, from the CLI.
            pages = self.settled(second, limit=STATUS_SECONDS)
            took_over_after = time.monotonic() - killed
            self.assertLessEqual(took_over_after, STATUS_SECONDS)
            self.assert_bricks_come_from(pages, {first: second, second: second, third: third})
            self.assert_cluster_comes_from(pages, second)

            self.start_exporter_of(first).wait_ready(60)
            began = time.monotonic()
            pages = self.settled(first)
            back_after = time.monotonic() - began
            self.assert_bricks_come_from(pages, {node: node for node in NODES})
            self.assert_cluster_comes_from(pages, first)
        self.assertEqual(watch.problems + watch_of_third.problems, [])
        self.assertGreaterEqual(watch.pages, 10)
        print(
            f"\nanother leads {led_after:.1f} s after the leader's exporter was killed, and tells of its bricks after"
            f" {took_over_after:.1f} s; settled {back_after:.1f} s after it was ready again"
        )

    def test_exporter_of_another_killed(self):
        """Who does not lead is missed, too."""
        self.start_exporters()
        first, second, third = self.by_uuid
        self.settled(first)
        with self.watch(first) as watch:
            killed = time.monotonic()
            self.kill_exporter_of(third)
            wait_until(
                lambda: all((first, 1) in bricks_told(self.pages()).get(key, []) for key in bricks_of(third)),
                "the leader tells of the bricks of the node without an exporter",
                REPORT_HOLDS_SECONDS + STATUS_SECONDS,
            )
            took = time.monotonic() - killed
            pages = self.settled(first)
            self.assert_bricks_come_from(pages, {first: first, second: second, third: first})
            self.assert_cluster_comes_from(pages, first)
            self.start_exporter_of(third).wait_ready(60)
            self.assert_bricks_come_from(self.settled(first), {node: node for node in NODES})
        self.assertEqual(watch.problems, [])
        print(f"\nthe leader tells of the bricks of a node whose exporter was killed after {took:.1f} s")

    def test_glusterd_stopped_and_back(self):
        """The node's bricks go on, and its exporter still sees them; it can't speak for the cluster any more."""
        self.start_exporters()
        first, second, third = self.by_uuid
        self.settled(first)
        self.addCleanup(cluster.start_node, first)
        with self.watch(first) as watch_of_first, self.watch(second) as watch:
            stopped = time.monotonic()
            cluster.stop_node(first)
            new = wait_for_one_leader(self.pages, limit=STATUS_SECONDS, other_than=first)
            self.assertEqual(new, second)
            led_after = time.monotonic() - stopped

            pages = self.settled(second, limit=2 * STATUS_SECONDS)
            settled_after = time.monotonic() - stopped
            self.assert_cluster_comes_from(pages, second, cluster_health="degraded", lost=1)
            self.assertEqual(pages[first].value("glusterfs_up"), 0)
            # From the newest report of that node's exporter, though its glusterd can tell nobody.
            time.sleep(REPORT_HOLDS_SECONDS + EXCHANGE_SECONDS)
            pages = self.settled(second)
            self.assert_cluster_comes_from(pages, second, cluster_health="degraded", lost=1)

            cluster.start_node(first)
            began = time.monotonic()
            pages = self.settled(first)
            back_after = time.monotonic() - began
            self.assert_bricks_come_from(pages, {node: node for node in NODES})
            wait_until(
                lambda: self.exporter_of[first].scrape().state("glusterfs_cluster_health") == "ok", "all is well", 60
            )
        self.assertEqual(watch.problems + watch_of_first.problems, [])
        print(
            f"\nanother leads {led_after:.1f} s after the leader's glusterd began to stop, settled"
            f" {settled_after:.1f} s; leadership back {back_after:.1f} s after glusterd"
        )


CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: glusterfs
    static_configs: [{{targets: {targets}}}]
"""


class ScrapedByPrometheus(LeaderTestCase):
    ABOUT_THE_CLUSTER = (
        '{__name__=~"glusterfs_.+", __name__!~"' + "|".join(f"{name}.*" for name in OF_THE_EXPORTER) + '"}'
    )
    # Each by all its labels but the one that tells from which exporter it came.
    TWICE = "count without (instance, job) (label_replace(%s, 'metric', '$1', '__name__', '(.+)')) > 1"
    BRICKS = "count by (volume, host, brick) (glusterfs_brick_online)"
    HEALTH = "sum by (volume) (glusterfs_volume_health)"

    def setUp(self):
        super().setUp()
        self.start_exporters()
        self.settled()
        folder = tempfile.TemporaryDirectory(prefix="prometheus-test-")
        self.addCleanup(folder.cleanup)
        targets = [f"{exporter.address}:{exporter.port}" for exporter in self.exporter_of.values()]
        self.prometheus = Prometheus(Path(folder.name), CONFIG.format(targets=json.dumps(targets)))
        self.addCleanup(self.prometheus.stop)
        wait_until(self.prometheus.is_ready, "prometheus is ready")

    def numbers(self, text):
        return sorted(value for _, value in self.prometheus.series(text))

    def assert_each_series_once(self):
        self.assertEqual(self.prometheus.series(self.TWICE % self.ABOUT_THE_CLUSTER), [])
        self.assertEqual(self.numbers(self.BRICKS), [1] * len(ALL_BRICKS))
        self.assertEqual(self.numbers(self.HEALTH), [1] * len(LAYOUTS))
        self.assertEqual(self.numbers("sum(glusterfs_exporter_leader)"), [1])

    def test_no_series_twice(self):
        enough = "count_over_time(up[1m]) >= bool 5"
        wait_until_equal(lambda: self.numbers(enough), [1, 1, 1], "5 scrapes of each", 60)
        self.assertEqual(self.numbers("min_over_time(up[1m])"), [1, 1, 1])
        for _ in range(10):
            self.assert_each_series_once()
            time.sleep(0.5)
        # The same question does find what there is three times.
        self.assertEqual(self.numbers(self.TWICE % "glusterfs_up"), [3])
        self.assertGreater(self.numbers(f"count({self.ABOUT_THE_CLUSTER})"), [500])

        first, second, _ = self.by_uuid
        self.kill_exporter_of(first)
        self.settled(second)
        # Prometheus forgets a target that is gone at its next scrape of it.
        wait_until_equal(lambda: self.numbers("sum(up)"), [2], "Prometheus misses one", 30)
        wait_until_equal(lambda: self.numbers(self.BRICKS), [1] * len(ALL_BRICKS), "all bricks are there again", 30)
        for _ in range(5):
            self.assert_each_series_once()
            time.sleep(0.5)


if __name__ == "__main__":
    unittest.main()

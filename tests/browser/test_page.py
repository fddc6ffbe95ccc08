"""The page in a real browser, an exporter on each node of a real cluster.

Beside what they assert these tests write a picture of each view to build/screenshots for a person to look at.
"""

import json
import math
import os
import signal
import statistics
import tempfile
import threading
import time
import unittest
from pathlib import Path

from browser_support import VIEWS, Browser, quote
from cluster_support import LAYOUTS, cluster
from events_daemon import EVENTS, EventsDaemons
from node_exporters import NodeExportersTestCase, brick_process
from support import REPOSITORY, wait_until

PAGE_NODE = 1  # whose exporter the page is from, where a test does not say otherwise
KILLS = 20
MOST_SECONDS = 1.0  # from the kill of a brick until its row is red, p95


def setUpModule():
    cluster.bring_up()


def row_of(brick):
    return f"document.querySelector('tr[data-brick={quote(str(brick))}]')"


def p95(seconds):
    return sorted(seconds)[math.ceil(len(seconds) * 95 / 100) - 1]


def in_short(seconds):
    return f"median {statistics.median(seconds):.3f} s, p95 {p95(seconds):.3f} s, most {max(seconds):.3f} s"


class BrowserTestCase(NodeExportersTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        super().setUp()
        self.start_exporters()

    def open(self, node=PAGE_NODE, **options):
        page = self.browser.open(self.exporter_of[node].url("/"), **options)
        self.addCleanup(page.close)
        return page.wait_live()


class Bricks(BrowserTestCase):
    def test_a_dead_one_of_any_node_is_red_within_a_second(self):
        bricks = LAYOUTS["rep3"].bricks  # one on each node
        page = self.open()
        page.show("bricks")
        self.addCleanup(cluster.revive, "rep3")
        for brick in bricks:
            page.wait(f"{row_of(brick)}?.dataset.state === 'online'")

        def colours(brick):
            row = row_of(brick)
            return page.evaluate(
                f"(() => {{ const all = [{row}, ...{row}.querySelectorAll('*')];"
                " return all.map((one) => getComputedStyle(one)).map((s) => s.color + s.backgroundColor).join(); })()"
            )

        online = {brick: colours(brick) for brick in bricks}
        # Looked at whenever anything in the page changes, before the browser paints it.
        page.evaluate(
            "window.redSince = {}; void new MutationObserver(() => {"
            " for (const {dataset} of document.querySelectorAll('tr[data-brick][data-state=\"offline\"]'))"
            " window.redSince[dataset.brick] ??= performance.timeOrigin + performance.now();"
            "}).observe(document.body, {subtree: true, childList: true, attributes: true,"
            " attributeFilter: ['data-state']})"
        )
        took = {"its own node": [], "the others": []}
        for number in range(KILLS):
            brick = bricks[number % len(bricks)]
            pid = wait_until(lambda: brick_process(brick.path), "the brick's process runs")
            page.evaluate("void (window.redSince = {})")
            killed = time.time()
            os.kill(pid, signal.SIGKILL)
            red = page.wait(f"window.redSince[{quote(str(brick))}]") / 1000
            took["its own node" if brick.node == PAGE_NODE else "the others"].append(red - killed)
            if number < len(bricks):
                self.assertNotEqual(colours(brick), online[brick], f"{brick} looks different")
                page.screenshot(f"bricks-one-offline-{brick.node}")
            cluster.revive("rep3")
            page.wait(f"{row_of(brick)}.dataset.state === 'online'")
        for whose, seconds in took.items():
            print(f"bricks of {whose} killed {len(seconds)} times, red after: {in_short(seconds)}", flush=True)
        everything = [seconds for some in took.values() for seconds in some]
        self.assertGreater(min(everything), 0, "none is red that lives")
        self.assertLess(p95(everything), MOST_SECONDS, in_short(everything))
        self.assertEqual(page.problems(), [])


class Told(EventsDaemons, BrowserTestCase):
    """What others post to the exporters is on their pages."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="exporter-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_an_event_of_glustereventsd(self):
        self.prepare_events()
        url = self.exporter_of[PAGE_NODE].url(EVENTS)
        daemon = self.make_daemon(PAGE_NODE, self.folder)
        said = daemon.eventsapi("webhook-add", url)
        self.assertEqual(list(json.loads((daemon.files / "webhooks.json").read_text())), [url], said)
        daemon.start()
        page = self.open()
        page.show("events")

        def is_told(text):
            told = "[...document.querySelectorAll('main li[data-event][data-kind=\"gluster_event\"]')]"
            return f"{told}.some((one) => one.textContent.includes({quote(text)}))"

        self.assertFalse(page.evaluate(is_told("volume dist was")))
        self.addCleanup(cluster.gluster, "volume", "start", "dist", "force")
        cluster.gluster("volume", "stop", "dist", "force")
        page.wait(is_told("volume dist was stopped"))
        self.assertFalse(page.evaluate(is_told("volume dist was started")))
        cluster.gluster("volume", "start", "dist")
        page.wait(is_told("volume dist was started"))
        page.screenshot("events-of-gluster")
        self.assertEqual(page.problems(), [])

    def test_an_alert_of_alertmanager_comes_and_goes(self):
        config = (REPOSITORY / "config" / "alertmanager.yml").read_text()
        changes = {f"http://127.1.1.{node}:9713/": exporter.url() for node, exporter in self.exporter_of.items()}
        changes |= {"group_wait: 30s": "group_wait: 100ms", "group_interval: 5m": "group_interval: 1s"}
        for written, meant in changes.items():
            self.assertEqual(config.count(written), 1, written)
            config = config.replace(written, meant)
        alertmanager = self.start_alertmanager(self.folder, config)
        labels = {"alertname": "GlusterOfTheTests", "severity": "critical", "volume": "rep3"}
        alert = {"labels": labels, "annotations": {"summary": "a test tells of it"}}
        row = "document.querySelector('main [data-alert=\"GlusterOfTheTests\"]')"
        pages = {node: self.open(node) for node in self.exporter_of}
        for page in pages.values():
            page.show("alerts")
            self.assertTrue(page.evaluate(f"{row} === null"))
        alertmanager.put([alert])
        for page in pages.values():
            page.wait(f"{row}?.textContent.includes('a test tells of it')")
        pages[PAGE_NODE].screenshot("alerts-one")
        alertmanager.resolve(alert)
        for node, page in pages.items():
            page.wait(f"{row} === null")
            self.assertEqual(page.problems(), [], f"page of node {node}")


class Sparkline(BrowserTestCase):
    def test_writing_moves_it(self):
        point = self.mount_or_skip("rep3")
        cluster.try_gluster("volume", "profile", "rep3", "start")
        page = self.open()
        line = "document.querySelector('svg[data-sparkline=\"rep3\"] polyline')?.getAttribute('points')"
        page.show("volumes")
        ended = threading.Event()

        def write():
            while not ended.wait(0.02):
                (point / "sparkline").write_bytes(os.urandom(4096))

        writer = threading.Thread(target=write)
        writer.start()
        try:
            first = page.wait(line, 60)
            heights = f"new Set({line}.trim().split(/\\s+/).map((point) => point.split(',')[1])).size"
            page.wait(f"{line} !== {quote(first)} && {heights} > 1", 60)
        finally:
            ended.set()
            writer.join()
            (point / "sparkline").unlink(missing_ok=True)
        self.assertEqual(page.problems(), [])


class Restart(BrowserTestCase):
    def test_the_page_says_it_is_lost_and_comes_back_by_itself(self):
        page = self.open()
        self.assertNotIn("lost", page.banners())
        self.kill_exporter_of(1)
        page.wait("document.body.dataset.connection === 'lost'")
        page.wait("document.querySelector('[data-banner=\"lost\"]')")
        page.screenshot("overview-lost")
        self.start_exporter_of(1)
        page.wait_live(60)
        page.wait("!document.querySelector('[data-banner=\"lost\"]')")
        self.assertNotIn("upgraded", page.banners())
        broken = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED", "ERR_CONNECTION_RESET")
        self.assertEqual(page.problems(expected=broken), [])

    def test_a_page_of_another_version_says_so(self):
        page = self.open(olderPage=True)
        page.wait("document.querySelector('[data-banner=\"upgraded\"]')")
        page.screenshot("overview-upgraded")
        self.assertNotIn("upgraded", self.open().banners())
        self.assertEqual(page.problems(), [])


class Views(BrowserTestCase):
    def test_none_breaks_a_rule_of_accessibility_or_of_the_policy(self):
        for volume in LAYOUTS:
            cluster.try_gluster("volume", "profile", volume, "start")  # may have been done

        def rates_are_known():
            volumes = json.loads(self.exporter_of[1].get("/api/v1/state").text)["volumes"]
            return all("operations_per_second" in volume for volume in volumes.values())

        wait_until(rates_are_known, "there is something to show", 60)
        views = (*VIEWS, "volumes/rep3")
        for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390)):
            page = self.open(colorScheme=scheme, width=width)
            for view in views:
                with self.subTest(scheme=scheme, width=width, view=view):
                    page.show(view)
                    kind = scheme if width > 600 else "phone"
                    page.screenshot(f"{view.replace('/', '-')}-{kind}")
                    self.assertEqual(page.axe_violations(), [])
                    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    self.assertLessEqual(wide, 0, "it need not be scrolled sideways")
            self.assertEqual(page.problems(), [])

    def test_all_answers_have_the_strict_policy(self):
        page = self.open()
        paths = ("/", "/metrics", "/collectors", "/api/v1/state", "/api/v1/events", "/no/such/page", "/sd")
        for path in paths:
            page.evaluate(f"fetch({quote(path)}).then((answer) => answer.text()).then(() => null)")
        self.assertEqual(page.problems(expected=("404",)), [])
        asked = {answer["url"] for answer in page.seen()["answers"]}
        self.assertEqual({self.exporter_of[1].url(path) for path in paths} - asked, set())


if __name__ == "__main__":
    unittest.main()

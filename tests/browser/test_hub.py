"""The page of a hub in a real browser: several clusters, one of them with names that would like to be markup."""

import time
import unittest

from browser_support import Browser, quote
from support import HubTestCase, collectors_every, recorded_state, taken
from test_hostile_names import MARKUP, NAMES, hostile_state

VIEWS = ("overview", "topology", "volumes", "bricks", "peers", "operations", "alerts", "events", "exporter")
SWITCHER = "document.querySelector('[data-switcher]')"


def row_of(cluster):
    return f"document.querySelector('tr[data-cluster={quote(cluster)}]')"


class HubPage(HubTestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def start_hub(self):
        gluster = self.make_gluster()
        collectors = collectors_every("1s", only=("topology", "peers", "status", "exporters"))
        hub = self.start_exporter_of(gluster, {"collectors": collectors, **self.hub_config()})
        return hub.wait_ready()

    def open(self, hub, address="", **options):
        page = self.browser.open(hub.url("/" + address), **options)
        self.addCleanup(page.close)
        return page.wait_live()

    def go(self, page, address, view):
        page.evaluate(f"void (location.hash = {quote(address)})")
        page.wait(f"document.querySelector('main').dataset.view === {quote(view)}")

    def choose(self, page, cluster):
        page.evaluate(f"void ({SWITCHER}.value = {quote(cluster)}, {SWITCHER}.dispatchEvent(new Event('change')))")

    def test_the_list_tells_of_all(self):
        hub = self.start_hub()
        page = self.open(hub, "#/clusters")
        page.wait(f"{row_of('local')}?.dataset.ageState === 'fresh'")
        page.wait(f"{row_of('east')}?.dataset.ageState === 'never'")
        self.assertEqual(page.evaluate(f"{row_of('east')}.dataset.health"), "unknown")
        self.push(hub, "east", taken(recorded_state(), health="critical", reasons=["volume rep3 is down"]))
        page.wait(f"{row_of('east')}.dataset.ageState === 'fresh' && {row_of('east')}.dataset.health === 'critical'")
        text = page.evaluate(f"{row_of('east')}.textContent")
        self.assertIn("volume rep3 is down", text)
        self.assertIn("127.1.5.1", text)
        # A cluster whose document was two minutes old some seconds from now: its age counts on the page by itself.
        self.push(hub, "west", taken(recorded_state(), seconds_ago=112))
        page.wait(f"{row_of('west')}.dataset.ageState === 'fresh'")
        ages = f"{row_of('west')}.querySelector('.ago').textContent"
        first = page.wait(ages)
        page.wait(f"{ages} !== {quote(first)}")
        page.wait(f"{row_of('west')}.dataset.ageState === 'old'")
        self.assertEqual(page.evaluate(f"{row_of('east')}.dataset.ageState"), "fresh")
        options = page.evaluate(f"[...{SWITCHER}.options].map((one) => one.text.replace(/:.*/, ''))")
        self.assertEqual(options, ["All clusters", "this cluster", "east", "west"])
        page.screenshot("hub-clusters")
        self.assertEqual(page.problems(), [])

    def test_the_switcher_leads_to_each(self):
        hub = self.start_hub()
        east = recorded_state()
        east["volumes"] = {"only-east": east["volumes"]["rep3"]}
        self.push(hub, "east", taken(east))
        page = self.open(hub)
        page.wait(f"{SWITCHER}.value === 'local'")
        page.show("volumes")
        own = page.wait("document.querySelector('tr[data-volume]')?.dataset.volume")
        self.choose(page, "east")
        page.wait("document.querySelector('tr[data-volume=\"only-east\"]')")
        self.assertEqual(page.evaluate("location.hash"), "#/@east/volumes")
        self.assertIsNone(page.evaluate(f"document.querySelector('tr[data-volume={quote(own)}]')"))
        page.evaluate("void document.querySelector('tr[data-volume] a').click()")
        page.wait("document.querySelector('main').dataset.view === 'volume'")
        self.assertEqual(page.evaluate("location.hash"), "#/@east/volumes/only-east")
        self.assertIn("cluster=east", page.evaluate("document.getElementById('as-json').href"))
        # What comes is seen at once.
        changed = taken(east, reasons=["something came"], health="degraded")
        self.push(hub, "east", changed)
        page.wait("document.getElementById('health').textContent.includes('something came')")
        page.show("overview")  # of the own again: its address names no cluster
        page.wait(f"{SWITCHER}.value === 'local'")
        self.go(page, "#/@east/exporter", "exporter")
        page.wait("document.querySelector('main').textContent.includes('not pushed to a hub')")
        self.choose(page, "west")
        page.wait("document.querySelector('main').textContent.includes('Nothing has been heard of this cluster')")
        page.wait("document.body.dataset.connection === 'live'")
        self.push(hub, "west", taken(recorded_state()))
        page.wait("document.querySelector('tr[data-collector]')")
        self.go(page, "#/@nowhere/volumes", "volumes")
        page.wait("document.querySelector('main').textContent.includes('no cluster of that name')")
        self.choose(page, "*")
        page.wait(f"{row_of('east')}")
        asked = [url for url in page.seen()["requests"] if "/api/v1/exporter" in url]
        self.assertEqual(asked, [], "the hub's own is not shown as another's")
        self.assertEqual(page.problems(), [])

    def test_what_is_old_is_said_to_be(self):
        hub = self.start_bare_hub()
        self.push(hub, "east", taken(recorded_state(), seconds_ago=600))
        page = self.open(hub, "#/@east/")
        page.wait("document.querySelector('[data-banner=\"old\"]')")
        self.assertNotIn("stale", page.banners())
        page.screenshot("hub-old")
        self.push(hub, "east", taken(recorded_state()))
        page.wait("!document.querySelector('[data-banner=\"old\"]')")
        self.assertEqual(page.banners(), [])
        self.assertEqual(page.problems(), [])

    def test_without_gluster_there_is_no_own_cluster(self):
        hub = self.start_bare_hub()
        self.push(hub, "east", taken(recorded_state()))
        page = self.open(hub)
        page.wait("location.hash === '#/clusters'")
        page.wait(f"{row_of('east')}?.dataset.health === 'ok'")
        self.assertIsNone(page.evaluate(row_of("local")))
        page.evaluate(f"void {row_of('east')}.querySelector('a').click()")
        page.wait("document.querySelector('main').dataset.view === 'overview'")
        page.wait("document.querySelector('tr[data-volume=\"rep3\"]')")
        page.evaluate("void (location.hash = '#/bricks')")
        page.wait("location.hash === '#/clusters'")
        self.assertEqual(page.problems(), [])

    def test_names_are_shown_as_they_are(self):
        hub = self.start_bare_hub()
        state = recorded_state()
        page = self.open(hub, "#/clusters")
        for kind, name in NAMES.items():
            hostile = taken(hostile_state(state, name))
            hostile["node"]["host"] = hostile["node"]["exporter_version"] = name
            hostile["cluster"]["health"] = name
            time.sleep(0.25)  # as many as are let through for long
            answer = self.push(hub, "east", hostile)
            self.assertEqual((answer.status, answer.text), (200, "taken\n"))
            with self.subTest(name=kind, view="clusters"):
                self.go(page, "#/clusters", "clusters")
                start = name[:50]
                page.wait(f"{row_of('east')}?.textContent.includes({quote(start)})", 5)
                self.assertEqual(page.evaluate(f"document.querySelectorAll({quote(MARKUP)}).length"), 0)
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                self.assertLessEqual(wide, 0, "it need not be scrolled sideways")
            for view in ("volumes", "bricks", "peers", "events"):
                with self.subTest(name=kind, view=view):
                    self.go(page, f"#/@east/{view}", view)
                    page.wait(f"document.querySelector('main').textContent.includes({quote(name)})", 5)
                    self.assertEqual(page.evaluate(f"document.querySelectorAll({quote(MARKUP)}).length"), 0)
        self.assertEqual(page.problems(), [])

    def test_no_rule_of_accessibility_is_broken(self):
        hub = self.start_hub()
        self.push(hub, "east", taken(recorded_state(), seconds_ago=600, reasons=["volume rep3 is degraded"]))
        for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390)):
            page = self.open(hub, colorScheme=scheme, width=width)
            page.wait(f"{SWITCHER}.options.length === 4")
            kind = scheme if width > 600 else "phone"
            for address, view in (
                ("#/clusters", "clusters"),
                ("#/", "overview"),
                ("#/@west/", "overview"),
                *((f"#/@east/{'' if view == 'overview' else view}", view) for view in VIEWS),
            ):
                with self.subTest(scheme=scheme, width=width, address=address):
                    self.go(page, address, view)
                    page.screenshot(f"hub-{address.strip('#/@').replace('/', '-') or 'own'}-{kind}")
                    self.assertEqual(page.axe_violations(), [])
                    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    self.assertLessEqual(wide, 0, "it need not be scrolled sideways")
            self.assertEqual(page.problems(), [])


class NoHubPage(HubTestCase):
    def test_nothing_of_hubs_is_there(self):
        gluster = self.make_gluster()
        collectors = collectors_every("1h", only=("topology", "peers", "exporters"))
        exporter = self.start_exporter_of(gluster, {"collectors": collectors})
        exporter.wait_ready()
        browser = Browser()
        self.addCleanup(browser.close)
        page = browser.open(exporter.url("/#/clusters")).wait_live()
        page.wait("document.querySelector('main').dataset.view === 'overview'")
        self.assertIsNone(page.evaluate(SWITCHER))
        asked = [url for url in page.seen()["requests"] if "clusters" in url.partition("#")[0]]
        self.assertEqual(asked, [exporter.url("/assets/views/clusters.js")])
        self.assertEqual(page.problems(), [])


if __name__ == "__main__":
    unittest.main()

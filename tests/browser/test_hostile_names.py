"""Names that would like to be markup, script or the end of a table: shown as they are, and nothing else."""

import json
import unittest

from browser_support import VIEWS, Browser, quote
from support import ExporterTestCase, collectors_every

NAMES = {
    "markup": "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "quotes": "a\"b'c`d\" onmouseover=\"alert(3)",
    "entities": "&lt;b&gt; &amp; &#60;",
    "emoji": "🐟 volume 👩‍👩‍👧",
    "long": "x" * 200,
    "right to left": "אבג \u202edlrow\u202c مرحبا",
    "prototype": "__proto__",
    "address": "../?q=1#/volumes/%2F%zz",
}


MARKUP = "main script, main img, main iframe, [onerror], [onmouseover]"  # what none of them may become


def hostile_state(state, name):
    """The state of a real exporter with every name of a volume, brick, host and peer replaced by `name`."""
    state = json.loads(json.dumps(state))
    volume = next(iter(state["volumes"].values()))
    bricks = list(volume["bricks"].values())
    for number, brick in enumerate(bricks):
        brick["host"] = name
        brick["path"] = f"/{number}{name}"
    volume["bricks"] = {f"{brick['host']}:{brick['path']}": brick for brick in bricks}
    state["volumes"] = {name: volume}
    peer = next(iter(state["peers"].values()))
    peer["host"] = name
    state["peers"] = {name: peer}
    state["cluster"]["reasons"] = [f"volume {name} is degraded"]
    state["events"] = {
        "1": {
            "id": 1,
            "kind": "brick_offline",
            "text": f"brick {name} is offline",
            "labels": {"volume": name, "brick": name},
            "time": state["cluster"]["taken_at"],
        }
    }
    return state


class HostileNames(ExporterTestCase):
    def test_are_shown_as_they_are(self):
        gluster = self.make_gluster()
        collectors = collectors_every("1s", only=("topology", "peers", "status", "exporters"))
        exporter = self.start_exporter_of(gluster, {"collectors": collectors})
        exporter.wait_ready()
        state = json.loads(exporter.get("/api/v1/state").text)
        browser = Browser()
        self.addCleanup(browser.close)
        for kind, name in NAMES.items():
            body = f"id: h-1\nevent: state\ndata: {json.dumps(hostile_state(state, name))}\n\n"
            page = browser.open(exporter.url("/"), stream=body)
            for view in VIEWS:
                with self.subTest(name=kind, view=view):
                    page.show(view)
                    self.assertEqual(page.evaluate(f"document.querySelectorAll({quote(MARKUP)}).length"), 0)
            shown = f"document.querySelector('main').textContent.includes({quote(name)})"
            for view in ("volumes", "bricks", "peers", "events"):
                with self.subTest(name=kind, view=view):
                    page.show(view)
                    page.wait(shown, 5)
            with self.subTest(name=kind, view="volume"):
                page.show("volumes")
                link = f"[...document.querySelectorAll('main a')].find((a) => a.textContent.includes({quote(name)}))"
                page.evaluate(f"void {link}.click()")
                page.wait("document.querySelector('main').dataset.view === 'volume'", 5)
                page.wait(shown, 5)
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                self.assertLessEqual(wide, 0, "it need not be scrolled sideways")
            page.screenshot(f"hostile-{kind.replace(' ', '-')}")
            with self.subTest(name=kind):
                self.assertEqual(page.problems(), [])
            page.close()


if __name__ == "__main__":
    unittest.main()

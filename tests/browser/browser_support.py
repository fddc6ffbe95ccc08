"""A real Chromium with the exporter's page in it."""

import json
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from support import REPOSITORY

HERE = Path(__file__).resolve().parent
SCREENSHOTS = Path(os.environ.get("GLUSTERFS_EXPORTER_SCREENSHOTS") or REPOSITORY / "build" / "screenshots")
VIEWS = ("overview", "topology", "volumes", "bricks", "peers", "operations", "alerts", "events", "exporter")
STRICT = ("default-src 'none'", "script-src 'self'", "connect-src 'self'", "style-src 'self'", "base-uri 'none'")


class Browser:
    """One Chromium; close() ends it."""

    def __init__(self):
        if not (HERE / "node_modules" / "playwright-core").exists():
            raise AssertionError("tests/browser has no node_modules: scripts/install-deps.sh test")
        self._driver = subprocess.Popen(
            ["node", str(HERE / "driver.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )

    def close(self):
        self._driver.stdin.close()
        self._driver.wait(30)
        self._driver.stdout.close()

    def ask(self, command, **words):
        self._driver.stdin.write(json.dumps({"command": command, **words}) + "\n")
        self._driver.stdin.flush()
        line = self._driver.stdout.readline()
        if not line:
            raise AssertionError("the browser's driver ended; what it says stands above")
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["result"]

    def open(self, url, **options):
        return Page(self, self.ask("open", url=url, **options), url)


class Page:
    """A page in a context of its own."""

    def __init__(self, browser, number, url):
        self._browser, self._number, self.url = browser, number, url

    def _ask(self, command, **words):
        return self._browser.ask(command, page=self._number, **words)

    def evaluate(self, script):
        return self._ask("evaluate", script=script)

    def wait(self, script, limit=30):
        """Until the expression is true; gives its value."""
        return self._ask("wait", script=script, limit=limit)

    def wait_live(self, limit=30):
        self.wait("document.body.dataset.connection === 'live'", limit)
        return self

    def show(self, view):
        """Goes to a view, "volumes/NAME" for one volume, without loading the page anew."""
        name = "volume" if view.startswith("volumes/") else view
        self.evaluate(f"void (location.hash = {json.dumps('#/' + ('' if view == 'overview' else view))})")
        self.wait(f"document.querySelector('main').dataset.view === {json.dumps(name)}")

    def banners(self):
        return self.evaluate("[...document.querySelectorAll('[data-banner]')].map((one) => one.dataset.banner).sort()")

    def screenshot(self, name):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self._ask("screenshot", path=str(SCREENSHOTS / f"{name}.png"))

    def axe_violations(self):
        return self._ask("axe")

    def seen(self):
        return self._ask("seen")

    def problems(self, expected=()):
        """What the browser complained of, foreign requests, and answers without the strict policy. Complaints with one
        of the words in `expected` are left out."""
        seen = self.seen()
        origin = urlsplit(self.url)[:2]
        found = [line for line in seen["console"] if not any(word in line for word in expected)]
        found += [f"request to {url}" for url in seen["requests"] if urlsplit(url)[:2] != origin and url[:5] != "data:"]
        for answer in seen["answers"]:
            if answer["policy"] == "stub":  # the driver's own answer
                continue
            missing = [part for part in STRICT if part not in answer["policy"]]
            if missing or "unsafe" in answer["policy"]:
                found.append(f"{answer['url']}: policy {answer['policy']!r}")
        if seen["dialogs"]:
            found.append(f"{seen['dialogs']} dialogs")
        return found

    def close(self):
        self._ask("close")


def quote(text):
    return json.dumps(text)

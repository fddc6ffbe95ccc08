"""Debian's promtool and prometheus, which have the last word on whether a page is good."""

import json
import shutil
import subprocess
import time
import urllib.parse
import urllib.request

from .exporter import free_port

# What Debian 12's Prometheus (2.42) sends; test_prometheus.py holds it against the real one.
PROMETHEUS_ACCEPT = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


def program(name):
    path = shutil.which(name)
    if path is None:
        raise AssertionError(f"{name} is not installed: apt-get install prometheus")
    return path


def promtool_complaints(page):
    """What `promtool check metrics` says about a page (str or bytes): "" when it finds nothing."""
    data = page.encode() if isinstance(page, str) else page
    done = subprocess.run(
        [program("promtool"), "check", "metrics"], input=data, capture_output=True, timeout=30, check=False
    )
    said = (done.stdout + done.stderr).decode(errors="replace")
    return said if done.returncode == 0 else f"exit status {done.returncode}: {said}"


class Server:
    """A running program with a web address, whose files lie in `folder`. It can be stopped and started again."""

    name = None  # of its files and in messages

    def __init__(self, folder, config_text):
        self.address = f"127.0.0.1:{free_port()}"
        self.folder = folder
        self.config = folder / f"{self.name}.yml"
        self.config.write_text(config_text)
        self._log_path = folder / f"{self.name}.log"
        self.start()

    def command(self):
        raise NotImplementedError

    def start(self):
        with open(self._log_path, "ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder
            )

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def log(self):
        return self._log_path.read_text(errors="replace")

    def is_ready(self):
        if self._process.poll() is not None:
            raise AssertionError(f"{self.name} ended:\n{self.log()}")
        try:
            with urllib.request.urlopen(f"http://{self.address}/-/ready", timeout=10) as response:
                return response.status == 200
        except OSError:
            return False


class Prometheus(Server):
    """With `flags` in addition to those it needs; agent=True: one that only scrapes and passes on."""

    name = "prometheus"

    def __init__(self, folder, config_text, flags=(), agent=False):
        self._flags = [*flags, "--enable-feature=agent"] if agent else list(flags)
        self._storage = "agent" if agent else "tsdb"
        super().__init__(folder, config_text)

    def command(self):
        return [
            program("prometheus"),
            f"--config.file={self.config}",
            f"--storage.{self._storage}.path={self.folder / 'data'}",
            f"--web.listen-address={self.address}",
            *self._flags,
        ]

    def api(self, path, **parameters):
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as response:
            return json.load(response)["data"]

    def series(self, text):
        """The result of an instant query: [(all labels, value)]."""
        return [(series["metric"], float(series["value"][1])) for series in self.api("query", query=text)["result"]]

    def query(self, text):
        """The result of an instant query as {the labels without name, job and instance: value}."""
        return {
            frozenset((key, label) for key, label in labels.items() if key not in ("__name__", "job", "instance")): value
            for labels, value in self.series(text)
        }

    def number(self, text):
        """The value of a query that gives one series; None when it gives none."""
        values = list(self.query(text).values())
        if len(values) > 1:
            raise AssertionError(f"{text}: {len(values)} series, not one")
        return values[0] if values else None


class Alertmanager(Server):
    name = "alertmanager"

    def command(self):
        return [
            program("prometheus-alertmanager"),
            f"--config.file={self.config}",
            f"--storage.path={self.folder / 'alertmanager-data'}",
            f"--web.listen-address={self.address}",
            "--cluster.listen-address=",
        ]

    def alerts(self):
        """What it was told of, as its API gives it."""
        with urllib.request.urlopen(f"http://{self.address}/api/v2/alerts", timeout=10) as response:
            return json.load(response)

    def put(self, alerts):
        """Tells it of alerts, as Prometheus does."""
        request = urllib.request.Request(
            f"http://{self.address}/api/v2/alerts",
            data=json.dumps(alerts).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            response.read()

    def resolve(self, alert):
        """Tells it that an alert is over."""
        self.put([{**alert, "endsAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}])

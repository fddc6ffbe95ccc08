"""Runs the exporter as its users do: a program with flags, a configuration file and an environment."""

import http.client
import os
import random
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import NamedTuple

from .page import parse_page
from .processes import children_of, processes_with_environment
from .waiting import wait_until

REPOSITORY = Path(__file__).resolve().parents[2]

# The collectors, by the lane they run on: a lane runs one at a time.
LANES = {
    "query": ("topology", "peers", "version", "op_version"),
    "processes": ("processes",),
    "disks": ("filesystems", "heal_index", "thin_pools"),
    "bricks": ("brick_profile", "brick_internals"),
    "exporters": ("exporters",),
    "transaction": (
        "status",
        "detail",
        "profile",
        "heal_count",
        "quota",
        "rebalance",
        "snapshots",
        "geo_replication",
        "bitrot",
        "top",
        "max_op_version",
    ),
    "crawl": ("heal_summary",),
}
# Those that may start `gluster`: the exporter has at most one command at a time per lane.
COMMAND_LANES = ("query", "transaction", "crawl")
# What only a look at the node itself tells: the kernel, the file systems, the bricks. Never with --gluster.source=cli.
ASK_THE_NODE = LANES["processes"] + LANES["disks"] + LANES["bricks"]
# What only the CLI tells, and only the leader asks. Never with --gluster.source=rpc.
ASK_THE_CLUSTER = LANES["transaction"] + LANES["crawl"]
COLLECTORS = tuple(collector for lane in LANES.values() for collector in lane)
OFF_BY_DEFAULT = ("top",)

_MARK = "GLUSTERFS_EXPORTER_TEST_RUN"


def exporter_program():
    return os.environ.get("GLUSTERFS_EXPORTER") or str(REPOSITORY / "build" / "dev" / "glusterfs_exporter")


def free_port(address="127.0.0.1"):
    """A port nobody listens on. Below the range that the kernel hands out for connections, which come and go."""
    for _ in range(1000):
        port = random.randint(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return port
    raise AssertionError(f"no free port on {address}")


def to_yaml(mapping, indent=""):
    """Nested dicts of plain values as YAML, as people write it."""
    text = ""
    for key, value in mapping.items():
        if isinstance(value, dict):
            text += f"{indent}{key}:\n" + to_yaml(value, indent + "  ")
        else:
            text += f"{indent}{key}: {str(value).lower() if isinstance(value, bool) else value}\n"
    return text


def collectors_every(interval, only=None, without=()):
    """The configuration's part "collectors": all at one interval; those not in `only`, or in `without`, off."""
    wanted = set(COLLECTORS if only is None else only) - set(without)
    if only is None:
        wanted -= set(OFF_BY_DEFAULT)
    return {name: {"enabled": name in wanted, "interval": interval} for name in COLLECTORS}


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self):
        return self.body.decode("utf-8")  # strict: what is not UTF-8 fails the test


class Exporter:
    """One running exporter. Start it with start(); stop() ends it and is harmless when it has ended.

    flags    a list, as on the command line
    config   the configuration file: a dict, or text; None for none
    env      variables set in addition to the test's own
    address  where to listen; a free port is taken unless `port` names one
    tls      an ssl.SSLContext to ask it with, None for plain HTTP
    shows    the header Authorization of requests that have none of their own
    """

    def __init__(self, flags=(), config=None, env=None, address="127.0.0.1", port=None, tls=None, shows=None):
        self.tls = tls
        self.shows = shows
        self.address = address
        self.port = port or free_port(address)
        self._flags = list(flags)
        self._config = config
        self._mark = f"{_MARK}={uuid.uuid4()}"
        self._env = {**os.environ, **(env or {}), _MARK: self._mark.partition("=")[2]}
        self._folder = None
        self._process = None
        self._last_log = ""

    # --- running

    def start(self):
        self._folder = tempfile.TemporaryDirectory(prefix="exporter-test-")
        command = [exporter_program(), f"--web.listen-address={self.address}:{self.port}", *self._flags]
        if self._config is not None:
            self.write_config(self._config)
            command.append(f"--config.file={self.config_path()}")
        with open(self._log_path(), "wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=self._env
            )
        wait_until(self._listens, "the exporter listens", limit=10)
        return self

    def config_path(self):
        return Path(self._folder.name) / "exporter.yml"

    def write_config(self, config):
        """Another configuration file, which counts from the next reload on."""
        self.config_path().write_text(config if isinstance(config, str) else to_yaml(config))

    def _listens(self):
        if not self.is_running():
            raise AssertionError(f"the exporter ended with status {self._process.returncode}:\n{self.log()}")
        try:
            return self.get("/-/healthy").status in (200, 401, 403)  # whoever asks may not be let in
        except OSError:
            return False

    def is_running(self):
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self):
        return self._process.pid

    def send_signal(self, number):
        self._process.send_signal(number)

    def terminate(self, limit=10, with_signal=signal.SIGTERM):
        """Asks it to end; gives (exit status, seconds it took)."""
        begin = time.monotonic()
        self._process.send_signal(with_signal)
        status = self._process.wait(limit)
        return status, time.monotonic() - begin

    def stop(self):
        """Ends the exporter, by force if need be, and what it left behind; gives its exit status."""
        if self.is_running():
            try:
                self.terminate()
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for process in self.family():
            try:
                os.kill(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self._folder:
            self._last_log = self.log()
            self._folder.cleanup()
            self._folder = None
        return self._process.returncode if self._process else None

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.stop()

    # --- looking at its processes and its log

    def children(self):
        """The processes the exporter has started and not reaped."""
        return children_of(self.pid)

    def family(self):
        """Every living process that came from this exporter, itself included while it runs."""
        return processes_with_environment(self._mark)

    def _log_path(self):
        return Path(self._folder.name) / "exporter.log"

    def log(self):
        return self._log_path().read_text(errors="replace") if self._folder else self._last_log

    def log_tail(self, lines=30):
        return "\n".join(self.log().splitlines()[-lines:])

    # --- asking it

    def url(self, path="/"):
        return f"{'https' if self.tls else 'http'}://{self.address}:{self.port}{path}"

    def _connect(self, limit):
        if self.tls:
            return http.client.HTTPSConnection(self.address, self.port, timeout=limit, context=self.tls)
        return http.client.HTTPConnection(self.address, self.port, timeout=limit)

    def _headers(self, headers):
        return {**({"Authorization": self.shows} if self.shows else {}), **(headers or {})}

    def get(self, path, headers=None, method="GET", limit=10):
        """One request on a connection of its own."""
        connection = self._connect(limit)
        try:
            connection.request(method, path, headers=self._headers(headers))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def post(self, path, body=b"", headers=None, limit=10):
        """One POST on a connection of its own. A body that is refused may not have been read to its end."""
        connection = self._connect(limit)
        try:
            try:
                connection.request("POST", path, body=body, headers=self._headers(headers))
            except (BrokenPipeError, ConnectionResetError):
                pass  # the answer is there all the same
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def page(self):
        """The text of /metrics."""
        answer = self.get("/metrics")
        if answer.status != 200:
            raise AssertionError(f"/metrics answered {answer.status}: {answer.body[:200]!r}")
        return answer.text

    def scrape(self):
        """The samples of /metrics; none while there is no page yet."""
        answer = self.get("/metrics")
        if answer.status == 503:
            return parse_page("")
        if answer.status != 200:
            raise AssertionError(f"/metrics answered {answer.status}: {answer.body[:200]!r}")
        return parse_page(answer.text)

    def collector_results(self):
        """{collector: "ok" or the reason of its failure} as the page shows it now."""
        return self.scrape().collector_results()

    # --- waiting for it

    def wait_ready(self, limit=30):
        """Waits until every collector, except those that crawl, has run once."""
        last = [None]

        def is_ready():
            last[0] = self.get("/-/ready")
            return last[0].status == 200

        try:
            wait_until(is_ready, "the exporter is ready", limit)
        except AssertionError as error:
            raise AssertionError(f"{error}: {last[0].body!r}") from None
        return self

    def wait_for(self, condition, what, limit=30):
        """Waits until `condition(samples)` holds of a fresh page and returns what it gave."""
        return wait_until(lambda: condition(self.scrape()), what, limit)


def run_exporter(*flags, env=None, limit=20):
    """Runs the exporter to its end and gives the subprocess.CompletedProcess, with text."""
    return subprocess.run(
        [exporter_program(), *flags],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **(env or {})},
        timeout=limit,
        check=False,
    )

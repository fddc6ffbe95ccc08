"""What a soak does to the exporters from outside: scrapes, viewers of the stream, and what is posted."""

import asyncio
import gzip
import http.client
import json
import random
import threading
import time

from support import parse_page, promtool_complaints
from support.feed import merge
from watching import claims_of_page, claims_of_state, host_of

PLAIN = {"Accept": "text/plain;version=0.0.4"}
GZIP = {**PLAIN, "Accept-Encoding": "gzip"}
OPEN_METRICS = {"Accept": "application/openmetrics-text;version=1.0.0", "Accept-Encoding": "gzip"}
PATHS = (
    ("/metrics", PLAIN),
    ("/metrics", GZIP),
    ("/metrics", OPEN_METRICS),
    ("/api/v1/state", {"Accept-Encoding": "gzip"}),
    ("/metrics", PLAIN),
    ("/api/v1/exporter", {}),
    ("/metrics", GZIP),
    ("/", {}),
)
SCRAPE_PAUSE_SECONDS = 0.1
LOOK_SECONDS = 2  # between pages that are read and held against the truth
PROMTOOL_SECONDS = 20
RECONNECT_SECONDS = 3  # as browsers do unless told otherwise


class Worker:
    """A thread that does turn() again and again until it is stopped."""

    def __init__(self, log):
        self.log = log
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        self._end.set()
        self._thread.join()

    def _run(self):
        while not self._end.is_set():
            try:
                pause = self.turn()
            except Exception as error:  # a mistake of the soak must not look like success
                self.log.fail(f"{type(self).__name__}: {type(error).__name__}: {error}")
                pause = 1
            self._end.wait(pause)

    def turn(self):
        """One turn; gives how long to wait for the next."""
        raise NotImplementedError


# ---- scrapes ----------------------------------------------------------------------------------------------------


class Scraper(Worker):
    """Reads all that an exporter serves, in all its forms."""

    def __init__(self, log, node, exporter, truth, truth_limit, answer_limit):
        super().__init__(log)
        self._node = node
        self._exporter = exporter
        self._truth = truth
        self._truth_limit = truth_limit
        self._answer_limit = answer_limit
        self._number = 0
        self._next_look = self._next_promtool = 0

    def turn(self):
        path, headers = PATHS[self._number % len(PATHS)]
        self._number += 1
        begin = time.monotonic()
        try:
            answer = self._exporter.get(path, headers=headers, limit=self._answer_limit)
        except (OSError, http.client.HTTPException) as error:
            self.log.fail(f"exporter {self._node}: GET {path}: {type(error).__name__}: {error}")
            return 1
        self.log.took("scrape", time.monotonic() - begin)
        self.log.count("scrapes")
        if answer.status != 200:
            self.log.fail(f"exporter {self._node}: GET {path} answers {answer.status}: {answer.body[:200]!r}")
            return 1
        body = answer.body
        if answer.headers.get("Content-Encoding") == "gzip":
            self.log.count("scrapes, compressed")
            body = gzip.decompress(body)
        if path == "/api/v1/state":
            self._hold_against_truth(path, claims_of_state(self._node, json.loads(body)))
        if headers == PLAIN and begin >= self._next_look:
            self._next_look = begin + LOOK_SECONDS
            self._hold_against_truth(path, claims_of_page(self._node, parse_page(body.decode())))
        if headers == PLAIN and begin >= self._next_promtool:
            self._next_promtool = begin + PROMTOOL_SECONDS
            self.log.count("pages given to promtool")
            complaints = promtool_complaints(body)
            if complaints:
                self.log.fail(f"exporter {self._node}: promtool says {complaints}")
        return SCRAPE_PAUSE_SECONDS

    def _hold_against_truth(self, path, claims):
        self.log.count("documents held against the truth")
        for wrong in self._truth.contradicted(claims, self._truth_limit):
            self.log.fail(f"exporter {self._node}: {path} still says: {wrong}")


# ---- viewers ----------------------------------------------------------------------------------------------------


class Viewers:
    """People who look at the page: some stay, some go and come back. The first of each exporter merges all changes."""

    def __init__(self, log, exporters, count, seed):
        self._log = log
        self._exporters = exporters
        self._count = count
        self._random = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._tasks = []
        self.seen = {}  # {node: (id, the merged state)}, each replaced as a whole

    def start(self):
        self._thread.start()

    def stop(self):
        self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in self._tasks])
        self._thread.join()

    def _run(self):
        nodes = list(self._exporters)
        for number in range(self._count):
            node, careful = nodes[number % len(nodes)], number < len(nodes)
            self._tasks.append(self._loop.create_task(self._visit(node, careful)))
        self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
        self._loop.close()

    async def _visit(self, node, careful):
        last = {"id": "", "state": None}
        while True:
            try:
                try:
                    async with asyncio.timeout(None if careful else self._random.uniform(10, 90)):
                        await self._follow(node, careful, last)
                    self._log.count("viewers cut off")
                except TimeoutError:
                    # Some lose the connection, the others close the page and open another one.
                    if self._random.random() < 0.5:
                        last["id"] = ""
                    self._log.count("viewers gone")
            except (OSError, EOFError, ValueError, KeyError, AssertionError) as error:
                self._log.fail(f"exporter {node}: a viewer: {type(error).__name__}: {error}")
                last["id"] = ""
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _follow(self, node, careful, last):
        """One connection, until it ends."""
        exporter = self._exporters[node]
        reader, writer = await asyncio.open_connection(exporter.address, exporter.port)
        try:
            again = f"Last-Event-ID: {last['id']}\r\n" if last["id"] else ""
            writer.write(f"GET /api/v1/stream HTTP/1.1\r\nHost: soak\r\n{again}\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200 "):
                raise AssertionError(f"the stream answers {head[:100]!r}")
            self._log.count("viewers' connections")
            waiting = b""
            while size := int(await reader.readline() or b"0", 16):
                waiting += (await reader.readexactly(size + 2))[:-2]
                *events, waiting = waiting.split(b"\n\n")
                for event in events:
                    fields = dict(line.partition(b": ")[::2] for line in event.split(b"\n"))
                    if b"data" not in fields:
                        continue  # it only keeps the connection open
                    self._log.count("viewers' messages")
                    last["id"] = fields[b"id"].decode()
                    if careful:
                        document = json.loads(fields[b"data"])
                        last["state"] = document if fields[b"event"] == b"state" else merge(last["state"], document)
                        self.seen[node] = (last["id"], last["state"])
        finally:
            writer.close()


# ---- posts ------------------------------------------------------------------------------------------------------

EVENTS = ("VOLUME_START", "VOLUME_STOP", "BRICK_DISCONNECTED", "BRICK_CONNECTED", "PEER_DISCONNECT", "VOLUME_SET")


class Poster(Worker):
    """Alertmanager and glustereventsd, and a webhook's receiver that is not always well."""

    def __init__(self, log, exporters, receiver, seed):
        super().__init__(log)
        self._exporters = exporters
        self._receiver = receiver
        self._random = random.Random(seed)
        self._number = 0

    def turn(self):
        node = self._random.choice(list(self._exporters))
        self._number += 1
        if self._number % 2:
            self._post(node, "/api/v1/alerts", self._alerts())
        else:
            self._post(node, "/api/v1/gluster-events", self._gluster_event(node))
        if self._number % 20 == 0:
            self._receiver.plan.append(self._random.choice([503, "reset", "hang"]))
        return self._random.uniform(0.2, 1.5)

    def _post(self, node, path, document):
        answer = self._exporters[node].post(
            path, json.dumps(document).encode(), {"Content-Type": "application/json"}, limit=30
        )
        self.log.count("posts")
        if not 200 <= answer.status < 300 and answer.status != 429:
            self.log.fail(f"exporter {node}: POST {path} answers {answer.status}: {answer.body[:200]!r}")

    def _alerts(self):
        number = self._random.randrange(30)
        status = self._random.choice(["firing", "resolved"])
        labels = {"alertname": f"Soak{number}", "severity": "warning"}
        alert = {
            "status": status,
            "labels": labels,
            "annotations": {"summary": f"number {self._number}"},
            "startsAt": "2026-01-01T00:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else "2026-01-01T00:00:01Z",
            "generatorURL": "",
            "fingerprint": f"{number:016x}",
        }
        return {
            "receiver": "soak",
            "status": status,
            "alerts": [alert],
            "groupLabels": {},
            "commonLabels": labels,
            "commonAnnotations": {},
            "externalURL": "",
            "version": "4",
            "groupKey": "{}:{}",
            "truncatedAlerts": 0,
        }

    def _gluster_event(self, node):
        message = {"name": "rep3", "volume": "rep3", "peer": host_of(node), "brick": f"/soak/{self._number}"}
        return {
            "nodeid": "915b3d75-6a8b-42ab-be1e-05b1c8720de0",
            "ts": int(time.time()),
            "event": self._random.choice(EVENTS),
            "message": message,
        }

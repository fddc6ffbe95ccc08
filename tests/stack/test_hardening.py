"""What strangers on the network can do to an exporter: little, and others are served meanwhile."""

import contextlib
import os
import re
import socket
import ssl
import tempfile
import threading
import time
import unittest
from pathlib import Path

from stack import every_second

from support import Authority, ExporterTestCase, resident_bytes, wait_until, wait_until_equal

REQUESTS = "glusterfs_exporter_http_requests_total"
# A page that nothing here asks for but what must not be taken for a request.
HIDDEN = b"GET /collectors HTTP/1.1\r\nHost: x\r\n\r\n"
LENGTH = str(len(HIDDEN)).encode()
GET = b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /api/v1/alerts HTTP/1.1\r\nHost: x\r\n"
CLOSE = b"Connection: close\r\n\r\n"

# {what: (bytes, statuses of all answers)}. Where they end in HIDDEN, a proxy could have taken it for a body.
SAMPLES = {
    # Lengths.
    "length and chunks": (GET + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN, [400]),
    "chunks and length": (GET + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN, [400]),
    "posted length and chunks": (
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
        [400],
    ),
    "two lengths": (GET + b"Content-Length: 0\r\nContent-Length: " + LENGTH + b"\r\n\r\n" + HIDDEN, [400]),
    "the same length twice": (GET + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n" + HIDDEN, [400]),
    "two posted lengths": (POST + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + HIDDEN, [400]),
    "a list of lengths": (GET + b"Content-Length: 0, " + LENGTH + b"\r\n\r\n" + HIDDEN, [400]),
    "plus": (GET + b"Content-Length: +0\r\n\r\n" + HIDDEN, [400]),
    "minus": (GET + b"Content-Length: -1\r\n\r\n" + HIDDEN, [411]),
    "minus zero": (GET + b"Content-Length: -0\r\n\r\n" + HIDDEN, [400]),
    "hexadecimal": (GET + b"Content-Length: 0x27\r\n\r\n" + HIDDEN, [400]),
    "a fraction": (GET + b"Content-Length: 0.0\r\n\r\n" + HIDDEN, [400]),
    "an empty length": (GET + b"Content-Length: \r\n\r\n" + HIDDEN, [411]),
    "a length beyond all": (GET + b"Content-Length: 99999999999999999999999\r\n\r\n" + HIDDEN, [200]),
    "a length of 2^64": (POST + b"Content-Length: 18446744073709551616\r\n\r\n" + HIDDEN, [413]),
    "a body that nobody reads": (GET + b"Content-Length: " + LENGTH + b"\r\n\r\n" + HIDDEN, [200]),
    "a body that nobody takes": (
        b"PUT /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: " + LENGTH + b"\r\n\r\n" + HIDDEN,
        [405],
    ),
    "a body that is a request": (POST + b"Content-Length: " + LENGTH + b"\r\n" + CLOSE + HIDDEN, [400]),
    # Chunks.
    "chunks of another kind": (GET + b"Transfer-Encoding: xchunked\r\n\r\n" + HIDDEN, [400]),
    "two codings": (GET + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + HIDDEN, [400]),
    "an empty coding": (GET + b"Transfer-Encoding:\r\n\r\n" + HIDDEN, [400]),
    "no coding": (GET + b"Transfer-Encoding: identity\r\n\r\n" + HIDDEN, [200]),
    "no coding, then chunks": (
        GET + b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n" + HIDDEN,
        [200],
    ),
    "no chunk": (GET + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN, [200]),
    "a size that is none": (GET + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + HIDDEN, [200]),
    "a size with a sign": (POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + HIDDEN, [411]),
    "a size beyond all": (POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + HIDDEN, [411]),
    "a size with an extension": (POST + b"Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\n\r\n" + HIDDEN, [411]),
    # Lines.
    "a blank before the colon": (GET + b"Content-Length : " + LENGTH + b"\r\n\r\n" + HIDDEN, [400]),
    "a tab before the colon": (GET + b"Content-Length\t: " + LENGTH + b"\r\n\r\n" + HIDDEN, [400]),
    "a line that goes on": (GET + b"A: a\r\n b\r\nContent-Length: " + LENGTH + b"\r\n\r\n" + HIDDEN, [400]),
    "a first line that goes on": (
        b"GET / HTTP/1.1\r\n A: a\r\nContent-Length: " + LENGTH + b"\r\n\r\n" + HIDDEN,
        [400],
    ),
    "a length on the next line": (GET + b"Content-Length:\r\n " + LENGTH + b"\r\n\r\n" + HIDDEN, [411]),
    "a header without a name": (GET + b": a\r\nContent-Length: " + LENGTH + b"\r\n\r\n" + HIDDEN, [400]),
    "a header without a colon": (GET + b"A\r\nContent-Length: " + LENGTH + b"\r\n\r\n" + HIDDEN, [400]),
    "a name that is not ASCII": (GET + b"\xe4: a\r\nContent-Length: " + LENGTH + b"\r\n\r\n" + HIDDEN, [400]),
    "a first name that is not ASCII": (
        b"GET /-/healthy HTTP/1.1\r\n\xe4: a\r\nContent-Length: " + LENGTH + b"\r\n\r\n" + HIDDEN,
        [200],
    ),
    "bare line feeds": (GET.replace(b"\r", b"") + b"Content-Length: " + LENGTH + b"\n\n" + HIDDEN, [400]),
    "a bare line feed": (GET + b"A: a\nContent-Length: " + LENGTH + b"\r\n\r\n" + HIDDEN, [400]),
    "two bare line feeds": (GET + b"A: a\n\nContent-Length: " + LENGTH + b"\r\n\r\n" + HIDDEN, [400]),
    "a bare carriage return": (GET + b"A: a\rContent-Length: " + LENGTH + b"\r\n\r\n" + HIDDEN, [400]),
    "a NUL in a header": (GET + b"A: \0\r\n\r\n" + HIDDEN, [400]),
    "a NUL in the path": (b"GET /-/healthy\0 HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN, [400]),
    "empty lines first": (b"\r\n\r\n" + GET + b"\r\n" + HIDDEN, [200, 400]),
    "nothing but empty lines": (b"\r\n\r\n\r\n", [400]),
    # Request lines.
    "HTTP/0.9": (b"GET /-/healthy\r\n\r\n" + HIDDEN, [400]),
    "HTTP/0.9 by name": (b"GET /-/healthy HTTP/0.9\r\n\r\n" + HIDDEN, [505]),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HIDDEN, [400]),
    "HTTP/1.1 and more": (b"GET /-/healthy HTTP/1.1 HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN, [400]),
    "an upgrade": (GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + HIDDEN, [200]),
    "a web socket": (GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + HIDDEN, [200]),
    "another host": (b"GET http://other.example/-/healthy HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN, []),
    "a tunnel": (b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN, [400]),
    "everything": (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN, []),
    "a method in small letters": (b"get /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN, [400]),
    "a method of other characters": (b"G(T /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN, [400]),
    "a method with control characters": (b"G\x01T /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN, [400]),
    "a preflight": (
        b"OPTIONS /metrics HTTP/1.1\r\nHost: x\r\nOrigin: http://a\r\nAccess-Control-Request-Method: POST\r\n" + CLOSE,
        [405]),
    # As it should be, so that what is above means something.
    "two requests": (GET + b"\r\n" + GET + b"\r\n", [200, 200]),
}
# No two requests, but more than a request may have.
LARGE = {
    "a header of 64 KB": (GET + b"A: " + b"a" * 65536 + b"\r\n\r\n" + HIDDEN, [400]),
    "a thousand headers": (GET + b"A: a\r\n" * 1000 + b"\r\n" + HIDDEN, [431]),
    "a path of 64 KB": (b"GET /" + b"a" * 65536 + b" HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN, [400]),
    "a query of 64 KB": (b"GET /metrics?" + b"a" * 65536 + b" HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN, [400]),
    "a method of 64 KB": (b"G" * 65536 + b" / HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN, [400]),
    "64 KB without an end": (b"GET / HTTP/1.1\r\n" + b"A: a\r\n" * 11000, [400]),
}
PATHS = {
    b"/../etc/passwd": 404,
    b"/../../../../../../etc/passwd": 404,
    b"/assets/../../../../../etc/passwd": 404,
    b"/assets/../metrics": 404,
    b"/./metrics": 404,
    b"/%2e%2e/%2e%2e/etc/passwd": 404,
    b"/assets/%2e%2e/%2e%2e/etc/passwd": 404,
    b"/assets/..%2f..%2fetc%2fpasswd": 404,
    b"/%252e%252e/%252e%252e/etc/passwd": 404,
    b"/assets/%252e%252e%252fetc%252fpasswd": 404,
    b"/..\\..\\etc\\passwd": 404,
    b"/assets/..%5c..%5cetc%5cpasswd": 404,
    b"\\..\\etc\\passwd": 400,
    b"//etc/passwd": 404,
    b"//metrics": 404,
    b"/assets//etc/passwd": 404,
    b"/metrics%00": 400,
    b"/assets/main.js%00.css": 400,
    b"/%00/etc/passwd": 400,
    b"/metrics%0d%0aX: y": 400,
    b"/metrics%0a": 400,
    b"/..;/etc/passwd": 404,
    b"/metrics/..;/..;/etc/passwd": 404,
    b"/metrics;a=b": 404,
    b"/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd": 404,
    b"/..%c0%afetc%c0%afpasswd": 404,
    b"/\xc0\xae\xc0\xae/etc/passwd": 400,
    b"/%uff0e%uff0e/etc/passwd": 400,
    b"/%zz": 400,
    b"/%": 400,
    b"/etc/passwd": 404,
    b"/proc/self/environ": 404,
    b"/~root/.ssh/id_rsa": 404,
    b"/.git/config": 404,
    b"file:///etc/passwd": 400,
    b"etc/passwd": 400,
    b"/metrics": 200,
    b"/%6Detrics?/../../etc/passwd": 200,
}
BODIES = {
    b"POST /api/v1/alerts": (413, 411),
    b"POST /api/v1/gluster-events": (413, 411),
    b"POST /metrics": (405, 405),
    b"GET /metrics": (200, 200),
    b"PUT /no/such/path": (404, 404),
}
GIB = 1 << 30
MIB = 1 << 20


def answers_in(received):
    """The statuses and bodies of all answers, which have to follow each other without anything between them."""
    found = []
    while received:
        head, end, rest = received.partition(b"\r\n\r\n")
        status = re.match(rb"HTTP/1\.1 ([0-9]{3}) ", head)
        length = re.search(rb"\r\nContent-Length: ([0-9]+)(?:\r\n|$)", head)
        if not (status and length and end) or len(rest) < int(length[1]):
            raise AssertionError(f"no answer: {received[:200]!r}")
        found.append((int(status[1]), rest[: int(length[1])]))
        received = rest[int(length[1]) :]
    return found


class Others:
    """Asks for the metrics again and again, as others do, and notes how long it takes and how many files are open."""

    def __init__(self, test):
        self.test = test
        self.times = []
        self.most_files = 0
        self.most_memory = 0
        self._stop = threading.Event()
        self._failure = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._stop.set()
        self._thread.join()
        if self._failure:
            raise self._failure
        self.times.sort()
        print(
            f"{self.test.id()}: {len(self.times)} scrapes by others, median {self.times[len(self.times) // 2]:.3f} s, "
            f"slowest {self.times[-1]:.3f} s; at most {self.most_files} files and {self.most_memory / MIB:.1f} MiB"
        )

    def _run(self):
        exporter = self.test.exporter
        try:
            while not (self._stop.is_set() and self.times):
                begin = time.monotonic()
                answer = exporter.get("/metrics", limit=60)
                self.times.append(time.monotonic() - begin)
                assert answer.status == 200 and b"glusterfs_up 1" in answer.body, answer
                self.most_files = max(self.most_files, self.test.files())
                self.most_memory = max(self.most_memory, resident_bytes(exporter.pid))
                self._stop.wait(0.05)
        except Exception as failure:  # pylint: disable=broad-except
            self._failure = failure


class Hardening:
    """Over plain HTTP, and over TLS."""

    WEB_CONFIG = None
    MOST_FILES = 300  # a worker for each of 8 and 200 viewers, and what waits for one

    def setUp(self):
        flags = [] if self.WEB_CONFIG is None else [f"--web.config.file={self.WEB_CONFIG}"]
        config = every_second(only=("topology", "peers", "status", "exporters"))
        self.exporter = self.start_exporter_of(self.make_gluster(), config, flags=flags, tls=self.client_context())
        self.exporter.wait_for(lambda samples: samples.value("glusterfs_up") == 1, "glusterfs_up is 1")
        self.files_before, self.memory_before = self.files(), resident_bytes(self.exporter.pid)

    def client_context(self):
        return None

    def files(self):
        return len(os.listdir(f"/proc/{self.exporter.pid}/fd"))

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.exporter.port), timeout=30)
        if self.exporter.tls:
            connection = self.exporter.tls.wrap_socket(connection, server_hostname="127.0.0.1")
        self.addCleanup(connection.close)
        return connection

    def received(self, connection):
        """All that comes until the exporter closes."""
        data = b""
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65536):
                data += part
        return data

    def ask(self, request):
        with self.connect() as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(request)
            return answers_in(self.received(connection))

    def statuses(self, request):
        return [status for status, _ in self.ask(request)]

    def assert_nothing_hidden_was_answered(self):
        self.exporter.get("/api/v1/events")

        def counts():
            by_route = self.exporter.scrape().having(REQUESTS)
            routes = {dict(labels)["route"]: value for labels, value in by_route.items()}
            return [routes.get(route, 0) for route in ("/api/v1/events", "/collectors")]

        wait_until_equal(counts, [1, 0], "one request is counted since, and none that was hidden")

    def assert_as_before(self, others):
        wait_until(lambda: self.files() <= self.files_before + 5, "no connection is left", limit=60)
        self.assertLess(resident_bytes(self.exporter.pid), self.memory_before + 64 * MIB)
        self.assertLess(others.most_memory, self.memory_before + 64 * MIB)
        self.assertLess(others.most_files, self.MOST_FILES)
        self.assertLess(others.times[-1], 8)

    def closed(self, connection):
        """Whether the exporter has closed it. Nothing is left to be read then."""
        try:
            connection.setblocking(False)
            while connection.recv(65536):
                pass
            return True
        except OSError as error:
            return not isinstance(error, (BlockingIOError, ssl.SSLWantReadError))

    # --- clients that hold connections

    def test_half_open_requests(self):
        with Others(self) as others:
            begin = time.monotonic()
            slow = []
            for number in range(500):
                with contextlib.suppress(OSError):  # over TLS the first may be cut off while others come
                    slow.append(self.connect())
                    slow[-1].sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n" if number % 2 else b"GET /metr")
            self.assertGreater(len(slow), 490)

            def all_closed():
                for connection in list(slow):
                    with contextlib.suppress(OSError):
                        connection.setblocking(True)
                        connection.sendall(b"X-Slow: y\r\n")
                    if self.closed(connection):
                        slow.remove(connection)
                return not slow

            wait_until(all_closed, "all are cut off", limit=40, pause=0.3)
            print(f"{self.id()}: all were cut off after {time.monotonic() - begin:.1f} s")
        self.assert_as_before(others)

    def test_bodies_that_do_not_come(self):
        with Others(self) as others:
            slow = []
            for _ in range(300):
                with contextlib.suppress(OSError):
                    slow.append(self.connect())
                    slow[-1].sendall(POST + b"Content-Length: 1000\r\n\r\n{")
            wait_until(lambda: all(self.closed(one) for one in slow), "all are cut off", limit=60, pause=0.3)
        self.assert_as_before(others)

    # --- requests that are none

    def test_what_is_no_request_is_answered_once(self):
        with Others(self) as others:
            for what, (request, statuses) in SAMPLES.items():
                with self.subTest(what):
                    self.assertEqual(self.statuses(request), statuses)
        self.assert_nothing_hidden_was_answered()
        self.assert_as_before(others)

    def test_heads_that_are_too_large(self):
        with Others(self) as others:
            for what, (request, statuses) in LARGE.items():
                with self.subTest(what):
                    self.assertEqual(self.statuses(request), statuses)
        self.assert_nothing_hidden_was_answered()
        self.assert_as_before(others)

    def test_paths_lead_nowhere_else(self):
        for path, status in PATHS.items():
            with self.subTest(path):
                answers = self.ask(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n" + CLOSE)
                self.assertEqual([code for code, _ in answers], [status])
                self.assertNotIn(b"root:", answers[0][1])
                if status != 200:
                    self.assertLess(len(answers[0][1]), 1000)

    # --- bodies

    def test_bodies_that_never_end(self):
        """Sent for as long as somebody takes them."""
        most = 0
        with Others(self) as others:
            for begin, expected in BODIES.items():
                length, chunks = b"Content-Length: %d" % GIB, b"Transfer-Encoding: chunked"
                for framing, status in zip((length, chunks), expected, strict=True):
                    with self.subTest(begin + b", " + framing), self.connect() as connection:
                        part = b"x" * 65536
                        if framing is chunks:
                            part = b"10000\r\n" + part + b"\r\n"
                        connection.sendall(begin + b" HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n\r\n" + part)
                        self.assertEqual(connection.recv(12), b"HTTP/1.1 %d" % status)
                        sent = len(part)
                        with contextlib.suppress(OSError):
                            while sent < GIB:
                                connection.sendall(part)
                                sent += len(part)
                        most = max(most, sent)
                        self.assertLess(sent, 64 * MIB)
        print(f"{self.id()}: at most {most / MIB:.1f} MiB were taken, mostly by the kernel")
        self.assert_as_before(others)


class Plain(Hardening, ExporterTestCase):
    def test_connections_on_which_nothing_is_sent(self):
        with Others(self) as others:
            silent = [socket.create_connection(("127.0.0.1", self.exporter.port), timeout=30) for _ in range(1000)]
            for connection in silent:
                self.addCleanup(connection.close)
            wait_until(lambda: all(self.closed(one) for one in silent), "all are cut off", limit=60, pause=0.3)
        self.assert_as_before(others)

    def test_connections_that_are_kept_for_nothing(self):
        with Others(self) as others:
            kept = []
            for _ in range(1000):
                connection = self.connect()
                connection.sendall(GET + b"\r\n")
                self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n"))
                kept.append(connection)
            wait_until(lambda: all(self.closed(one) for one in kept), "all are cut off", limit=60, pause=0.3)
        self.assert_as_before(others)

    def test_whole_addresses(self):
        here = b"GET http://127.0.0.1:%d" % self.exporter.port
        for path, status in ((b"/-/healthy", 200), (b"/../../etc/passwd", 404), (b"/metrics%00", 400)):
            self.assertEqual(self.statuses(here + path + b" HTTP/1.1\r\nHost: x\r\n" + CLOSE), [status])


class OverTls(Hardening, ExporterTestCase):
    MOST_FILES = 1300  # three for each of 200 viewers and 256 others

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="hardening-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.authority = Authority(Path(folder.name))
        cls.authority.sign("server")
        cls.WEB_CONFIG = Path(folder.name) / "web.yml"
        cls.WEB_CONFIG.write_text("tls_server_config: {cert_file: server.pem, key_file: server.key}\n")

    def client_context(self):
        return self.authority.client()


if __name__ == "__main__":
    unittest.main()

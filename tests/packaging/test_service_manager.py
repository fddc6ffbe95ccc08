"""What the exporter and a service manager tell each other: readiness, signs of life, a socket that listens already."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from support import (
    Authority,
    Exporter,
    ExporterTestCase,
    basic,
    bcrypt,
    exporter_program,
    free_port,
    run_exporter,
    wait_until,
)

LONGEST_END_SECONDS = 5


class Manager:
    """The side of sd_notify that listens."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="notify-")
        self.path = str(Path(self._folder.name) / "socket")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self.told = []  # (when, lines)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                message = self._socket.recv(65536)
            except OSError:
                return
            if not message:
                return
            self.told.append((time.monotonic(), message.decode().splitlines()))

    def times(self, line):
        return [when for when, lines in list(self.told) if line in lines]

    def status(self):
        lines = [line for _, lines in list(self.told) for line in lines if line.startswith("STATUS=")]
        return lines[-1].removeprefix("STATUS=") if lines else None

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._folder.cleanup()


class TellingTest(ExporterTestCase):
    def setUp(self):
        self.manager = Manager()
        self.addCleanup(self.manager.close)

    def start(self, env=None, **options):
        gluster = self.make_gluster()
        return self.start_exporter_of(gluster, env={"NOTIFY_SOCKET": self.manager.path, **(env or {})}, **options)

    def test_ready_when_it_serves_and_stopping_when_it_ends(self):
        exporter = self.start()
        wait_until(lambda: self.manager.times("READY=1"), "it says that it is ready")
        self.assertIn(f"serving on 127.0.0.1:{exporter.port}", self.manager.status())
        self.assertEqual(self.manager.times("WATCHDOG=1"), [], "nobody asked for signs of life")
        self.assertEqual(exporter.terminate()[0], 0)
        wait_until(lambda: self.manager.times("STOPPING=1"), "it says that it is stopping")
        self.assertEqual(len(self.manager.times("READY=1")), 1)

    def test_reloading_while_it_reads_its_configuration_anew(self):
        exporter = self.start()
        wait_until(lambda: self.manager.times("READY=1"), "it says that it is ready")
        exporter.send_signal(signal.SIGHUP)
        wait_until(lambda: len(self.manager.times("READY=1")) == 2, "it is ready again")
        (reloading,) = self.manager.times("RELOADING=1")
        self.assertLess(reloading, self.manager.times("READY=1")[1])

    def test_a_sign_of_life_is_proved_through_tls_and_users(self):
        folder = Path(tempfile.mkdtemp(prefix="tls-"))
        self.addCleanup(shutil.rmtree, folder)
        authority = Authority(folder)
        authority.sign("server")
        (folder / "web.yml").write_text(
            "tls_server_config: {cert_file: server.pem, key_file: server.key}\n"
            f"basic_auth_users: {{scraper: {bcrypt('secret')}}}\n"
        )
        exporter = self.start(
            env={"WATCHDOG_USEC": "4000000"},
            flags=[f"--web.config.file={folder / 'web.yml'}"],
            tls=authority.client(),
            shows=basic("scraper", "secret"),
        )
        wait_until(lambda: len(self.manager.times("WATCHDOG=1")) >= 3, "it gives signs of life")
        self.assertNotIn("hangs", exporter.log())
        self.assertNotIn("wrong password", exporter.log())

    def test_not_ready_when_it_cannot_serve(self):
        taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        gluster = self.make_gluster()
        done = run_exporter(
            f"--web.listen-address=127.0.0.1:{taken.getsockname()[1]}",
            f"--gluster.path={gluster.program}",
            "--gluster.source=cli",
            env={**gluster.env(), "NOTIFY_SOCKET": self.manager.path},
        )
        self.assertEqual(done.returncode, 2)
        self.assertEqual(self.manager.times("READY=1"), [])

    def test_signs_of_life_come_four_times_as_often_as_is_asked_for(self):
        self.start(env={"WATCHDOG_USEC": "2000000"})
        wait_until(lambda: len(self.manager.times("WATCHDOG=1")) >= 5, "signs of life come")
        signs = self.manager.times("WATCHDOG=1")
        gaps = [later - earlier for earlier, later in zip(signs, signs[1:])]
        self.assertLess(max(gaps), 2.0, "the manager would have taken it for hung")
        self.assertGreater(min(gaps), 0.4)

    def test_they_go_on_while_gluster_hangs(self):
        gluster = self.make_gluster(mode="hang")
        exporter = self.start_exporter_of(
            gluster, env={"NOTIFY_SOCKET": self.manager.path, "WATCHDOG_USEC": "1000000"}
        )
        wait_until(lambda: exporter.children() != [], "a command hangs")
        before = len(self.manager.times("WATCHDOG=1"))
        wait_until(lambda: len(self.manager.times("WATCHDOG=1")) >= before + 4, "signs of life come")

    def test_they_go_on_while_clients_hold_all_workers(self):
        """Busy is not hung: to be killed would help those who keep it busy."""
        exporter = self.start(env={"WATCHDOG_USEC": "2000000"}, flags=["--web.max-viewers=0"])
        held = [socket.create_connection((exporter.address, exporter.port)) for _ in range(40)]
        try:
            for connection in held:
                connection.sendall(b"GET / HTTP/1.1\r\n")  # and never the rest
            before = len(self.manager.times("WATCHDOG=1"))
            # A worker gives up on such a client after 5 s, so this is the longest that no request ends.
            wait_until(lambda: len(self.manager.times("WATCHDOG=1")) >= before + 3, "signs of life come", limit=40)
        finally:
            for connection in held:
                connection.close()

    def test_another_process_than_the_one_meant_says_nothing(self):
        exporter = self.start(env={"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"})
        exporter.wait_ready()
        self.assertEqual(self.manager.times("WATCHDOG=1"), [])


def listener(address="127.0.0.1", family=socket.AF_INET):
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((address, 0))
    listening.listen(64)
    return listening


def start_with(sockets, *flags, env=None, **options):
    """A process that is given these sockets as systemd does it: from descriptor 3 on, meant for it alone."""
    # The shell gives them their numbers, and exec keeps its pid.
    high = [os.dup2(one.fileno(), 100 + i) for i, one in enumerate(sockets)]
    moves = " ".join(f"{3 + i}<&{number} {number}<&-" for i, number in enumerate(high))
    script = f'LISTEN_FDS={len(sockets)} LISTEN_PID=$$ exec "$@" {moves}'
    try:
        return subprocess.Popen(
            ["bash", "-c", script, "start", exporter_program(), *flags],
            stdin=subprocess.DEVNULL,
            pass_fds=high,
            env={**os.environ, **(env or {})},
            **options,
        )
    finally:
        for number in high:
            os.close(number)


class LentSocket(ExporterTestCase):
    def setUp(self):
        self.gluster = self.make_gluster()
        self.socket = listener()
        self.addCleanup(self.socket.close)
        self.port = self.socket.getsockname()[1]
        # Only to ask: the process is another one.
        self.client = Exporter(port=self.port)

    def start(self, *flags):
        process = start_with(
            [self.socket],
            f"--gluster.path={self.gluster.program}",
            "--gluster.source=cli",
            # Has no effect, as something else listens there: if it had, the exporter would not start.
            f"--web.listen-address=127.0.0.1:{self.port}",
            *flags,
            env=self.gluster.env(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.stderr.close)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        begin = time.monotonic()
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        status = process.wait(20)
        return status, time.monotonic() - begin

    def test_is_served(self):
        process = self.start()
        self.assertEqual(self.client.get("/-/healthy", limit=30).status, 200)
        self.client.wait_ready()
        self.assertIn("glusterfs_volume_info", self.client.page())
        status, seconds = self.end(process)
        self.assertEqual(status, 0)
        self.assertLess(seconds, LONGEST_END_SECONDS)
        self.assertIn(f"on 127.0.0.1:{self.port}", process.stderr.read())

    def test_is_served_by_tls(self):
        folder = Path(tempfile.mkdtemp(prefix="tls-"))
        self.addCleanup(shutil.rmtree, folder)
        authority = Authority(folder)
        authority.sign("server")
        (folder / "web.yml").write_text("tls_server_config: {cert_file: server.pem, key_file: server.key}")
        process = self.start(f"--web.config.file={folder / 'web.yml'}")
        self.client.tls = authority.client()
        self.client.wait_ready()
        self.assertIn("glusterfs_volume_info", self.client.page())
        self.assertEqual(self.end(process)[0], 0)

    def test_clients_are_who_they_are(self):
        """Who may post without a token is decided by the client's address."""
        self.start()
        self.client.get("/-/healthy", limit=30)
        body = b'{"version":"4","status":"firing","alerts":[]}'
        headers = {"Content-Type": "application/json"}
        self.assertLess(self.client.post("/api/v1/alerts", body, headers).status, 300)

    def test_streams_work(self):
        self.start()
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: exporter\r\n\r\n")
            got = b""
            while b"event: " not in got:
                more = connection.recv(65536)
                self.assertNotEqual(more, b"", got)
                got += more
            self.assertIn(b"text/event-stream", got)

    def test_who_connects_between_two_processes_waits_and_is_served(self):
        first = self.start()
        self.assertEqual(self.client.get("/-/healthy", limit=30).status, 200)
        self.assertEqual(self.end(first)[0], 0)
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(b"GET /-/healthy HTTP/1.0\r\nHost: exporter\r\n\r\n")
            self.start()
            self.assertIn(b"200 OK", connection.recv(100))

    def test_its_end_leaves_no_connection_of_its_own(self):
        """systemd would start it again for that."""
        process = self.start()
        self.assertEqual(self.client.get("/-/healthy", limit=30).status, 200)
        self.assertEqual(self.end(process)[0], 0)
        self.socket.settimeout(0)
        with self.assertRaises(BlockingIOError):
            self.socket.accept()


class WrongSockets(ExporterTestCase):
    def refused(self, sockets):
        gluster = self.make_gluster()
        process = start_with(
            sockets,
            f"--gluster.path={gluster.program}",
            "--gluster.source=cli",
            f"--web.listen-address=127.0.0.1:{free_port()}",
            env=gluster.env(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            said = process.communicate(timeout=20)[1]
        finally:
            process.kill()
            process.wait()
        self.assertEqual(process.returncode, 2, said)
        for one in sockets:
            one.close()
        return said

    def test_of_two_none_is_taken(self):
        self.assertIn("2 were passed on: leave one ListenStream=", self.refused([listener(), listener()]))

    def test_ipv6(self):
        self.assertIn("does not listen on an IPv4 address", self.refused([listener("::1", socket.AF_INET6)]))

    def test_one_that_does_not_listen(self):
        self.assertIn("does not listen on an IPv4 address", self.refused([socket.socket()]))


if __name__ == "__main__":
    unittest.main()

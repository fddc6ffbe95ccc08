"""Which way Gluster is asked: glusterd's socket first, the CLI where that gives no answer, or one of them alone."""

import socket
import threading
import unittest

from stack import LandingPage, every_second

from support import ExporterTestCase, collectors_every, wait_until

# What is asked of glusterd alone. The other collectors look at this machine, where any cluster may run.
OF_GLUSTERD = ("topology", "peers", "op_version")
POLLS = 4
RUBBISH = bytes(range(256)) * 16
WELL_PACKED_RUBBISH = (0x80000000 | len(RUBBISH)).to_bytes(4, "big") + RUBBISH  # one whole record
FALLBACK = "the gluster command answers"


class FakeGlusterd:
    """A unix socket whose owner answers each connection with the same bytes, whatever is asked; None: with silence."""

    def __init__(self, path, answer):
        self.connections = 0
        self._answer = answer
        self._held = []
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen(64)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:  # closed
                return
            self.connections += 1
            try:
                if self._answer is None:
                    self._held.append(connection)
                    continue
                with connection:
                    connection.recv(4096)
                    connection.sendall(self._answer)
            except OSError:  # the exporter has heard enough
                pass

    def close(self):
        self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._server.close()
        for connection in self._held:
            connection.close()


class SourceTestCase(ExporterTestCase):
    def setUp(self):
        self.gluster = self.make_gluster()
        self.socket = self.gluster.folder / "glusterd.sock"

    def start_glusterd(self, answer):
        glusterd = FakeGlusterd(self.socket, answer)
        self.addCleanup(glusterd.close)
        return glusterd

    def start(self, source, config=None):
        config = config or {"collectors": collectors_every("1s", only=(*OF_GLUSTERD, "exporters"))}
        self.exporter = self.start_exporter_of(
            self.gluster, config, flags=[f"--gluster.socket={self.socket}"], source=source
        )

    def sources(self, samples):
        """{question: the way it is answered}."""
        return {
            dict(labels)["question"]: dict(labels)["source"]
            for labels, value in samples.having("glusterfs_exporter_source_info").items()
            if value == 1
        }

    def landing_page_sources(self):
        """{collector: source}, as people see it."""
        head, *rows = LandingPage(self.exporter.get("/collectors").text).rows
        return {row[0]: row[head.index("Source")] for row in rows}

    def wait_for_polls(self, polls=POLLS):
        """Waits until the topology was asked about so many times."""
        durations = set()

        def asked_often():
            durations.add(
                self.exporter.scrape().value("glusterfs_scrape_collector_duration_seconds", collector="topology")
            )
            return len(durations - {None}) >= polls

        wait_until(asked_often, f"{polls} polls")


class TheCliHelps(SourceTestCase):
    """auto, and a socket that gives no answer."""

    def assert_the_cli_answers(self):
        self.start("auto")
        samples = self.exporter.wait_for(
            lambda samples: samples
            if samples.collector_results() == {name: "ok" for name in (*OF_GLUSTERD, "exporters")}
            else None,
            "every collector succeeds",
        )
        self.assertEqual(samples.value("glusterfs_up"), 1)
        self.assertEqual(len(samples.having("glusterfs_volume_info")), 4)
        self.assertEqual(len(samples.having("glusterfs_peer_connected")), 3)
        self.assertEqual(self.sources(samples), {**{name: "cli" for name in OF_GLUSTERD}, "exporters": "http"})
        shown = self.landing_page_sources()
        self.assertEqual(
            {name: shown[name] for name in (*OF_GLUSTERD, "exporters", "status")},
            {**{name: "cli" for name in OF_GLUSTERD}, "exporters": "http", "status": "–"},
        )

        def asked_often():
            asked = [start.question for start in self.gluster.starts()]
            return min(asked.count("volume info"), asked.count("pool list")) >= POLLS

        wait_until(asked_often, f"the command is asked about volumes and peers {POLLS} times")
        told = [line for line in self.exporter.log().splitlines() if FALLBACK in line]
        for name in OF_GLUSTERD:
            lines = [line for line in told if f"{FALLBACK} {name} " in line]
            self.assertEqual(len(lines), 1, f"{name}: not told once: {told}")
            self.assertIn("level=warn", lines[0])
        self.assertEqual(len(told), len(OF_GLUSTERD))

    def test_no_socket(self):
        self.assert_the_cli_answers()
        self.assertIn(str(self.socket), self.exporter.log())

    def test_a_file_that_is_no_socket(self):
        self.socket.write_text("")
        self.assert_the_cli_answers()

    def test_nobody_listens(self):
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(self.socket))
        self.assert_the_cli_answers()

    def test_rubbish(self):
        glusterd = self.start_glusterd(RUBBISH)
        self.assert_the_cli_answers()
        self.assertGreaterEqual(glusterd.connections, POLLS, "the socket was given up")

    def test_well_packed_rubbish(self):
        self.start_glusterd(WELL_PACKED_RUBBISH)
        self.assert_the_cli_answers()

    def test_the_end_at_once(self):
        self.start_glusterd(b"")
        self.assert_the_cli_answers()

    def test_a_claim_of_a_huge_answer(self):
        self.start_glusterd(b"\xff\xff\xff\xff" + RUBBISH)
        self.assert_the_cli_answers()


class TheCliIsLeftAlone(SourceTestCase):
    """No process, neither `gluster` nor another."""

    def child_work(self):
        """What the kernel charges the exporter for its children that have ended: page faults and time."""
        with open(f"/proc/{self.exporter.pid}/stat", encoding="utf-8", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return fields[8], fields[13], fields[14]

    def assert_starts_nothing(self):
        self.wait_for_polls()
        self.assertEqual(self.gluster.starts(), [])
        self.assertEqual(self.exporter.children(), [])
        self.assertEqual(self.child_work(), ("0", "0", "0"))
        self.assertNotIn(FALLBACK, self.exporter.log())

    def assert_down(self, reason):
        expected = {name: reason for name in OF_GLUSTERD}

        def is_down(samples):
            results = samples.collector_results()
            return samples if {name: results.get(name) for name in OF_GLUSTERD} == expected else None

        samples = self.exporter.wait_for(is_down, f"nothing but {reason}")
        self.assertEqual(samples.value("glusterfs_up"), 0)
        self.assertEqual(samples.having("glusterfs_volume_info"), {})
        self.assertFalse(self.sources(samples).keys() & set(OF_GLUSTERD))
        self.assertEqual({self.landing_page_sources()[name] for name in OF_GLUSTERD}, {"–"})
        self.assert_promtool_finds_nothing(self.exporter.page())

    def test_rpc_without_a_socket(self):
        # With all that rpc has.
        self.start("rpc", {"collectors": {name: {"interval": "1s"} for name in (*OF_GLUSTERD, "exporters", "version")}})
        self.assert_down("connect")
        self.assert_starts_nothing()

    def test_rpc_and_rubbish(self):
        self.start_glusterd(WELL_PACKED_RUBBISH)
        self.start("rpc")
        self.assert_down("parse")
        self.assert_starts_nothing()

    def test_a_glusterd_that_hangs(self):
        """The command would hang with it, so it is not started."""
        glusterd = self.start_glusterd(None)
        self.start("auto")
        self.assert_down("timeout")
        self.assertEqual(self.gluster.starts(), [])
        self.assertGreaterEqual(glusterd.connections, len(OF_GLUSTERD))
        self.assertEqual(self.exporter.get("/-/healthy").status, 200)


class TheSocketIsLeftAlone(SourceTestCase):
    def test_cli(self):
        glusterd = self.start_glusterd(RUBBISH)
        self.start("cli", every_second())
        self.exporter.wait_ready()
        self.wait_for_polls()
        self.assertEqual(glusterd.connections, 0)
        samples = self.exporter.scrape()
        self.assertEqual(samples.value("glusterfs_up"), 1)
        self.assertEqual(set(self.sources(samples).values()), {"cli", "http"})


if __name__ == "__main__":
    unittest.main()

"""The command line and the configuration file: mistakes are told in one line; --once, --config.check and the like."""

import re
import socket
import tempfile
import time
import unittest
from pathlib import Path

from stack import BY_CLI, about_gluster

from support import (
    ASK_THE_CLUSTER,
    ASK_THE_NODE,
    COLLECTORS,
    HOSTILE_GLUSTER,
    RECORDED,
    REPOSITORY,
    FakeGluster,
    assert_same,
    free_port,
    parse_page,
    promtool_complaints,
    run_exporter,
)

SOON_SECONDS = 5
GOOD_PATH = f"--gluster.path={HOSTILE_GLUSTER}"


class StartUp(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="start-up-")
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "exporter.yml"

    def write_config(self, text):
        self.file.write_text(text)
        return f"--config.file={self.file}"

    def assert_refused(self, flags, place, *words):
        """Ends soon with status 2 and one line on standard error: "PLACE: ", and a message with these words."""
        begin = time.monotonic()
        done = run_exporter(*flags)
        took = time.monotonic() - begin
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertRegex(done.stderr, r"\A[^\n]+\n\Z", "not exactly one line")
        self.assertEqual(done.stderr[: len(place) + 2], f"{place}: ", done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertLess(took, SOON_SECONDS)

    def assert_config_refused(self, text, line, *words):
        """A file is refused for what stands on that line: at start-up and by --config.check."""
        flag = self.write_config(text)
        for more in ([], ["--config.check"], ["--once"]):
            with self.subTest(flags=more):
                self.assert_refused([flag, GOOD_PATH, *more], f"{self.file}:{line}", *words)


class BadConfigurationFile(StartUp):
    def test_unknown_key(self):
        self.assert_config_refused("web:\n  listen_adress: 127.0.0.1:9713\n", 2, "'listen_adress'", "listen_address")

    def test_unknown_section(self):
        self.assert_config_refused("# a comment\n\nwebb:\n  telemetry_path: /metrics\n", 3, "'webb'")

    def test_unknown_collector(self):
        self.assert_config_refused("collectors:\n  statuss:\n    enabled: true\n", 2, "'statuss'", "status")

    def test_wrong_type(self):
        text = "collectors:\n  status:\n    enabled: true\n    interval: soon\n"
        self.assert_config_refused(text, 4, "collectors.status.interval", "'soon'", "duration")

    def test_wrong_type_of_a_switch(self):
        text = "collectors:\n  peers:\n    enabled: perhaps\n"
        self.assert_config_refused(text, 3, "collectors.peers.enabled", "true or false")

    def test_list_in_place_of_a_value(self):
        self.assert_config_refused("web:\n  telemetry_path: [/metrics]\n", 2, "web.telemetry_path", "single value")

    def test_repeated_key(self):
        text = "log:\n  level: info\n  format: json\n  level: debug\n"
        self.assert_config_refused(text, 4, "'level'", "repeated", "line 2")

    def test_repeated_section(self):
        text = "web:\n  telemetry_path: /metrics\nlog:\n  level: info\nweb:\n  listen_address: 127.0.0.1:9713\n"
        self.assert_config_refused(text, 5, "'web'", "repeated", "line 1")

    def test_not_yaml(self):
        self.assert_config_refused("web:\n  telemetry_path: /metrics\n log: [\n", 3, "not YAML")

    def test_out_of_range(self):
        self.assert_config_refused("gluster:\n  timeouts:\n    query: 1ms\n", 3, "gluster.timeouts.query", "100ms")

    def test_topology_turned_off(self):
        text = "collectors:\n  topology:\n    interval: 15s\n    enabled: false\n"
        self.assert_config_refused(text, 4, "collectors.topology.enabled", "must stay true")

    def test_collectors_turned_off_that_choose_the_leader(self):
        for name in ("peers", "exporters"):
            text = f"collectors:\n  {name}:\n    enabled: false\n"
            self.assert_config_refused(text, 3, f"collectors.{name}.enabled", "must stay true", "cluster.leader")

    def test_unknown_source(self):
        self.assert_config_refused("gluster:\n  source: both\n", 2, "'both'", "auto, rpc or cli")

    def test_unknown_leader(self):
        self.assert_config_refused("cluster:\n  leader: perhaps\n", 2, "'perhaps'", "auto, always or never")

    def test_collectors_that_the_source_can_not_serve(self):
        for source, collectors in (("rpc", ASK_THE_CLUSTER), ("cli", ASK_THE_NODE)):
            for name in collectors:
                text = f"gluster:\n  source: {source}\ncollectors:\n  {name}:\n    interval: 1m\n    enabled: true\n"
                flag = self.write_config(text)
                words = (f"collectors.{name}.enabled", f"gluster.source {source}")
                self.assert_refused([flag, GOOD_PATH, "--config.check"], f"{self.file}:6", *words)

    def test_no_such_gluster(self):
        flag = self.write_config("log:\n  level: info\ngluster:\n  path: /no/such/gluster\n")
        for more in ([], ["--config.check"], ["--once"]):
            with self.subTest(flags=more):
                self.assert_refused([flag, *more], f"{self.file}:4", "/no/such/gluster", "no such file")

    def test_gluster_that_is_no_program(self):
        flag = self.write_config(f"gluster:\n  path: {self.file}\n")
        self.assert_refused([flag], f"{self.file}:2", str(self.file), "not an executable file")

    def test_gluster_that_is_not_in_the_path(self):
        flag = self.write_config("gluster:\n  path: no-such-gluster\n")
        self.assert_refused([flag], f"{self.file}:2", "no-such-gluster: not found in", "--gluster.path")

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            flag = self.write_config(f"web:\n  telemetry_path: /metrics\n  listen_address: {address}\n")
            self.assert_refused(
                [flag, GOOD_PATH], f"{self.file}:3", f"cannot listen on {address}", "Address already in use"
            )

    def test_no_such_file(self):
        self.assert_refused(["--config.file=/no/such.yml", GOOD_PATH], "/no/such.yml", "No such file")


class BadFlags(StartUp):
    def test_unknown_flag(self):
        self.assert_refused(["--web.listen-adress=:9713"], "--web.listen-adress", "unknown flag", "--help")

    def test_bad_value(self):
        self.assert_refused(["--web.listen-address=localhost:9713"], "--web.listen-address", "'localhost:9713'")

    def test_value_that_is_missing(self):
        self.assert_refused(["--log.level"], "--log.level", "needs a value")

    def test_flag_given_twice(self):
        self.assert_refused(["--log.level=info", "--log.level=warn"], "--log.level", "more than once")

    def test_unexpected_argument(self):
        self.assert_refused(["serve"], "serve", "unexpected argument")

    def test_unknown_collector(self):
        self.assert_refused(["--no-collector.statuss"], "--no-collector.statuss", "unknown flag")

    def test_no_such_gluster(self):
        self.assert_refused(["--gluster.path=/no/such/gluster"], "--gluster.path", "/no/such/gluster", "no such file")

    def test_topology_turned_off(self):
        self.assert_refused([GOOD_PATH, "--no-collector.topology"], "--no-collector.topology", "must stay true")

    def test_collectors_turned_off_that_choose_the_leader(self):
        for name in ("peers", "exporters"):
            self.assert_refused([GOOD_PATH, f"--no-collector.{name}"], f"--no-collector.{name}", "must stay true")

    def test_collector_that_only_the_gluster_command_can_serve(self):
        self.assert_refused(
            ["--gluster.source=rpc", "--collector.quota"],
            "--collector.quota",
            "collectors.quota.enabled: cannot be true with gluster.source rpc: only the gluster command tells this",
        )

    def test_collector_that_the_gluster_command_can_not_serve(self):
        self.assert_refused(
            [GOOD_PATH, "--gluster.source=cli", "--collector.processes"],
            "--collector.processes",
            "collectors.processes.enabled: cannot be true with gluster.source cli: the gluster command does not tell",
        )

    def test_unknown_source(self):
        self.assert_refused([GOOD_PATH, "--gluster.source=both"], "--gluster.source", "'both'", "auto, rpc or cli")

    def test_unknown_leader(self):
        self.assert_refused([GOOD_PATH, "--cluster.leader=perhaps"], "--cluster.leader", "'perhaps'")

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            self.assert_refused(
                [GOOD_PATH, f"--web.listen-address={address}"],
                "--web.listen-address",
                f"cannot listen on {address}",
                "Address already in use",
            )

    def test_address_of_another_machine(self):
        address = "192.0.2.1:9713"  # reserved for documentation: no machine has it
        self.assert_refused(
            [GOOD_PATH, f"--web.listen-address={address}"], "--web.listen-address", f"cannot listen on {address}"
        )


class GoodConfiguration(StartUp):
    def test_check_of_a_good_file(self):
        flag = self.write_config("collectors:\n  top:\n    enabled: true\n    interval: 2m\ntop:\n  files: 3\n")
        done = run_exporter(flag, GOOD_PATH, "--config.check")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "configuration is good\n", ""))

    def test_check_of_the_shipped_file(self):
        shipped = REPOSITORY / "config" / "glusterfs_exporter.yml"
        done = run_exporter(f"--config.file={shipped}", GOOD_PATH, "--config.check")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "configuration is good\n", ""))

    def test_check_does_not_need_the_port(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            done = run_exporter(GOOD_PATH, f"--web.listen-address={address}", "--config.check")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "configuration is good\n", ""))

    def test_sockets_alone_need_no_gluster(self):
        flags = ["--gluster.source=rpc", "--gluster.path=/no/such/gluster"]
        done = run_exporter(*flags, "--config.check")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "configuration is good\n", ""))
        done = run_exporter(*flags, "--gluster.socket=/no/such/socket", "--once")
        self.assertEqual((done.returncode, parse_page(done.stdout).value("glusterfs_up")), (1, 0))

    def test_collectors_that_choose_the_leader_may_be_off_where_it_is_chosen(self):
        for leader in ("always", "never"):
            flags = [f"--cluster.leader={leader}", "--no-collector.peers", "--no-collector.exporters"]
            done = run_exporter(GOOD_PATH, *flags, "--config.check")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "configuration is good\n", ""))

    def test_flags_override_the_file(self):
        flag = self.write_config("gluster:\n  path: /no/such/gluster\n")
        done = run_exporter(flag, GOOD_PATH, "--config.check")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "configuration is good\n", ""))

    def test_version(self):
        done = run_exporter("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"\Aglusterfs_exporter, version \d+\.\d+\.\d+ \(revision [^()\n]+\)\n\Z")

    def test_help_names_every_flag(self):
        done = run_exporter("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        named = set(re.findall(r"^ +(?:-h,)?(--[a-z0-9._-]+)", done.stdout, re.MULTILINE))
        flags = {
            "--config.file",
            "--config.check",
            "--web.listen-address",
            "--web.telemetry-path",
            "--web.max-viewers",
            "--web.config.file",
            "--gluster.path",
            "--gluster.socket",
            "--gluster.source",
            "--cluster.leader",
            "--log.level",
            "--log.format",
            "--once",
            "--version",
            "--help",
        }
        self.assertEqual(named, flags | {f"--collector.{name}" for name in COLLECTORS})
        self.assertIn("--no-collector.NAME", done.stdout)


class Once(StartUp):
    def run_once(self, mode, *flags):
        gluster = FakeGluster(mode=mode)
        self.addCleanup(gluster.close)
        flags = [f"--gluster.path={gluster.program}", "--gluster.source=cli", "--once", *flags]
        done = run_exporter(*flags, env=gluster.env())
        self.assertEqual(promtool_complaints(done.stdout), "")
        return done, parse_page(done.stdout)

    def test_prints_one_page(self):
        done, samples = self.run_once("pass", "--collector.top")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(samples.collector_results(), {name: "ok" for name in BY_CLI})
        # The page that the recorded answers make; there without geo-replication, of which there are no recordings.
        expected = about_gluster(parse_page((RECORDED / "healthy" / "expected.prom").read_text()))
        self.assertGreater(len(expected), 1000)
        without = {key: value for key, value in about_gluster(samples).items() if "_georep_" not in key[0]}
        assert_same(without, expected, "the page is not the expected one")
        self.assertGreater(len(about_gluster(samples)), len(expected))

    def test_dead_gluster(self):
        done, samples = self.run_once("stderr")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(samples.value("glusterfs_up"), 0)
        self.assertEqual(samples.collector_results(), {name: "exit" for name in ("topology", "peers", "op_version")})
        self.assertIn("glusterd did not answer", done.stderr.splitlines()[-1])
        self.assertIn("Connection failed. Please check if gluster daemon is operational.", done.stderr)

    def test_hanging_gluster(self):
        flag = self.write_config("gluster:\n  timeouts: {query: 200ms, transaction: 200ms, crawl: 200ms}\n")
        done, samples = self.run_once("hang", flag)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(samples.value("glusterfs_up"), 0)
        self.assertEqual(samples.collector_results(), {name: "timeout" for name in ("topology", "peers", "op_version")})

    def test_needs_no_port(self):
        with socket.create_server(("127.0.0.1", free_port())) as taken:
            done, samples = self.run_once("pass", f"--web.listen-address=127.0.0.1:{taken.getsockname()[1]}")
        self.assertEqual((done.returncode, samples.value("glusterfs_up")), (0, 1))


if __name__ == "__main__":
    unittest.main()

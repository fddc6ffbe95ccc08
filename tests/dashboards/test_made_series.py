"""The queries that need not have an answer on a test's cluster give the right one on series made by hand."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from dashboards import Chosen, all_queries, as_regex, interpolate, load, label_values, load_all, variables_of
from made_series import EXCEPTIONS, exempt

from support import program

CHOSEN = Chosen({"growth": "5m"}, interval="1m", rate_interval="4m", range="10m")
JOB = {"job": "glusterfs", "instance": "h1:9713"}


def series(name, labels):
    return name + "{" + ",".join(f"{label}={json.dumps(value)}" for label, value in sorted(labels.items())) + "}"


def check(inputs, tests):
    """What promtool says to [(query, [(labels, value)])] on the series, ten minutes after they begin."""
    document = {
        "evaluation_interval": "1m",
        "rule_files": [],
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": series(name, {**JOB, **labels}), "values": values} for name, labels, values in inputs
                ],
                "promql_expr_test": [
                    {
                        # Slopes are not exact to the last digit.
                        "expr": f"round({query}, 0.001)",
                        "eval_time": "10m",
                        "exp_samples": [{"labels": series("", labels), "value": value} for labels, value in expected],
                    }
                    for query, expected in tests
                ],
            }
        ],
    }
    with tempfile.TemporaryDirectory(prefix="made-series-") as folder:
        path = Path(folder) / "test.yml"
        path.write_text(json.dumps(document))
        done = subprocess.run(
            [program("promtool"), "test", "rules", str(path)], capture_output=True, text=True, timeout=60, check=False
        )
    return "" if done.returncode == 0 else done.stdout + done.stderr


class MadeSeries(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.queries = {str(query): query for query in all_queries()}
        assert len(cls.queries) == len(all_queries()), "two queries have one name"

    def sent(self, key):
        query = self.queries[key]
        return interpolate(query.expr, variables_of(load(query.dashboard)), CHOSEN)

    def test_exceptions_are_queries(self):
        self.assertEqual(exempt().keys() - self.queries.keys(), set(), "exceptions that no dashboard has any more")

    def test_they_give_what_they_should(self):
        for group in EXCEPTIONS:
            with self.subTest(group.reason):
                tests = [(self.sent(key), expected) for key, expected in group.expected.items()]
                self.assertEqual(check(group.series, tests), "")

    def test_a_wrong_value_is_found(self):
        group = EXCEPTIONS[0]
        key, [(labels, value)] = next(iter(group.expected.items()))
        self.assertIn("exp", check(group.series, [(self.sent(key), [(labels, value + 1)])]))

    def test_growth_is_unknown_at_first(self):
        """Nothing is told of what has not been watched for as long as growth is measured over."""
        group = next(group for group in EXCEPTIONS if "overview / Space (table) / E" in group.expected)
        query = self.queries["overview / Space (table) / D"]
        for growth, expected in (("5m", [({"volume": "v"}, 604_800_000)]), ("1h", [])):
            expr = interpolate(query.expr, variables_of(load("overview")), CHOSEN._replace(values={"growth": growth}))
            self.assertEqual(check(group.series, [(expr, expected)]), "", growth)

    def test_a_volume_that_was_made_larger_has_not_shrunk(self):
        query = self.queries["overview / Space (table) / D"]
        larger = [
            ("glusterfs_volume_size_bytes", {"volume": "v"}, "1000x5 3000x5"),
            ("glusterfs_volume_free_bytes", {"volume": "v"}, "500x5 2500x5"),
        ]
        expr = interpolate(query.expr, variables_of(load("overview")), CHOSEN)
        self.assertEqual(check(larger, [(expr, [({"volume": "v"}, 0)])]), "")

    def test_down_and_since(self):
        """A brick that is down, when it was last up, and one that nobody knows of."""
        brick = {"volume": "v", "host": "h1", "brick": "/b"}
        inputs = [
            ("glusterfs_brick_online", brick, "1x6 0x4"),
            ("glusterfs_brick_online", {**brick, "host": "h2"}, "1x10"),
            ("glusterfs_brick_online", {**brick, "host": "h3"}, "0x2 stale"),
            ("up", {}, "1x10"),
        ]
        what = {**brick, "what": "brick"}
        tests = [
            (self.sent("overview / What is down (table) / A"), [(what, 0)]),
            (self.sent("overview / What is down (table) / B"), [(what, 360_000)]),
            (self.sent("overview / Bricks offline (stat) / A"), [({}, 1)]),
        ]
        self.assertEqual(check(inputs, tests), "")

    def test_unknown_is_not_zero(self):
        """Without any series no count says 0."""
        for key, query in self.queries.items():
            if query.panel_type == "stat":
                with self.subTest(key):
                    self.assertEqual(check([("other", {}, "1x10")], [(self.sent(key), [])]), "")

    def test_two_leaders_count_once(self):
        """For a moment two exporters can both speak for the cluster."""
        inputs = [
            ("glusterfs_volume_health", {"instance": instance, "volume": "v", "state": state}, f"{value}x10")
            for instance in ("h1:9713", "h2:9713")
            for state, value in (("up", 0), ("degraded", 1))
        ]
        tests = [
            (self.sent("overview / Volumes not up (stat) / A"), [({}, 1)]),
            (self.sent("overview / Health of volumes (state-timeline) / A"), [({"volume": "v"}, 2)]),
        ]
        self.assertEqual(check(inputs, tests), "")

    def test_processes_that_bricks_share_count_once(self):
        """h1 has two bricks in one process, h2 two in a process each, h3 a daemon and no brick."""
        daemon = "glusterfs_daemon_resident_memory_bytes"
        inputs = [(daemon, {"host": host, "daemon": "shd"}, "1x10") for host in ("h1", "h2", "h3")]
        for host, brick, start in (("h1", "/a", 10.5), ("h1", "/b", 10.5), ("h2", "/a", 20), ("h2", "/b", 21)):
            labels = {"volume": "v", "host": host, "brick": brick}
            inputs += [
                ("glusterfs_brick_start_time_seconds", labels, f"{start}x10"),
                ("glusterfs_brick_resident_memory_bytes", labels, "100x10"),
            ]
        expected = [({"host": "h1"}, 101), ({"host": "h2"}, 201), ({"host": "h3"}, 1)]
        for key in ("overview / Memory by host (bargauge) / A", "hosts / Memory by host (timeseries) / A"):
            self.assertEqual(check(inputs, [(self.sent(key), expected)]), "", key)

    def test_an_entry_that_waits_counts_once(self):
        """Two subvolumes of a replicated volume: the bricks of a set know the same entries, or nearly so."""
        inputs = []
        for brick, subvolume, pending in (("/a", "0", 7), ("/b", "0", 6), ("/c", "1", 2), ("/d", "1", 2)):
            labels = {"volume": "v", "host": "h1", "brick": brick}
            inputs += [
                ("glusterfs_brick_info", {**labels, "subvolume": subvolume}, "1x10"),
                ("glusterfs_brick_heal_pending_entries", labels, f"{pending}x10"),
            ]
        tests = [
            (self.sent("overview / Waiting for heal (stat) / A"), [({}, 9)]),
            (self.sent("heal / Waiting by volume (timeseries) / A"), [({"volume": "v"}, 9)]),
        ]
        self.assertEqual(check(inputs, tests), "")

    def test_a_shared_file_system_counts_once(self):
        inputs = []
        for brick, device in (("/a", "/dev/vda"), ("/b", "/dev/vda"), ("/c", "/dev/vdb")):
            labels = {"volume": "v", "host": "h1", "brick": brick}
            inputs += [
                ("glusterfs_brick_info", {**labels, "device": device}, "1x10"),
                ("glusterfs_brick_size_bytes", labels, "1000x10"),
                ("glusterfs_brick_free_bytes", labels, "400x10"),
            ]
        tests = [
            (self.sent("hosts / Hosts (table) / G"), [({"host": "h1"}, 0.6)]),
            (self.sent("hosts / Hosts (table) / I"), [({"host": "h1"}, 2000)]),
        ]
        self.assertEqual(check(inputs, tests), "")

    def test_latency_is_that_of_the_window(self):
        """Operations took 2 ms each; those of before do not count, and without operations there is no latency."""
        name = "glusterfs_brick_fop_duration_seconds"
        brick = {"volume": "v", "host": "h1", "brick": "/b", "fop": "WRITE"}
        busy = [(f"{name}_count", brick, "1000+60x10"), (f"{name}_sum", brick, "500+0.12x10")]
        idle = [(f"{name}_count", brick, "1000x10"), (f"{name}_sum", brick, "500x10")]
        query = self.sent("overview / Latency by volume (timeseries) / A")
        self.assertEqual(check(busy, [(query, [({"volume": "v"}, 0.002)])]), "")
        self.assertEqual(check(idle, [(query, [])]), "")

    def test_cluster_label(self):
        """With "all" also series without the label; with one chosen only its own; two clusters are kept apart."""
        health = "glusterfs_volume_health"
        inputs = [
            (health, {"volume": "v", "state": "down", **labels}, "1x10")
            for labels in ({}, {"cluster": "a"}, {"cluster": "b"})
        ]
        query = self.queries["overview / Health of volumes (state-timeline) / A"]
        variables = variables_of(load("overview"))
        one, other, neither = ({"volume": "v", **labels} for labels in ({"cluster": "a"}, {"cluster": "b"}, {}))
        for values, expected in (
            ({}, [(one, 4), (other, 4), (neither, 4)]),
            ({"cluster": ["a"]}, [(one, 4)]),
            ({"cluster": ["a", "b"]}, [(one, 4), (other, 4)]),
        ):
            expr = interpolate(query.expr, variables, CHOSEN._replace(values=values))
            self.assertEqual(check(inputs, [(expr, expected)]), "", values)

    def test_a_crowd_stays_a_few_lines(self):
        """A thousand bricks on a hundred hosts: no panel but tables shows more than 20."""
        inputs = []
        for number in range(1000):
            brick = {"volume": f"v{number % 50}", "host": f"h{number % 100}", "brick": f"/b{number}"}
            inputs += [
                ("glusterfs_brick_online", brick, "1x10"),
                ("glusterfs_brick_size_bytes", brick, "1000x10"),
                ("glusterfs_brick_free_bytes", brick, f"{number}x10"),
                ("glusterfs_brick_fop_duration_seconds_count", {**brick, "fop": f"FOP{number % 40}"}, f"0+{number}x10"),
                ("glusterfs_brick_open_fds", brick, f"{number}x10"),
            ]
        tests = [
            (f"count({self.sent(key)}) <= bool 20", [({}, 1)])
            for key in (
                "bricks / Bricks online (state-timeline) / A",
                "bricks / Space used (timeseries) / A",
                "bricks / Operations (timeseries) / A",
                "bricks / Open files (timeseries) / A",
                "performance / Operations by kind (timeseries) / A",
                "overview / Operations by volume (timeseries) / A",
                "overview / Busiest bricks (bargauge) / A",
            )
        ]
        self.assertEqual(check(inputs, tests), "")

    def test_variables_of_a_regex_metacharacter(self):
        """A brick whose path means something in a regular expression is found, and no other."""
        inputs = [
            ("glusterfs_brick_open_fds", {"volume": "v", "host": "h1", "brick": brick}, f"{value}x10")
            for brick, value in (("/b.1", 1), ("/b+1", 2), ("/bx1", 3))
        ]
        selector = f'glusterfs_brick_open_fds{{brick=~"{as_regex(["/b.1", "/b+1"])}"}}'
        self.assertEqual(check(inputs, [(f"sum({selector})", [({}, 3)])]), "")

    def test_variables_name_labels(self):
        for name, dashboard in load_all().items():
            for variable in dashboard["templating"]["list"]:
                if variable["type"] == "query":
                    self.assertEqual(label_values(variable["query"]["query"])[1], variable["name"], name)


if __name__ == "__main__":
    unittest.main()

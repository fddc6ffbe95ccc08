"""Every dashboard keeps every rule, and every rule finds what it is there to find."""

import copy
import tempfile
import unittest
import urllib.error
from pathlib import Path

import rules
from dashboards import Chosen, as_regex, interpolate, load, load_all, panels_of, queries_of, variables_of

from support import Prometheus, wait_until


def first(dashboard, panel_type):
    return next(panel for panel in panels_of(dashboard) if panel["type"] == panel_type)


def with_expr(panel_type, expr):
    def change(dashboard):
        first(dashboard, panel_type)["targets"][0]["expr"] = expr

    return change


def with_changed_expr(old, new):
    def change(dashboard):
        target = first(dashboard, "timeseries")["targets"][0]
        assert old in target["expr"], target["expr"]
        target["expr"] = target["expr"].replace(old, new)

    return change


def with_variable(name, **changes):
    return lambda dashboard: variables_of(dashboard)[name].update(changes)


CHOSEN = 'job=~"$job", cluster=~"$cluster"'
FOPS = "glusterfs_brick_fop_duration_seconds_count"

SAMPLE = "hosts"

# rule: (what is done to that dashboard, a word of the complaint). Each makes one mistake.
MISTAKES = {
    rules.imports_anywhere: [
        (lambda dashboard: dashboard.update(id=7), "id is 7"),
        (lambda dashboard: dashboard.update(uid="other"), "uid"),
        (lambda dashboard: dashboard.update(__inputs=[]), "__inputs"),
        (lambda dashboard: dashboard.update(tags=[]), "tags"),
        (lambda dashboard: dashboard.pop("schemaVersion"), "schemaVersion"),
    ],
    rules.opens_well: [
        (lambda dashboard: dashboard.update(refresh="1s"), "refresh"),
        (lambda dashboard: dashboard["links"].clear(), "links"),
        (lambda dashboard: dashboard["annotations"]["list"].pop(), "alerts"),
        (lambda dashboard: dashboard["time"].update({"from": "2020-01-01"}), "time"),
    ],
    rules.panels_lie_well: [
        (lambda dashboard: dashboard["panels"][1].update(id=1), "twice"),
        (lambda dashboard: dashboard["panels"][1]["gridPos"].update(x=0), "lies on"),
        (lambda dashboard: dashboard["panels"].pop(0), "not filled"),
    ],
    rules.variable_datasource: [
        (with_variable("datasource", query="loki"), "loki"),
        (lambda dashboard: dashboard["templating"]["list"].pop(0), "no variable"),
    ],
    rules.variables_job_and_cluster: [
        (with_variable("cluster", allValue=".+"), "cluster"),
        (with_variable("job", multi=False), "job"),
        (lambda dashboard: dashboard["templating"]["list"].pop(1), "no variable job"),
    ],
    rules.variables_are_asked_well: [
        (with_variable("host", refresh=1), "anew"),
        (with_variable("host", datasource={"type": "prometheus", "uid": "mine"}), "data source"),
        (with_variable("host", query={"query": "label_values(glusterfs_peer_connected, host)"}), "without job"),
        (with_variable("host", description=""), "description"),
    ],
    rules.variables_are_used: [
        (lambda dashboard: dashboard["templating"]["list"].append({"name": "brick", "type": "query"}), "brick"),
    ],
    rules.panels_are_described: [
        (lambda dashboard: first(dashboard, "stat").update(description=" "), "description"),
        (lambda dashboard: first(dashboard, "stat").update(title=""), "title"),
    ],
    rules.panels_are_of_known_types: [(lambda dashboard: first(dashboard, "stat").update(type="singlestat"), "singlestat")],
    rules.panels_use_the_chosen_datasource: [
        (lambda dashboard: first(dashboard, "stat")["targets"][0].pop("datasource"), "data source"),
        (lambda dashboard: first(dashboard, "table").update(datasource={"uid": "mine"}), "data source"),
    ],
    rules.panels_have_units: [(lambda dashboard: first(dashboard, "stat")["fieldConfig"]["defaults"].pop("unit"), "unit")],
    rules.panels_have_queries: [(lambda dashboard: first(dashboard, "stat").update(targets=[]), "no query")],
    rules.panels_ask_for_now_or_over_time: [
        (lambda dashboard: first(dashboard, "stat")["targets"][0].update(instant=False), "over time"),
        (lambda dashboard: first(dashboard, "timeseries")["targets"][0].update(instant=True), "instant"),
    ],
    rules.lines_have_names: [
        (lambda dashboard: first(dashboard, "timeseries")["targets"][0].update(legendFormat=""), "no legend"),
        (lambda dashboard: first(dashboard, "timeseries")["targets"][0].update(legendFormat="{{brick}}"), "brick"),
    ],
    rules.links_lead_somewhere: [
        (
            lambda dashboard: first(dashboard, "stat")["fieldConfig"]["defaults"].update(links=[{"url": "/d/nowhere?a"}]),
            "no such dashboard",
        ),
        (
            lambda dashboard: first(dashboard, "stat")["fieldConfig"]["defaults"].update(
                links=[{"url": "/d/glusterfs-heal?var-brick=x&${__url_time_range}"}]
            ),
            "no variable brick",
        ),
    ],
    rules.selectors_choose: [
        (with_expr("timeseries", 'sum(glusterfs_up{cluster=~"$cluster"})'), "without job"),
        (with_expr("timeseries", 'sum(glusterfs_up{job=~"$job"})'), "without cluster"),
        (with_expr("timeseries", "sum(glusterfs_up)"), "without matchers"),
        (with_expr("timeseries", 'sum(glusterfs_up{job="glusterfs", cluster=~"$cluster"})'), "without job"),
    ],
    rules.metrics_exist: [
        (with_expr("timeseries", f"sum(glusterfs_brick_up{{{CHOSEN}}})"), "no glusterfs_brick_up"),
        (with_expr("timeseries", f'sum(glusterfs_up{{{CHOSEN}, volume=~"$volume"}})'), "lacks"),
    ],
    rules.counters_are_rated: [
        (with_expr("timeseries", f"sum({FOPS}{{{CHOSEN}}})"), "counter without rate"),
        (with_expr("timeseries", f"sum(rate(glusterfs_brick_open_fds{{{CHOSEN}}}[$__rate_interval]))"), "is a gauge"),
        (with_expr("timeseries", f"sum(irate({FOPS}{{{CHOSEN}}}[$__rate_interval]))"), "irate"),
    ],
    rules.rates_fit_the_interval: [
        (with_changed_expr("[$__rate_interval]", "[5m]"), "[5m]"),
        (with_changed_expr("[$__rate_interval]", "[$__interval]"), "[$__interval]"),
        (with_expr("timeseries", f"sum(rate({FOPS}{{{CHOSEN}}}[$__range] @ end()))"), "choose the highest"),
    ],
    rules.nothing_is_made_up: [(with_changed_expr(" and topk", " or vector(0) and topk"), "makes up")],
    rules.lines_are_few: [
        (with_expr("timeseries", f"sum by (volume) (glusterfs_brick_online{{{CHOSEN}}})"), "any number"),
        (with_expr("timeseries", f"topk(50, sum by (volume) (glusterfs_brick_online{{{CHOSEN}}}))"), "50"),
        (with_expr("timeseries", f"glusterfs_brick_online{{{CHOSEN}}}"), "any number"),
    ],
}


class Rules(unittest.TestCase):
    def test_dashboards_keep_them(self):
        for name, dashboard in load_all().items():
            for rule in rules.RULES:
                with self.subTest(dashboard=name, rule=rule.__name__):
                    self.assertEqual(list(rule(name, dashboard)), [])

    def test_uids_and_titles_differ(self):
        for key in ("uid", "title"):
            values = [dashboard[key] for dashboard in load_all().values()]
            self.assertEqual(len(set(values)), len(values), values)

    def test_each_rule_finds_its_mistakes(self):
        self.assertEqual(set(MISTAKES), set(rules.RULES), "a rule without a mistake that it finds")
        for rule, mistakes in MISTAKES.items():
            for number, (make, word) in enumerate(mistakes):
                with self.subTest(rule=rule.__name__, mistake=number):
                    dashboard = copy.deepcopy(load(SAMPLE))
                    make(dashboard)
                    complaints = list(rule(SAMPLE, dashboard))
                    self.assertTrue(any(word in complaint for complaint in complaints), complaints)

    def test_how_many_series(self):
        for expr, most in (
            ("sum by () (x) / (sum by () (y) > 0)", 1),
            ("count(max by (volume) (x) == 0) or 0 * count(x)", 1),
            ("sum by (state) (max by (volume, state) (x))", 8),
            ("sum by (state, list) (x)", 24),
            ("sum by (host) (x) and topk(10, sum by (host) (x))", 10),
            ("topk(5, x)", 5),
            ("histogram_quantile(0.5, sum by (le) (x))", 1),
            ("max by (volume) (topk(5, x))", None),
            ("x", None),
        ):
            with self.subTest(expr):
                self.assertEqual(rules.most_series(expr), most)

    def test_interpolation(self):
        variables = {
            "job": {"allValue": ".+", "current": {"value": ["$__all"]}},
            "growth": {"current": {"value": "7d"}},
        }
        text = 'x{job=~"$job"}[$growth] ${__interval} $__rate_interval'
        self.assertEqual(interpolate(text, variables, Chosen({})), 'x{job=~".+"}[7d] 5s 20s')
        chosen = Chosen({"job": ["a.b", "c"], "growth": "1h"})
        self.assertEqual(interpolate(text, variables, chosen), 'x{job=~"(a\\\\.b|c)"}[1h] 5s 20s')
        self.assertEqual(as_regex(["10.0.0.1:/b"]), "10\\\\.0\\\\.0\\\\.1:/b")
        with self.assertRaisesRegex(AssertionError, "no variable host"):
            interpolate("$host", variables, Chosen({}))


class PromQl(unittest.TestCase):
    """Prometheus itself reads every query, as it would be sent."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="dashboards-promql-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.prometheus = Prometheus(Path(cls.folder.name), "scrape_configs: []\n")
        cls.addClassCleanup(cls.prometheus.stop)
        wait_until(cls.prometheus.is_ready, "prometheus is ready")

    def test_every_query_is_good(self):
        chosen = Chosen({"volume": ["a", "b"], "host": ["127.0.0.1", "node-2"], "brick": ["/bricks/a"]})
        count = 0
        for name, dashboard in load_all().items():
            variables = variables_of(dashboard)
            expressions = [(str(query), query.expr) for query in queries_of(name, dashboard)]
            annotations = [one for one in dashboard["annotations"]["list"] if "target" in one]
            expressions += [("annotation", one["target"]["expr"]) for one in annotations]
            for where, expr in expressions:
                for choice in (Chosen({}), chosen):
                    with self.subTest(where):
                        self.prometheus.api("format_query", query=interpolate(expr, variables, choice))
                        count += 1
        self.assertGreater(count, 600)

    def test_a_bad_query_is_refused(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.prometheus.api("format_query", query="sum by (volume (x)")
        caught.exception.close()


if __name__ == "__main__":
    unittest.main()

"""The alerts and recording rules are code: promtool runs their cases, and what each has to have is asserted."""

import collections
import concurrent.futures
import os
import re
import subprocess
import unittest
from pathlib import Path

import yaml

from support import REPOSITORY, program

ALERTS = REPOSITORY / "alerts"
RULE_FILES = sorted(ALERTS.glob("*.yml"))
CASE_FILES = sorted(Path(__file__).parent.glob("*.test.yml"))
RUNBOOKS = REPOSITORY / "docs" / "runbooks.md"
SEVERITIES = {"critical", "warning", "info"}
# Given to every series by Prometheus, and by people to their targets.
TARGET_LABELS = {"job", "instance", "cluster"}
# Fewer than two scrapes at the default of 15 s would let one bad scrape fire.
SHORTEST_FOR_SECONDS = 60


def rules_of(path):
    return [rule for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


OUR_RULES = rules_of(ALERTS / "rules.yml") + rules_of(ALERTS / "alerts.yml")
ALL_RULES = [rule for path in RULE_FILES for rule in rules_of(path)]
OUR_ALERTS = {rule["alert"]: rule for rule in OUR_RULES if "alert" in rule}
RECORDED = {rule["record"]: rule for rule in ALL_RULES if "record" in rule}


def cases():
    """[(file, test)] of all case files."""
    return [(path, test) for path in CASE_FILES for test in yaml.safe_load(path.read_text())["tests"]]


def seconds(text):
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([smhd])", text))


def promtool(*arguments):
    """What it said, "" if it found nothing wrong."""
    done = subprocess.run([program("promtool"), *map(str, arguments)], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def catalogue():
    """{metric: its labels}, from the reference, which a unit test holds against the catalogue in the source."""
    found = {}
    for line in (REPOSITORY / "docs" / "metrics.md").read_text().splitlines():
        row = re.match(r"\| `(\w+)` \| ([\w ]+) \| [\w, ]+ \| (.*?) \|", line)
        if not row:
            continue
        name, kind, labels = row.groups()
        labels = set(re.findall(r"`(\w+)`", labels))
        found[name] = labels
        if kind in ("histogram", "summary"):
            found.update({name + suffix: labels for suffix in ("_sum", "_count", "_bucket")})
    return found


CATALOGUE = catalogue()

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_CLAUSE = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\(([\w\s,]*)\)")
_MATCHERS = re.compile(r"\{([^}]*)\}")


def metrics_in(expression):
    """Names of series in a PromQL expression."""
    bare = _CLAUSE.sub(" ", _MATCHERS.sub(" ", _STRING.sub('""', expression)))
    words = re.findall(r"(?<![\w:.])[a-zA-Z_:][\w:]*(?!\s*\()(?![\w:])", re.sub(r"\[[^]]*\]|offset \w+", " ", bare))
    return set(words) - {"and", "or", "unless", "bool", "e9"}


def labels_in(expression):
    """Names of labels in matchers and clauses."""
    found, bare = set(), _STRING.sub('""', expression)
    for match in _MATCHERS.finditer(bare):
        found |= set(re.findall(r"(\w+)\s*(?:=|!)", match[1]))
    for match in _CLAUSE.finditer(bare):
        found |= set(re.findall(r"\w+", match[2]))
    return found


def made_by(expression):
    """Labels that label_replace and label_join give."""
    return set(re.findall(r',\s*"(\w+)",\s*"(?:\$|-|:)', expression))


def labels_of_series(name):
    """What labels a series can have: a metric's own, or those of what a rule is made of."""
    if name == "up":
        return set()
    if name in CATALOGUE:
        return CATALOGUE[name]
    rule = RECORDED[name]
    parts = metrics_in(str(rule["expr"])) - {name}
    return set().union(made_by(str(rule["expr"])), rule.get("labels", {}), *(labels_of_series(part) for part in parts))


class Files(unittest.TestCase):
    def test_promtool_accepts_the_rules(self):
        self.assertEqual(promtool("check", "rules", *RULE_FILES), "")

    def test_promtool_accepts_the_examples_that_load_them(self):
        config = REPOSITORY / "config"
        self.assertEqual(promtool("check", "config", config / "prometheus.yml"), "")
        self.assertEqual(promtool("check", "config", "--agent", config / "prometheus-agent.yml"), "")
        loaded = yaml.safe_load((config / "prometheus.yml").read_text())["rule_files"]
        self.assertEqual(
            [(config / path).resolve() for path in loaded], [ALERTS / "rules.yml", ALERTS / "alerts.yml"]
        )

    def test_all_cases_hold(self):
        self.assertGreater(len(CASE_FILES), 5)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for path, said in zip(CASE_FILES, pool.map(lambda path: promtool("test", "rules", path), CASE_FILES)):
                with self.subTest(path.name):
                    self.assertEqual(said, "")


class EveryAlert(unittest.TestCase):
    def test_is_described(self):
        self.assertEqual(len([rule for rule in OUR_RULES if "alert" in rule]), len(OUR_ALERTS), "a name stands twice")
        for name, rule in OUR_ALERTS.items():
            with self.subTest(name):
                self.assertRegex(name, r"^Gluster[A-Za-z]+$")
                self.assertIn(rule["labels"]["severity"], SEVERITIES)
                self.assertEqual(rule["annotations"].keys(), {"summary", "description", "runbook_url"})
                self.assertTrue(rule["annotations"]["description"].endswith("."))
                self.assertGreaterEqual(seconds(rule["for"]), SHORTEST_FOR_SECONDS)
                self.assertGreaterEqual(seconds(rule["keep_firing_for"]), SHORTEST_FOR_SECONDS)

    def test_has_a_runbook(self):
        sections = re.split(r"^### (\w+)$", RUNBOOKS.read_text(), flags=re.MULTILINE)[1:]
        sections = dict(zip(sections[::2], sections[1::2]))
        self.assertEqual(sections.keys(), OUR_ALERTS.keys())
        for name, rule in OUR_ALERTS.items():
            with self.subTest(name):
                self.assertEqual(rule["annotations"]["runbook_url"], f"docs/runbooks.md#{name.lower()}")
                for part in ("**Meaning.** ", "**How to look.** ", "**What to do.** "):
                    self.assertIn(part, sections[name])

    def test_has_a_case_that_fires_and_one_that_does_not(self):
        fires, silent = collections.Counter(), collections.Counter()
        for _, test in cases():
            expected = collections.defaultdict(list)
            for check in test.get("alert_rule_test", []):
                expected[check["alertname"]] += check.get("exp_alerts", [])
            for name, alerts in expected.items():
                self.assertTrue(test["name"].startswith(f"{name}: "), test["name"])
                (fires if alerts else silent)[name] += 1
                for alert in alerts:
                    self.assertEqual(alert["exp_annotations"].keys(), {"summary", "description", "runbook_url"})
        for name in OUR_ALERTS:
            with self.subTest(name):
                self.assertGreaterEqual(fires[name], 1)
                self.assertGreaterEqual(silent[name], 1)

    def test_shows_only_labels_that_it_has(self):
        shown = collections.defaultdict(set)
        for _, test in cases():
            for check in test.get("alert_rule_test", []):
                for alert in check.get("exp_alerts", []):
                    shown[check["alertname"]] |= alert["exp_labels"].keys()
        for name, rule in OUR_ALERTS.items():
            with self.subTest(name):
                templates = "".join(rule["annotations"].values())
                self.assertLessEqual(set(re.findall(r"\$labels\.(\w+)", templates)), shown[name])


class Names(unittest.TestCase):
    def test_every_metric_exists(self):
        self.assertGreater(len(CATALOGUE), 100)
        for rule in ALL_RULES:
            with self.subTest(rule.get("alert") or rule["record"]):
                names = metrics_in(str(rule["expr"])) - {"up"}
                self.assertEqual(names - CATALOGUE.keys() - RECORDED.keys(), set())

    def test_every_label_belongs_to_a_metric_of_the_expression(self):
        for rule in ALL_RULES:
            with self.subTest(rule.get("alert") or rule["record"]):
                expression = str(rule["expr"])
                known = set().union(TARGET_LABELS, *(labels_of_series(name) for name in metrics_in(expression)))
                self.assertEqual(labels_in(expression) - known - made_by(expression), set())

    def test_every_value_of_a_state_is_one_that_the_exporter_has(self):
        names = set(re.findall(r'"(\w+)"', (REPOSITORY / "src" / "model" / "names.hpp").read_text()))
        for rule in ALL_RULES:
            with self.subTest(rule.get("alert") or rule["record"]):
                for values in re.findall(r'\b(?:state|daemon|task)\s*[=!]~?\s*"([^"]*)"', str(rule["expr"])):
                    self.assertLessEqual(set(values.split("|")), names)

    def test_every_threshold_is_used(self):
        thresholds = {name for name in RECORDED if name.startswith("glusterfs:threshold:")}
        used = set().union(*(metrics_in(str(rule["expr"])) for rule in OUR_ALERTS.values()))
        self.assertEqual({name for name in used if ":threshold:" in name}, thresholds)

    def test_every_recording_rule_has_a_case(self):
        checks = [check for _, test in cases() for check in test.get("promql_expr_test", [])]
        asked = set().union(*(metrics_in(check["expr"]) for check in checks))
        missing = {name for name in RECORDED if not name.startswith("glusterfs:threshold:")} - asked
        self.assertEqual(missing, set())


if __name__ == "__main__":
    unittest.main()

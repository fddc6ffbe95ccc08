"""alerts/mixin.libsonnet gives what the YAML files say, and changes what its settings are for."""

import json
import subprocess
import unittest

import yaml
from test_rules import ALERTS

from support import program


def jsonnet(expression):
    """(what it gives, what it complains about)."""
    done = subprocess.run(
        [program("jsonnet"), "--jpath", str(ALERTS), "--exec", expression], capture_output=True, text=True, check=False
    )
    return (json.loads(done.stdout) if done.returncode == 0 else None), done.stderr


def mixin(what, config="{}"):
    """What an expression gives in which m is the mixin with these settings."""
    given, complaint = jsonnet(f"local m = (import 'mixin.libsonnet') {{ _config+:: {config} }}; {what}")
    if given is None:
        raise AssertionError(complaint)
    return given


def written(name):
    """A file's rules, with each expression as a text on one line."""
    content = yaml.safe_load((ALERTS / name).read_text())
    for group in content["groups"]:
        for rule in group["rules"]:
            rule["expr"] = " ".join(str(rule["expr"]).split())
    return content


class Mixin(unittest.TestCase):
    maxDiff = 2000

    def test_agrees_with_the_files(self):
        given = mixin("{ alerts: m.prometheusAlerts, rules: m.prometheusRules }")
        self.assertEqual(given, {"alerts": written("alerts.yml"), "rules": written("rules.yml")})

    def test_settings(self):
        config = """{
            selector: 'job="storage", site="paris"', runbook_url_prefix: 'https://wiki/gluster/',
            thresholds+: { volume_used_ratio_warning: 0.5 }, alert_labels: { team: 'storage' },
        }"""
        before, after = written("alerts.yml")["groups"], mixin("m.prometheusAlerts", config)["groups"]
        differences = 0
        for old, new in zip(before, after):
            for rule, changed in zip(old["rules"], new["rules"]):
                differences += rule["expr"] != changed["expr"]
                if rule.get("record") == "glusterfs:threshold:volume_used_ratio_warning":
                    self.assertEqual(changed["expr"], "0.5")
                    continue
                expected = rule["expr"].replace('job="glusterfs"', 'job="storage", site="paris"')
                self.assertEqual(changed["expr"], expected)
                if "alert" in rule:
                    self.assertEqual(changed["labels"], {**rule["labels"], "team": "storage"})
                    url = rule["annotations"]["runbook_url"]
                    self.assertEqual(changed["annotations"]["runbook_url"], f"https://wiki/gluster/{url}")
        self.assertGreater(differences, 8)

    def test_a_threshold_that_is_none_is_an_error(self):
        given, complaint = jsonnet(
            "((import 'mixin.libsonnet') { _config+:: { thresholds+: { volume_ratio: 1 } } }).prometheusAlerts"
        )
        self.assertIsNone(given)
        self.assertIn("_config.thresholds.volume_ratio: there is no such threshold; there are lock_", complaint)


if __name__ == "__main__":
    unittest.main()

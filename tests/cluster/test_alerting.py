"""From a brick that dies to the alert on the page: the real Prometheus with our rules, the real Alertmanager with our
configuration, made quick."""

import json
import re
import tempfile
from pathlib import Path

import yaml
from cluster_support import LAYOUTS, NODES, cluster
from node_exporters import NodeExportersTestCase

from support import REPOSITORY, Prometheus, wait_until, wait_until_equal

INTERVAL = "1s"


def setUpModule():
    cluster.bring_up()


def quick_rules(name):
    """A file of alerts/ as it is, but that alerts wait for two seconds and end at once."""
    text = (REPOSITORY / "alerts" / name).read_text()
    text, changed = re.subn(r"^( +for:) .*$", r"\1 2s", text, flags=re.MULTILINE)
    text, also = re.subn(r"^( +keep_firing_for:) .*$", r"\1 1s", text, flags=re.MULTILINE)
    assert changed == also, "an alert without one of them"
    return text


def quick_alertmanager(urls):
    """config/alertmanager.yml with other addresses, and without its waits."""
    config = yaml.safe_load((REPOSITORY / "config" / "alertmanager.yml").read_text())
    config["route"].update(group_wait="100ms", group_interval="1s")
    hooks = config["receivers"][0]["webhook_configs"]
    assert len(hooks) == len(urls)
    for hook, url in zip(hooks, urls):
        hook["url"] = url
    return yaml.safe_dump(config)


def quick_prometheus(targets, alertmanager):
    """config/prometheus.yml with other addresses and a short interval; the rules lie beside it."""
    config = yaml.safe_load((REPOSITORY / "config" / "prometheus.yml").read_text())
    config["global"].update(scrape_interval=INTERVAL, scrape_timeout=INTERVAL, evaluation_interval=INTERVAL)
    config["rule_files"] = [Path(path).name for path in config["rule_files"]]
    config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [alertmanager]
    config["scrape_configs"][0]["static_configs"][0]["targets"] = targets
    return yaml.safe_dump(config)


class Alerting(NodeExportersTestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="alerting-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.start_exporters()
        exporters = [self.exporter_of[node] for node in NODES]
        self.alertmanager = self.start_alertmanager(
            self.folder, quick_alertmanager([exporter.url("/api/v1/alerts") for exporter in exporters])
        )
        for name in ("rules.yml", "alerts.yml"):
            (self.folder / name).write_text(quick_rules(name))
        targets = [f"{exporter.address}:{exporter.port}" for exporter in exporters]
        self.prometheus = Prometheus(self.folder, quick_prometheus(targets, self.alertmanager.address))
        self.addCleanup(self.prometheus.stop)
        wait_until(self.prometheus.is_ready, "prometheus is ready")

    def firing(self):
        """{(alert, brick)} that fire in Prometheus, but those that say no more than how short the time is."""
        return {
            (alert["labels"]["alertname"], alert["labels"].get("brick"))
            for alert in self.prometheus.api("alerts")["alerts"]
            if alert["state"] == "firing"
        }

    def shown_by(self, exporter, path):
        """The alerts as the exporter's document has them: {(name, severity, brick)}."""
        alerts = json.loads(exporter.get(path).text).get("alerts", {}).values()
        return {(alert["name"], alert.get("severity"), alert["labels"].get("brick")) for alert in alerts}

    def test_a_dead_brick_is_told_of_and_its_return(self):
        all_bricks = sum(len(layout.bricks) for layout in LAYOUTS.values())
        wait_until_equal(
            lambda: self.prometheus.number("count(glusterfs_brick_online == 1)"), all_bricks, "all bricks are scraped"
        )
        # The rules are evaluated, and nothing is wrong with the cluster.
        wait_until(lambda: self.prometheus.number("count(glusterfs:volume_used:ratio)") == len(LAYOUTS), "rules run")
        problems = [
            rule["lastError"]
            for group in self.prometheus.api("rules")["groups"]
            for rule in group["rules"]
            if rule["health"] == "err"
        ]
        self.assertEqual(problems, [])
        wait_until(lambda: "GlusterBrickOffline" not in {name for name, _ in self.firing()}, "no brick is offline")

        brick = LAYOUTS["rep3"].bricks[1]
        cluster.kill_brick("rep3", 1)
        self.addCleanup(cluster.revive, "rep3")
        wait_until(lambda: ("GlusterBrickOffline", brick.path) in self.firing(), "the alert fires")
        told = ("GlusterBrickOffline", "critical", brick.path)
        for exporter in self.exporter_of.values():
            for path in ("/api/v1/alerts", "/api/v1/state"):
                wait_until(lambda: told in self.shown_by(exporter, path), f"{exporter.address}{path} shows it")
        alerts = json.loads(self.exporter_of[1].get("/api/v1/alerts").text)["alerts"].values()
        [alert] = [alert for alert in alerts if alert["name"] == "GlusterBrickOffline"]
        self.assertEqual(
            {key: alert["labels"].get(key) for key in ("cluster", "volume", "host", "brick")},
            {"cluster": "demo", "volume": "rep3", "host": brick.host, "brick": brick.path},
        )
        self.assertEqual(alert["annotations"]["summary"], f"Brick {brick} of volume rep3 is offline")

        cluster.revive("rep3")
        wait_until(lambda: ("GlusterBrickOffline", brick.path) not in self.firing(), "the alert ends")
        for exporter in self.exporter_of.values():
            for path in ("/api/v1/alerts", "/api/v1/state"):
                wait_until(lambda: told not in self.shown_by(exporter, path), f"{exporter.address}{path} forgets it")
        events = json.loads(self.exporter_of[1].get("/api/v1/events").text)["events"]
        kinds = [event["kind"] for event in events if event["labels"].get("alertname") == "GlusterBrickOffline"]
        self.assertEqual(kinds, ["alert_firing", "alert_resolved"])
        self.assertEqual(
            [line for line in self.prometheus.log().splitlines() if "level=error" in line or "duplicate" in line], []
        )

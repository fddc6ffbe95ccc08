"""What config/alertmanager.yml inhibits: asked of the real Alertmanager."""

import tempfile
import unittest
from pathlib import Path

from test_rules import OUR_ALERTS

from support import REPOSITORY, Alertmanager, wait_until, wait_until_equal

NODE = {"cluster": "one", "host": "n1"}
VOLUME = {"cluster": "one", "volume": "rep3"}
BRICK = {**VOLUME, "host": "n1", "brick": "/b"}

# What fires, and which of it is told of.
SCENES = {
    "a node is down": (
        [
            ("GlusterNodeDown", NODE),
            ("GlusterExporterDown", {**NODE, "instance": "n1:9713"}),
            ("GlusterPeerDisconnected", NODE),
            ("GlusterdNotAnswering", {**NODE, "instance": "n1:9713"}),
            ("GlusterBrickOffline", BRICK),
            ("GlusterSelfHealDaemonDown", {**NODE, "daemon": "shd"}),
            ("GlusterVolumeHealthUnknown", VOLUME),
            ("GlusterHealBacklogGrowing", VOLUME),
            # Others' troubles are told.
            ("GlusterBrickOffline", {**BRICK, "host": "n2"}),
            ("GlusterExporterDown", {"cluster": "two", "host": "n1", "instance": "n1:9713"}),
            ("GlusterVolumeFull", VOLUME),
        ],
        {
            ("GlusterNodeDown", "one", "n1"),
            ("GlusterBrickOffline", "one", "n2"),
            ("GlusterExporterDown", "two", "n1"),
            ("GlusterVolumeFull", "one", None),
        },
    ),
    "a volume is down": (
        [
            ("GlusterVolumeDown", VOLUME),
            ("GlusterSubvolumeQuorumLost", {**VOLUME, "subvolume": "0"}),
            ("GlusterBrickOffline", BRICK),
            ("GlusterBrickOffline", {**BRICK, "host": "n2"}),
            ("GlusterBrickOffline", {**BRICK, "volume": "disp", "host": "n3"}),
        ],
        {("GlusterVolumeDown", "one", None), ("GlusterBrickOffline", "one", "n3")},
    ),
    "glusterd is down, without a label cluster": (
        [
            ("GlusterdDown", {"host": "n1", "daemon": "glusterd"}),
            ("GlusterPeerDisconnected", {"host": "n1"}),
            ("GlusterPeerDisconnected", {"host": "n2"}),
            ("GlusterBrickOffline", {"volume": "rep3", "host": "n1", "brick": "/b"}),
        ],
        {("GlusterdDown", None, "n1"), ("GlusterPeerDisconnected", None, "n2"), ("GlusterBrickOffline", None, "n1")},
    ),
    "a volume is full": (
        [
            ("GlusterVolumeFull", VOLUME),
            ("GlusterVolumeAlmostFull", VOLUME),
            ("GlusterVolumeFullSoon", VOLUME),
            ("GlusterBrickAlmostFull", BRICK),
            ("GlusterVolumeAlmostFull", {**VOLUME, "volume": "disp"}),
        ],
        {("GlusterVolumeFull", "one", None), ("GlusterVolumeAlmostFull", "one", None)},
    ),
    "a brick is offline": (
        [
            ("GlusterBrickOffline", BRICK),
            ("GlusterHealNotProgressing", VOLUME),
            ("GlusterSplitBrain", VOLUME),
        ],
        {("GlusterBrickOffline", "one", "n1"), ("GlusterSplitBrain", "one", None)},
    ),
}


class Inhibition(unittest.TestCase):
    def test_what_follows_from_something_else_is_not_told(self):
        config = (REPOSITORY / "config" / "alertmanager.yml").read_text()
        for what, (alerts, told) in SCENES.items():
            with self.subTest(what), tempfile.TemporaryDirectory(prefix="routing-test-") as folder:
                alertmanager = Alertmanager(Path(folder), config)
                try:
                    wait_until(alertmanager.is_ready, "alertmanager is ready")
                    for name, _ in alerts:
                        self.assertIn(name, OUR_ALERTS)
                    alertmanager.put([{"labels": {"alertname": name, **labels}} for name, labels in alerts])
                    # It may have looked at an alert before it knew the one that inhibits it.
                    wait_until_equal(lambda: self.told_by(alertmanager, len(alerts)), told, "Alertmanager tells of these")
                finally:
                    alertmanager.stop()

    def told_by(self, alertmanager, count):
        """Those that nothing inhibits, once it has looked at all of them."""
        alerts = alertmanager.alerts()
        looked_at = [alert for alert in alerts if alert["status"]["state"] != "unprocessed"]
        if len(looked_at) != count:
            return None
        return {
            (alert["labels"]["alertname"], alert["labels"].get("cluster"), alert["labels"].get("host"))
            for alert in alerts
            if not alert["status"]["inhibitedBy"]
        }


if __name__ == "__main__":
    unittest.main()

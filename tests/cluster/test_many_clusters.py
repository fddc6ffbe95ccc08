"""Two real clusters whose exporters push to one hub."""

import json
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from cluster_support import CLUSTER_NUMBER, NODES, SCRIPT, cluster
from node_exporters import EXCHANGE_SECONDS, NodeExportersTestCase, brick_process, leaders, wait_for_one_leader

from support import HubTestCase, Viewer, wait_until

SECOND_NUMBER = CLUSTER_NUMBER + 1
# A limit of the promise: a viewer of the hub sees the death of a brick of another cluster within this time.
SEEN_WITHIN_SECONDS = 2
INTERVAL_SECONDS = 5


class SecondCluster:
    """Another cluster beside the one of cluster_support."""

    def __init__(self):
        self.directory = Path(f"/tmp/glusterfs_exporter-cluster-tests-{SECOND_NUMBER}-of-two")
        self._environment = {
            **os.environ,
            "GLUSTER_CLUSTER": str(SECOND_NUMBER),
            "GLUSTER_CLUSTER_DIR": str(self.directory),
        }

    def script(self, *arguments):
        done = subprocess.run(
            [SCRIPT, *arguments], env=self._environment, capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode != 0:
            raise AssertionError(f"cluster.sh {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def address(self, node):
        return f"127.1.{SECOND_NUMBER}.{node}"

    def brick_path(self, node, name):
        return f"{self.directory}/n{node}/bricks/{name}"

    def kill_brick(self, node, name):
        """Gives when, by the clock of time.monotonic."""
        os.kill(brick_process(self.brick_path(node, name)), signal.SIGKILL)
        return time.monotonic()


second = SecondCluster()


def setUpModule():
    cluster.bring_up()
    if second.directory.exists():
        second.script("down")
    second.script("up")


def tearDownModule():
    second.script("down")


class ManyClusters(NodeExportersTestCase, HubTestCase):
    def setUp(self):
        NodeExportersTestCase.setUp(self)
        HubTestCase.setUp(self)
        self.hub = self.start_bare_hub()
        self.second_of = {}

    def config_for(self, name, node):
        target = {
            "url": self.hub.url("/api/v1/push"),
            "interval": f"{INTERVAL_SECONDS}s",
            "on_change": True,
            "gzip": True,
            "bearer_token_file": self.folder / f"{name}.token",
        }
        return {"webhook": {"spool_directory": self.folder / f"spool-{name}-{node}", "targets": {"hub": target}}}

    def start_both(self):
        for node in NODES:
            self.start_exporter_of(node, config=self.config_for("east", node))
        for node in NODES:
            self.second_of[node] = self.start_exporter(
                flags=[f"--gluster.socket={second.script('socket', str(node))}"],
                # heal_summary would ask the first cluster.
                config={**self.config_for("west", node), "collectors": {"heal_summary": {"enabled": False}}},
                address=second.address(node),
                port=self.port,
            )
        wait_for_one_leader(self.pages)
        wait_for_one_leader(self.pages_of_second)

    def pages_of_second(self):
        return {node: exporter.scrape() for node, exporter in self.second_of.items()}

    def taken_at(self, name):
        return self.clusters(self.hub)[name].get("taken_at", "")

    def test_a_hub_shows_both_as_they_are(self):
        self.start_both()

        def both_are_well():
            shown = self.clusters(self.hub)
            return all(shown[name].get("health") == "ok" for name in ("east", "west"))

        wait_until(both_are_well, "both clusters are well", 60)
        self.assertEqual(self.clusters(self.hub)["west"]["volumes"], 4)

        with Viewer(self.hub, "/api/v1/stream?cluster=west") as west, Viewer(
            self.hub, "/api/v1/stream?cluster=east"
        ) as east:
            took = []
            for node, volume in ((1, "rep3"), (2, "disp"), (3, "dist")):
                brick = f"{second.address(node)}:{second.brick_path(node, volume)}"
                killed = second.kill_brick(node, volume)
                west.wait_for(
                    lambda state: state["volumes"][volume]["bricks"][brick].get("online") is False,
                    f"the hub shows that {brick} is offline",
                )
                took.append(time.monotonic() - killed)
            print(f"from the death of a brick to a viewer of the hub: {[round(seconds, 3) for seconds in took]} s")
            self.assertLess(max(took), SEEN_WITHIN_SECONDS)
            east.wait_for(lambda state: state["cluster"]["health"] == "ok", "the other cluster is as it was")

        self.kill_leader_of_second()
        self.repeat_and_replay()

    def kill_leader_of_second(self):
        [leader] = leaders(self.pages_of_second())
        sender = self.clusters(self.hub)["west"]["sender"]
        self.assertEqual(sender, second.address(leader))
        exporter = self.second_of.pop(leader)
        self._killed.append(exporter)
        exporter.terminate(with_signal=signal.SIGKILL)
        killed = time.monotonic()
        wait_until(lambda: self.clusters(self.hub)["west"]["sender"] != sender, "another one speaks", 60)
        took = time.monotonic() - killed
        print(f"from the death of the leader to a document of its successor: {took:.1f} s")
        # Two intervals in which exporters ask each other, and what a request takes.
        self.assertLess(took, 2 * EXCHANGE_SECONDS + 1)

    def repeat_and_replay(self):
        first = self.state_of(self.hub, "west").text
        wait_until(lambda: self.state_of(self.hub, "west").text != first, "a newer document comes")
        for node, exporter in self.second_of.items():
            self.assertEqual(exporter.terminate()[0], 0, node)
        before = self.state_of(self.hub, "west").body
        for document in (first, before):
            self.assertEqual(self.push(self.hub, "west", json.loads(document)).status, 200)
            self.assertEqual(self.state_of(self.hub, "west").body, before)
        answer = self.push(self.hub, "nobody's token", json.loads(first))
        self.assertEqual(answer.status, 401)
        self.assertEqual(self.state_of(self.hub, "west").body, before)


if __name__ == "__main__":
    unittest.main()

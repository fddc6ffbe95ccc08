"""Exporters on two of three nodes: the one that does not lead shows the whole cluster, too."""

import json
import time
import unittest

from cluster_support import LAYOUTS, Brick, cluster, fast_config
from node_exporters import NodeExportersTestCase, wait_for_one_leader
from support import wait_until
from test_leader import bricks_told, told_twice

WITH_EXPORTER = (1, 2)
WITHOUT = 3
STATUS_SECONDS = 2
EXCHANGE_SECONDS = 1


def setUpModule():
    cluster.bring_up()


class WholeView(NodeExportersTestCase):
    def setUp(self):
        super().setUp()
        config = fast_config(topology="1s", peers="1s", exporters="1s", status="2s", rebalance="1s")
        self.start_exporters(nodes=WITH_EXPORTER, config=config)
        self.leader = wait_for_one_leader(self.pages)
        self.other = next(node for node in WITH_EXPORTER if node != self.leader)

    def state(self, node):
        answer = self.exporter_of[node].get("/api/v1/state")
        self.assertEqual(answer.status, 200)
        return json.loads(answer.text)

    def wait_for_state(self, node, condition, what, limit=60):
        """The first state of that node's exporter of which `condition(state)` gives something."""
        last = [None]

        def look():
            last[0] = self.state(node)
            return last[0] if condition(last[0]) else None

        try:
            return wait_until(look, what, limit)
        except AssertionError as error:
            raise AssertionError(f"{error}: {json.dumps(last[0])[:20000]}") from None

    def bricks_are_whole(self, state):
        """Every brick is online, and those of the node without an exporter are the leader's knowledge. Of the others, too,
        it adds what only it asks (split-brain), but their processes are told by their own exporters."""
        for name, layout in LAYOUTS.items():
            for brick in layout.bricks:
                shown = state.get("volumes", {}).get(name, {}).get("bricks", {}).get(str(brick), {})
                if shown.get("online") is not True or ("process" in shown) == (brick.node == WITHOUT):
                    return False
                if brick.node == WITHOUT and "as_of" not in shown:
                    return False
        return True

    def settled(self):
        """The other's state once it has every brick, and every health from the leader: at first it may have led itself."""
        return self.wait_for_state(
            self.other,
            lambda state: self.bricks_are_whole(state)
            and all(state["volumes"][name].get("health") == "up" for name in LAYOUTS)
            and all("health" in state["volumes"][name].get("from_leader", ()) for name in LAYOUTS)
            and all("size_bytes" in state["volumes"][name] for name in LAYOUTS)
            and "max_op_version" in state["cluster"],
            "the state of the one that does not lead is whole",
        )

    def test_all_bricks_and_what_only_the_leader_asks(self):
        state = self.settled()
        leaders = self.state(self.leader)
        self.assertEqual(state["cluster"]["leader"], False)
        self.assertEqual(state["cluster"]["health"], "ok")
        self.assertEqual(state["cluster"]["reasons"], [])
        for node in WITH_EXPORTER:
            self.assertEqual(self.state(node)["cluster"]["leader_host"], cluster.address(self.leader))
        self.assertEqual(state["cluster"]["max_op_version"], leaders["cluster"]["max_op_version"])
        for name, layout in LAYOUTS.items():
            volume = state["volumes"][name]
            self.assertIn("health", volume["from_leader"], name)
            self.assertIn("as_of", volume)
            for brick in layout.bricks:
                shown = volume["bricks"][str(brick)]
                self.assertEqual(shown["size_bytes"], leaders["volumes"][name]["bricks"][str(brick)]["size_bytes"])
            self.assertEqual(volume["size_bytes"], leaders["volumes"][name]["size_bytes"])
            self.assertNotIn("from_leader", leaders["volumes"][name])
        daemon = state["daemons"][f"{cluster.address(WITHOUT)}/shd"]
        self.assertEqual(daemon["online"], True)
        self.assertIn("as_of", daemon)

        exporters = {peer["host"]: peer["exporter"] for peer in state["peers"].values()}
        self.assertEqual(exporters[cluster.address(WITHOUT)], {"answers": False})
        for node in WITH_EXPORTER:
            told = exporters[cluster.address(node)]
            self.assertEqual((told["answers"], told["leader"]), (True, node == self.leader))
            self.assertEqual(told["gluster_version"], state["cluster"]["version"])
        # What is told to people is no series: each still comes from one exporter.
        pages = self.pages()
        self.assertEqual(told_twice(pages), [])
        own_bricks = {(name, str(b)) for name, layout in LAYOUTS.items() for b in layout.bricks if b.node == self.other}
        self.assertEqual(bricks_told({self.other: pages[self.other]}).keys(), own_bricks)

    def test_what_was_asked(self):
        self.settled()
        answer = self.exporter_of[self.leader].get("/api/v1/exporter")
        document = json.loads(answer.text)
        self.assertEqual(document["host"], cluster.address(self.leader))
        results = {}
        for call in document["calls"]:
            results.setdefault(call["by"], set()).add(call["result"])
        self.assertEqual(results.keys(), {"cli", "glusterd", "brick", "exporter"})
        self.assertEqual(results["brick"], {"ok"})
        self.assertEqual(results["glusterd"], {"ok"})
        self.assertEqual(results["exporter"], {"ok", "connect"})  # the third node has none
        self.assertEqual([error for error in document["errors"] if error["kind"] == "connect"], [])

    def test_a_brick_of_the_node_without_exporter_dies(self):
        self.settled()
        index = next(i for i, brick in enumerate(LAYOUTS["rep3"].bricks) if brick.node == WITHOUT)
        name = str(LAYOUTS["rep3"].bricks[index])
        self.addCleanup(cluster.revive, "rep3")
        cluster.kill_brick("rep3", index)
        killed = time.monotonic()
        state = self.wait_for_state(
            self.other,
            lambda state: state["volumes"]["rep3"]["bricks"][name].get("online") is False,
            "the one that does not lead shows the dead brick",
            limit=30,
        )
        took = time.monotonic() - killed
        # The leader asks, the other asks the leader; beside that commands wait for each other's locks.
        self.assertLess(took, STATUS_SECONDS + EXCHANGE_SECONDS + 10)
        print(f"\na brick of a node without an exporter is offline for the other exporter after {took:.1f} s")
        self.assertEqual(state["volumes"]["rep3"]["health"], "degraded")
        self.assertEqual(state["cluster"]["health"], "degraded")
        self.assertEqual(state["cluster"]["reasons"], [f"volume rep3 is degraded: brick {name} is offline"])

    def test_a_rebalance(self):
        bricks = [str(Brick(node, "wholeview")) for node in (1, WITHOUT)]
        cluster.gluster("volume", "start", self.create_volume("wholeview", *bricks))
        cluster.gluster("volume", "rebalance", "wholeview", "start")

        def is_completed(state):
            nodes = state["volumes"].get("wholeview", {}).get("rebalance", {}).get("nodes", {})
            return nodes and all(node["state"] == "completed" for node in nodes.values())

        state = self.wait_for_state(self.other, is_completed, "the one that does not lead shows the rebalance")
        volume = state["volumes"]["wholeview"]
        self.assertEqual(volume["rebalance"]["task"], "rebalance")
        self.assertEqual(sorted(volume["rebalance"]["nodes"]), [cluster.address(node) for node in (1, WITHOUT)])
        self.assertIn("rebalance", volume["from_leader"])


if __name__ == "__main__":
    unittest.main()

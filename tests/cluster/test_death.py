"""A process that dies is seen at once: the kernel tells of it, no poll has to come by."""

import http.client
import os
import random
import signal
import time
import unittest

from cluster_support import LAYOUTS, NODES, cluster
from node_exporters import (
    EXCHANGE_SECONDS,
    NodeExportersTestCase,
    brick_process,
    self_heal_process,
    wait_for_one_leader,
)
from support import wait_until

KILLS = 50
LIMIT_MS = 100
TRIES = 3  # a machine that does something else meanwhile says nothing about the exporter
NEWS_SECONDS = 1  # until another node's exporter shows it
LOOK_EVERY_SECONDS = 0.002
DAEMON_KILLS = 2  # on each node


def setUpModule():
    cluster.bring_up()


class KeptConnection:
    """Asks one exporter for its page again and again, so fast that the time in between hardly counts."""

    def __init__(self, exporter):
        self._connection = http.client.HTTPConnection(exporter.address, exporter.port, timeout=10)

    def page(self):
        try:
            return self._ask()
        except (http.client.RemoteDisconnected, ConnectionError):  # it was idle for long
            self._connection.close()
            return self._ask()

    def _ask(self):
        self._connection.request("GET", "/metrics")
        return self._connection.getresponse().read()

    def close(self):
        self._connection.close()


def line_of(volume, brick, online):
    return f'glusterfs_brick_online{{volume="{volume}",host="{brick.host}",brick="{brick.path}"}} {online}\n'.encode()


def daemon_line(node, daemon, online):
    return f'glusterfs_daemon_online{{host="{cluster.address(node)}",daemon="{daemon}"}} {online}\n'.encode()


def distribution(values):
    ordered = sorted(values)

    def percentile(share):
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
    texts = [f"{name} {percentile(share):.1f}" for name, share in shares.items()]
    return f"{len(ordered)} times: {', '.join(texts)}, max {ordered[-1]:.1f} ms; load {os.getloadavg()[0]:.1f}"


class Death(NodeExportersTestCase):
    """With three exporters as users run them, at the default intervals."""

    def setUp(self):
        super().setUp()
        self.start_exporters()
        self.connections = {node: KeptConnection(exporter) for node, exporter in self.exporter_of.items()}
        for connection in self.connections.values():
            self.addCleanup(connection.close)
        self.wait_until_all_is_online()

    def wait_until_all_is_online(self):
        def all_online():
            pages = {node: connection.page() for node, connection in self.connections.items()}
            bricks = [(name, brick) for name, layout in LAYOUTS.items() for brick in layout.bricks]
            return all(line_of(name, brick, 1) in pages[brick.node] for name, brick in bricks) and all(
                daemon_line(node, "shd", 1) in pages[node] for node in NODES
            )

        wait_until(all_online, "each exporter shows all its bricks and its shd online", 60)

    def kill_and_look(self, pid, node, line):
        """Milliseconds from the kill to when a page was read that holds the line; and those the slowest look took,
        by which the first may be too long."""
        connection = self.connections[node]
        self.assertNotIn(line, connection.page())
        slowest, killed = 0, time.monotonic()
        os.kill(pid, signal.SIGKILL)
        while True:
            began = time.monotonic()
            page = connection.page()
            ended = time.monotonic()
            slowest = max(slowest, ended - began)
            if line in page:
                return (ended - killed) * 1000, slowest * 1000
            if ended - killed > 2 * EXCHANGE_SECONDS:
                self.fail(f"not seen after {ended - killed:.1f} s: {line.decode()}")
            time.sleep(LOOK_EVERY_SECONDS)

    def revive_all(self):
        for name in LAYOUTS:
            cluster.revive(name)

    def assert_soon(self, kill_all):
        """`kill_all` gives the milliseconds that each death took; the longest of 50 is their p99."""
        for _ in range(TRIES):
            took = kill_all()
            if max(took) <= LIMIT_MS:
                return
        self.fail(f"too late in all of {TRIES} tries: {distribution(took)}")

    def test_bricks(self):
        self.addCleanup(self.revive_all)
        self.assert_soon(self.kill_bricks)

    def kill_bricks(self):
        bricks = [(name, brick) for name, layout in LAYOUTS.items() for brick in layout.bricks]
        took, looks = [], []
        while len(took) < KILLS:
            random.shuffle(bricks)
            for name, brick in bricks[: KILLS - len(took)]:
                time.sleep(random.uniform(0, 0.5))  # so that all moments of a poll's interval are met
                milliseconds, look = self.kill_and_look(brick_process(brick.path), brick.node, line_of(name, brick, 0))
                took.append(milliseconds)
                looks.append(look)
            self.revive_all()
            self.wait_until_all_is_online()
        print(f"\na brick's death is on the page after, {distribution(took)}")
        print(f"slowest look of each, {distribution(looks)}")
        print("all:", " ".join(f"{value:.0f}" for value in sorted(took)))
        return took

    def test_self_heal_daemon(self):
        self.addCleanup(self.revive_all)
        self.addCleanup(wait_until, self.daemons_are_back, "the self-heal daemons run again", 60, pause=1)
        self.assert_soon(self.kill_daemons)

    def kill_daemons(self):
        took = []
        for _ in range(DAEMON_KILLS):
            for node in NODES:
                took.append(self.kill_and_look(self_heal_process(node), node, daemon_line(node, "shd", 0))[0])
            wait_until(self.daemons_are_back, "the self-heal daemons run again", 60, pause=1)
            self.wait_until_all_is_online()
        print(f"\na daemon's death is on the page after, {distribution(took)}")
        return took

    def daemons_are_back(self):
        cluster.try_gluster("volume", "start", "rep3", "force")  # refused for a moment after the kill
        return all(self_heal_process(node) for node in NODES)

    def test_the_leader_hears_of_it(self):
        """Of the death of a brick on another node, too, since that one's exporter says that there is news."""
        self.addCleanup(cluster.revive, "rep3")
        leader = wait_for_one_leader(self.pages)
        page_of_leader = self.exporter_of[leader].scrape
        for brick in LAYOUTS["rep3"].bricks:
            self.assertEqual(page_of_leader().state("glusterfs_volume_health", volume="rep3"), "up")
            killed = time.monotonic()
            self.kill_and_look(brick_process(brick.path), brick.node, line_of("rep3", brick, 0))

            def is_degraded():
                samples = page_of_leader()
                return (
                    samples.value("glusterfs_volume_bricks_online", volume="rep3") == 2
                    and samples.state("glusterfs_volume_health", volume="rep3") == "degraded"
                    and samples.state("glusterfs_cluster_health") == "degraded"
                )

            wait_until(is_degraded, "the leader shows rep3 as degraded")
            took = time.monotonic() - killed
            print(f"\nnode {leader} leads and shows the brick of node {brick.node} as lost after {took:.2f} s")
            self.assertLessEqual(took, NEWS_SECONDS)
            cluster.revive("rep3")
            wait_until(
                lambda: page_of_leader().state("glusterfs_volume_health", volume="rep3") == "up", "rep3 is up again"
            )
            self.wait_until_all_is_online()


if __name__ == "__main__":
    unittest.main()

"""An exporter on each node, as users have it: all on one port, by which they find each other."""

import os
import signal
import socket

from cluster_support import CLUSTER_NUMBER, NODES, ClusterTestCase, cluster
from support import free_port, wait_until

# What every exporter asks about its own node, however many exporters there are. None of it takes a lock.
OWN_COLLECTORS = (
    "topology",
    "peers",
    "exporters",
    "processes",
    "filesystems",
    "heal_index",
    "brick_profile",
    "brick_internals",
    "thin_pools",
    "version",
    "op_version",
)
EXCHANGE_SECONDS = 5  # the default interval of the collector "exporters"
STATUS_SECONDS = 30  # that of "status", which asks for what no exporter tells


def common_port():
    """A port that is free on all nodes."""

    def is_free_on(node, port):
        with socket.socket() as probe:
            try:
                probe.bind((cluster.address(node), port))
            except OSError:
                return False
            return True

    for _ in range(100):
        port = free_port(cluster.address(NODES[0]))
        if all(is_free_on(node, port) for node in NODES):
            return port
    raise AssertionError("no port is free on all nodes")


class NodeExportersTestCase(ClusterTestCase):
    """The intervals are the defaults unless a test says otherwise: the times that are promised hold with them."""

    def setUp(self):
        self.port = common_port()
        self.exporter_of = {}
        self._killed = []

    def start_exporter_of(self, node, *flags, config=None):
        """Starts the exporter of a node, once more if it was killed. It need not be ready."""
        config = {"collectors": {}, **(config or {})}
        if CLUSTER_NUMBER != 1:  # "heal info" would ask cluster 1
            config["collectors"] = {**config["collectors"], "heal_summary": {"enabled": False}}
        config = {key: part for key, part in config.items() if part}
        self.exporter_of[node] = self.start_exporter(
            flags=[f"--gluster.socket={cluster.socket(node)}", *flags],
            config=config or None,
            address=cluster.address(node),
            port=self.port,
        )
        return self.exporter_of[node]

    def start_exporters(self, *flags, nodes=NODES, config=None):
        for node in nodes:
            self.start_exporter_of(node, *flags, config=config)
        for node in nodes:
            self.exporter_of[node].wait_ready(60)

    def kill_exporter_of(self, node):
        exporter = self.exporter_of.pop(node)
        self._killed.append(exporter)
        exporter.terminate(with_signal=signal.SIGKILL)

    def _stop(self, exporter):
        if exporter in self._killed:
            exporter.stop()
        else:
            super()._stop(exporter)

    def pages(self):
        """{node: samples} of the exporters that run."""
        return {node: exporter.scrape() for node, exporter in self.exporter_of.items()}


def leaders(pages):
    return [node for node, samples in pages.items() if samples.value("glusterfs_exporter_leader") == 1]


def wait_for_one_leader(pages_of, limit=30, other_than=None):
    """The node whose exporter is the only one that says it leads, while the others say they don't."""

    def one():
        pages = pages_of()
        found = leaders(pages)
        decided = all(samples.value("glusterfs_exporter_leader") is not None for samples in pages.values())
        return found if decided and len(found) == 1 and found != [other_than] else None

    return wait_until(one, "exactly one exporter leads", limit)[0]


def brick_process(path):
    """The pid of the process that serves the brick in that folder, or None. Faster than asking glusterd, and true at once."""
    wanted = path.encode()
    for name in os.listdir("/proc"):
        if name.isdigit():
            words = command_line(name)
            if words and words[0].endswith(b"glusterfsd") and wanted in words:
                return int(name)
    return None


def self_heal_process(node):
    """The pid of the node's self-heal daemon, or None."""
    folder = str(cluster.folder(node)).encode() + b"/"
    for name in os.listdir("/proc"):
        if name.isdigit():
            words = command_line(name)
            if words and b"shd" in b" ".join(words) and any(folder in word for word in words):
                if words[0].endswith(b"glusterfs"):
                    return int(name)
    return None


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().split(b"\0")[:-1]
    except OSError:
        return []

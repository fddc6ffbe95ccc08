"""What a soak notices: failures, what the exporters take of the machine, and whether what they say is true."""

import os
import statistics
import threading
import time
from collections import Counter

from cluster_support import CLUSTER_NUMBER, NODES
from support import children_of, resident_bytes

MIB = 1024 * 1024
SAMPLE_SECONDS = 5
MOST_FAILURES_TOLD = 50
RESOURCES = ("rss", "fds", "threads", "children")

FEWEST_SAMPLES = 15  # fewer tell nothing about growth

# Growth from the second fifth of a run to the last that is no leak: the medians of a few samples under a load that varies.
MORE_FDS = 8
MORE_MEMORY = 0.10
MORE_MEMORY_BYTES = 8 * MIB


class Log:
    """What happened, a line each, and how often. Any thread may tell."""

    def __init__(self):
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self.failures = Counter()
        self.counts = Counter()
        self.seconds = {}  # {what: [how long it took]}

    def tell(self, text):
        with self._lock:
            print(f"[{time.monotonic() - self._began:6.1f} s] {text}", flush=True)

    def fail(self, text):
        with self._lock:
            self.failures[text] += 1
            is_new = self.failures[text] == 1 and len(self.failures) <= MOST_FAILURES_TOLD
        if is_new:
            self.tell(f"FAILED: {text}")

    def count(self, what, times=1):
        with self._lock:
            self.counts[what] += times

    def took(self, what, seconds):
        with self._lock:
            self.seconds.setdefault(what, []).append(seconds)


# ---- resources --------------------------------------------------------------------------------------------------


def take_sample(exporter):
    children = children_of(exporter.pid)
    return {
        "rss": resident_bytes(exporter.pid),
        "fds": len(os.listdir(f"/proc/{exporter.pid}/fd")),
        "threads": len(os.listdir(f"/proc/{exporter.pid}/task")),
        "children": len(children),
        "zombies": {child.pid for child in children if child.state == "Z"},
    }


class Sampler:
    """Looks at each exporter every few seconds, from start() to stop()."""

    def __init__(self, log, exporters):
        self._log = log
        self._exporters = exporters
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ended = set()
        self.samples = {node: [] for node in exporters}

    def start(self):
        self._thread.start()

    def stop(self):
        self._end.set()
        self._thread.join()

    def _run(self):
        zombies = {node: set() for node in self._exporters}
        while not self._end.wait(SAMPLE_SECONDS):
            for node, exporter in self._exporters.items():
                try:
                    sample = take_sample(exporter)
                except (OSError, AssertionError):
                    if not exporter.is_running() and node not in self._ended:
                        self._ended.add(node)
                        self._log.fail(f"exporter {node} has ended: {exporter.log_tail(5)}")
                    continue
                # A child that has just ended is one for a moment; seen twice it was forgotten.
                for pid in sample["zombies"] & zombies[node]:
                    self._log.fail(f"exporter {node} has the zombie {pid}")
                zombies[node] = sample["zombies"]
                self.samples[node].append(sample)

    def fifths(self, node, resource):
        """The medians of the second and of the last fifth of the run."""
        values = [sample[resource] for sample in self.samples[node]]
        length = max(1, len(values) // 5)
        return statistics.median(values[length : 2 * length] or values), statistics.median(values[-length:])

    def check_growth(self, with_memory):
        for node, samples in self.samples.items():
            if not samples:
                self._log.fail(f"exporter {node} could not be looked at")
                continue
            if len(samples) < FEWEST_SAMPLES:
                self._log.tell(f"too short to tell whether exporter {node} grows")
                continue
            early, late = self.fifths(node, "fds")
            if late > early + MORE_FDS:
                self._log.fail(f"exporter {node} has more and more descriptors: {early:g}, then {late:g}")
            early, late = self.fifths(node, "rss")
            if with_memory and late > early * (1 + MORE_MEMORY) + MORE_MEMORY_BYTES:
                self._log.fail(
                    f"exporter {node} takes more and more memory: {early / MIB:.1f} MiB, then {late / MIB:.1f} MiB"
                )

    def table(self):
        lines = [f"{'exporter':10}{'':12}{'min':>9}{'median':>9}{'max':>9}{'2nd fifth':>11}{'last fifth':>11}"]
        for node, samples in self.samples.items():
            for resource in RESOURCES if samples else ():
                unit, name = (MIB, "rss MiB") if resource == "rss" else (1, resource)
                values = [sample[resource] / unit for sample in samples]
                early, late = (value / unit for value in self.fifths(node, resource))
                figures = (min(values), statistics.median(values), max(values))
                lines.append(
                    f"{node:<10}{name:12}" + "".join(f"{value:9.1f}" for value in figures) + f"{early:11.1f}{late:11.1f}"
                )
        return "\n".join(lines)


# ---- truth ------------------------------------------------------------------------------------------------------


def host_of(node):
    return f"127.1.{CLUSTER_NUMBER}.{node}"


class Truth:
    """What runs and what doesn't, from those who start and kill it, and since when.

    Things are ("brick", "host:path"), ("glusterd", node) and ("peer", node, host): whether the glusterd of the node has a
    connection to that of the host. While one is being changed it has no value, and nothing said about it is wrong.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._values = {}

    def set(self, *things, value):
        with self._lock:
            for thing in things:
                self._values[thing] = (value, time.monotonic())

    def contradicted(self, claims, limit):
        """Those of the claims {thing: value} that have been wrong for longer than `limit` seconds."""
        now = time.monotonic()
        with self._lock:
            known = {thing: self._values.get(thing, (None, 0)) for thing in claims}
        return [
            f"{' '.join(map(str, thing))} {'runs' if claim else 'does not run'}"
            for thing, claim in claims.items()
            if known[thing][0] not in (None, claim) and now - known[thing][1] > limit
        ]


def peers_of_glusterd(node):
    """Both ends of its connections."""
    others = [other for other in NODES if other != node]
    return [("peer", node, host_of(other)) for other in others] + [("peer", other, host_of(node)) for other in others]


def claims_of_state(node, state):
    """What a document of /api/v1/state says of the things of a Truth."""
    claims = {
        ("brick", name): brick["online"]
        for volume in state.get("volumes", {}).values()
        for name, brick in volume.get("bricks", {}).items()
        if "online" in brick
    }
    for peer in state.get("peers", {}).values():
        if not peer.get("local") and "connected" in peer:
            claims["peer", node, peer["host"]] = peer["connected"]
    if "up" in state.get("cluster", {}):
        claims["glusterd", node] = state["cluster"]["up"]
    return claims


def claims_of_page(node, samples):
    """The same of a page of metrics."""
    claims = {}
    for labels, value in samples.having("glusterfs_brick_online").items():
        labels = dict(labels)
        claims["brick", f"{labels['host']}:{labels['brick']}"] = value == 1
    for labels, value in samples.having("glusterfs_peer_connected").items():
        host = dict(labels)["host"]
        if host != host_of(node):
            claims["peer", node, host] = value == 1
    up = samples.value("glusterfs_up")
    if up is not None:
        claims["glusterd", node] = up == 1
    return claims

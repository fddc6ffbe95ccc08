"""Exporters that poll an idle cluster leave it idle: no file operation, nothing in its logs, no new connection.

GLUSTERFS_EXPORTER_TRACE_SECONDS says for how long is looked, each time: 45 unless set; 600 for what is promised.
"""

import os
import re
import time
import unittest
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from cluster_support import LAYOUTS, NODES, cluster, last_run_began
from node_exporters import OWN_COLLECTORS, NodeExportersTestCase
from support import wait_until

SECONDS = float(os.environ.get("GLUSTERFS_EXPORTER_TRACE_SECONDS") or 45)
LOOK_EVERY_SECONDS = 0.25
POLLED = tuple(name for name in OWN_COLLECTORS if name not in ("thin_pools", "version", "op_version"))  # each minute
OLD_SECONDS = 10  # of answers that are asked for every 5 s
TO_DAEMON, TO_EXPORTER = "to glusterd and bricks", "to other exporters"
# glusterd logs each asking for its peers. Exporters do that until glusterd's connections have been the same for 30 s, and
# the gluster command, which this test runs to read the counters, makes a connection.
SETTLED_SECONDS = 40
STAMP = re.compile(r"\[(20[0-9]{2}-[0-9-]{5} [0-9:.]{15}) \+0000\]")
QUIET_SECONDS = 5  # the logs say nothing for that long before it is looked


def setUpModule():
    cluster.bring_up()


class Trace(NamedTuple):
    """What a time left behind."""

    operations: dict  # {(brick, operation): how many}, those that happened
    log_lines: dict  # {file: what was written}

    def log_bytes(self):
        return {file: size_of(lines) for file, lines in self.log_lines.items()}


def operations():
    """What each brick has counted since its start. Asking for it is no operation."""
    counted = {}
    for name in LAYOUTS:
        for brick in cluster.gluster_xml("volume", "profile", name, "info", "cumulative").iter("brick"):
            path = brick.findtext("brickName")
            stats = brick.find("cumulativeStats")
            if path is None or stats is None:
                continue
            for number, fop in enumerate(stats.iter("fop")):  # upcalls stand there under names of fops
                counted[path, f"{fop.findtext('name')} ({number})"] = int(fop.findtext("hits"))
            for total in ("totalRead", "totalWrite"):
                counted[path, total] = int(stats.findtext(total))
    return counted


def logs():
    """{path below the cluster's folder: bytes}; those of the bricks, the daemons and `gluster` on all nodes."""
    found = {}
    for node in NODES:
        for folder, _, names in os.walk(cluster.folder(node) / "log"):
            for name in names:
                path = Path(folder) / name
                found[str(path.relative_to(cluster.folder(node).parent))] = path.stat().st_size
    return found


def written_since(began, before):
    """{file: its new lines} about what happened since `began`; `before` are the sizes then.

    Gluster sums up equal lines and writes "repeated N times between [TIME] and [TIME]" up to two minutes later, so a
    new line may well be about what happened before, such as the start of the cluster.
    """
    found = {}
    for file, size in grown(before, logs()).items():
        with open(cluster.folder(1).parent / file, "rb") as log:
            log.seek(-size, os.SEEK_END)
            lines = log.read().decode(errors="replace").splitlines()
        about_now = [line for line in lines if max(STAMP.findall(line), default="9") >= began]
        if about_now:
            found[file] = about_now
    return found


def grown(before, after):
    return {key: value - before.get(key, 0) for key, value in after.items() if value != before.get(key, 0)}


def wait_until_logs_are_quiet():
    last = [logs(), time.monotonic()]

    def quiet():
        now = logs()
        if now != last[0]:
            last[:] = now, time.monotonic()
        return time.monotonic() - last[1] > QUIET_SECONDS

    wait_until(quiet, "nobody writes to the logs", 60, pause=0.5)


def sockets_of(pid):
    """The inodes of its sockets."""
    found = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
        except OSError:
            continue  # closed meanwhile
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found


def connections_of(exporter):
    """{inode: to whom}: to glusterd and bricks, which listen on unix sockets, and to the other exporters."""
    own = sockets_of(exporter.pid)
    unix = {line.split()[6] for line in Path("/proc/net/unix").read_text().splitlines()[1:]}
    found = {inode: TO_DAEMON for inode in own & unix}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[9] in own and int(fields[2].rpartition(":")[2], 16) == exporter.port:
            found[fields[9]] = TO_EXPORTER
    return found


class NoTrace(NodeExportersTestCase):
    def observe(self, meanwhile=lambda: time.sleep(LOOK_EVERY_SECONDS), settle=0):
        """What happened in SECONDS."""
        wait_until_logs_are_quiet()
        counted = operations()
        time.sleep(settle)
        wait_until_logs_are_quiet()
        sizes, began, end = logs(), datetime.now(timezone.utc), time.monotonic() + SECONDS
        while time.monotonic() < end:
            meanwhile()
        lines = written_since(began.strftime("%Y-%m-%d %H:%M:%S.%f"), sizes)
        return Trace(grown(counted, operations()), lines)

    def test_polling_leaves_no_trace(self):
        print(f"\n{SECONDS:g} s without exporters, then with three at the default intervals")
        without = self.observe()
        report("without", without)

        # Nobody leads, for the leader's questions are commands, and those are logged.
        self.start_exporters("--cluster.leader=never")
        time.sleep(12)  # the first answers, and two more polls
        connected = {node: connections_of(exporter) for node, exporter in self.exporter_of.items()}
        ever = {node: dict(connected[node]) for node in NODES}
        stale = {}

        def look_on():
            time.sleep(LOOK_EVERY_SECONDS)
            for node, exporter in self.exporter_of.items():
                ever[node].update(connections_of(exporter))
                samples = exporter.scrape()
                ages = {name: time.time() - last_run_began(samples, name) for name in POLLED}
                stale.update({(node, name): age for name, age in ages.items() if age > OLD_SECONDS})

        with_us = self.observe(look_on, settle=SETTLED_SECONDS)
        report("with", with_us)
        for node in NODES:
            print(f"  connections of the exporter on node {node}: {kinds(connected[node])}, ever: {kinds(ever[node])}")

        self.assertEqual(stale, {}, "it did poll all the time")
        more = {key: count for key, count in with_us.operations.items() if count > without.operations.get(key, 0)}
        self.assertEqual(more, {}, "file operations that do not happen without us")
        for node in NODES:
            daemons = {inode for inode, kind in connected[node].items() if kind == TO_DAEMON}
            bricks = sum(brick.node == node for layout in LAYOUTS.values() for brick in layout.bricks)
            # One to glusterd for the questions, and one to each brick. libcurl has a pair for each of its two users.
            self.assertIn(len(daemons), (1 + bricks, 1 + bricks + 4))
            self.assertEqual({inode for inode, kind in ever[node].items() if kind == TO_DAEMON}, daemons, "are kept")
        self.assert_logs_grow_no_more(without, with_us)

    def assert_logs_grow_no_more(self, without, with_us):
        for file, lines in with_us.log_lines.items():
            self.assertLessEqual(size_of(lines), without.log_bytes().get(file, 0), f"{file}: {lines[:5]}")


def size_of(lines):
    return sum(len(line) + 1 for line in lines)


def report(name, trace):
    print(f"  {name}: {sum(trace.operations.values())} file operations {summed(trace.operations)}")
    print(f"  {name}: {sum(trace.log_bytes().values())} bytes of logs")
    for file, size in sorted(trace.log_bytes().items()):
        print(f"    {file}: {size} bytes, {len(trace.log_lines[file])} lines, such as:")
        for line in distinct(trace.log_lines[file])[:4]:
            print(f"      {line[:250]}")


def kinds(connections):
    return {kind: list(connections.values()).count(kind) for kind in sorted(set(connections.values()))}


def summed(counted):
    """{operation: on all bricks}"""
    total = {}
    for (_, operation), count in counted.items():
        name = re.sub(r" \(.*", "", operation)
        total[name] = total.get(name, 0) + count
    return total


def distinct(lines):
    """One of each kind of line."""
    return list({re.sub(r"[0-9]+", "", line): line for line in lines}.values())


if __name__ == "__main__":
    unittest.main()

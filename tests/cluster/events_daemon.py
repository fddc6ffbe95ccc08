"""The real glustereventsd, which posts what the cluster's glusterd tell it."""

import json
import os
import signal
import socket
import subprocess

from cluster_support import NODES, cluster
from support import wait_until

EVENTS = "/api/v1/gluster-events"
# EVENT_PORT in libglusterfs: glusterd tells 127.0.0.1, bricks and clients the node that gave them their volume.
EVENTS_PORT = 55555


def is_taken(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return True
    return False


class EventsDaemon:
    """The glustereventsd of one node: it learns where its node's files are from the first `gluster` it finds."""

    def __init__(self, node, folder, port=EVENTS_PORT):
        self.port = port
        folder.mkdir()
        gluster = folder / "gluster"
        gluster.write_text(
            f'#!/bin/sh\nexec /usr/sbin/gluster --glusterd-sock={cluster.socket(node)} --log-file={folder}/cli.log "$@"\n'
        )
        gluster.chmod(0o755)
        self._environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
        self._folder = folder
        self._process = None
        self.files = cluster.folder(node) / "wd" / "events"
        if port != EVENTS_PORT:
            (self.files / "config.json").write_text(json.dumps({"port": port}))

    def start(self):
        with open(self._folder / "glustereventsd.log", "wb") as log:
            self._process = subprocess.Popen(
                ["/usr/sbin/glustereventsd", f"--pid-file={self._folder}/pid"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(lambda: is_taken(self.port), f"glustereventsd listens on port {self.port}")

    def stop(self):
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)  # it has a child that posts
            self._process.wait()

    def eventsapi(self, *words):
        """What `gluster-eventsapi …` on this node says."""
        done = subprocess.run(
            ["/usr/sbin/gluster-eventsapi", *words],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stdout + done.stderr

    def sign(self, patch, secret, event, timestamp):
        """The JSON Web Token that the node's glustereventsd would send with an event."""
        program = f"{patch}\nfrom gfevents import utils\nprint(utils.get_jwt_token({secret!r}, {event!r}, {timestamp}))"
        return subprocess.run(
            ["/usr/bin/python3", "-c", program],
            env={**self._environment, "PYTHONPATH": "/usr/lib/x86_64-linux-gnu/glusterfs"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


class EventsDaemons:
    """For a ClusterTestCase that runs some."""

    def prepare_events(self):
        if is_taken(EVENTS_PORT):
            self.skipTest(f"another glustereventsd has UDP port {EVENTS_PORT}, the only one that glusterd tells")
        for node in NODES:  # Debian's package makes this one below /var/lib/glusterd
            (cluster.folder(node) / "wd" / "events").mkdir(exist_ok=True)
            self.addCleanup(self._remove_events_files, node)

    def _remove_events_files(self, node):
        for file in (cluster.folder(node) / "wd" / "events").iterdir():
            file.unlink()

    def make_daemon(self, node, folder, port=EVENTS_PORT):
        """Its own files go into `folder`. Start it with start(); it ends with the test."""
        daemon = EventsDaemon(node, folder / f"eventsd{node}", port)
        self.addCleanup(daemon.stop)
        return daemon

"""Gluster's own events: the real glustereventsd of the cluster's nodes posts what the real glusterd tells it."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from cluster_support import LAYOUTS, NODES, ClusterTestCase, cluster

from support import Viewer, collectors_every, free_port, wait_until, wait_until_equal

EVENTS = "/api/v1/gluster-events"
TOKEN = "token-of-the-tests"
SECRET = "secret-of-the-tests"
COUNTER = "glusterfs_exporter_notifications_total"
# EVENT_PORT in libglusterfs: glusterd tells 127.0.0.1, bricks and clients the node that gave them their volume.
EVENTS_PORT = 55555
PEER_CONNECT = 70  # its number among the events

# What the secret is meant for, with the two conversions to bytes without which Python 3 refuses.
SIGN = """
import base64, hmac, types
from gfevents import utils
as_bytes = lambda text: text if isinstance(text, bytes) else text.encode()
utils.base64_urlencode = lambda text: base64.urlsafe_b64encode(as_bytes(text)).decode().replace("=", "")
utils.hmac = types.SimpleNamespace(HMAC=lambda key, text, digest: hmac.HMAC(as_bytes(key), as_bytes(text), digest))
"""


def setUpModule():
    cluster.bring_up()


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
        if port != EVENTS_PORT:
            self.files = cluster.folder(node) / "wd" / "events"
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

    def sign(self, patch, event, timestamp):
        """The JSON Web Token that the node's glustereventsd would send with an event."""
        program = f"{patch}\nfrom gfevents import utils\nprint(utils.get_jwt_token({SECRET!r}, {event!r}, {timestamp}))"
        return subprocess.run(
            ["/usr/bin/python3", "-c", program],
            env={**self._environment, "PYTHONPATH": "/usr/lib/x86_64-linux-gnu/glusterfs"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


class Notifications(ClusterTestCase):
    def setUp(self):
        if is_taken(EVENTS_PORT):
            self.skipTest(f"another glustereventsd has UDP port {EVENTS_PORT}, the only one that glusterd tells")
        folder = tempfile.TemporaryDirectory(prefix="exporter-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for node in NODES:  # Debian's package makes this one below /var/lib/glusterd
            (cluster.folder(node) / "wd" / "events").mkdir(exist_ok=True)
            self.addCleanup(self.remove_files, node)

    def remove_files(self, node):
        for file in (cluster.folder(node) / "wd" / "events").iterdir():
            file.unlink()

    def start_exporter_with(self, key_file, key):
        """What is not told of is looked at once and then hardly ever."""
        path = self.folder / key_file
        path.write_text(key + "\n")
        collectors = collectors_every("1h")
        # "heal info" would ask cluster 1; who leads is decided by these.
        collectors["heal_summary"]["enabled"] = False
        for name in ("peers", "exporters"):
            collectors[name]["interval"] = "1s"
        config = {"gluster_events": {key_file: path}, "collectors": collectors, "cluster": {"leader": "always"}}
        return self.start_exporter_on(1, config)

    def start_daemon(self, node, port=EVENTS_PORT):
        daemon = EventsDaemon(node, self.folder / f"eventsd{node}", port)
        self.addCleanup(daemon.stop)
        return daemon

    def count(self, exporter, result):
        return exporter.scrape().value(COUNTER, receiver="gluster_events", result=result) or 0

    def test_what_glusterd_tells_is_seen_at_once(self):
        exporter = self.start_exporter_with("token_file", TOKEN)
        daemon = self.start_daemon(1)
        said = daemon.eventsapi("webhook-add", exporter.url(EVENTS), "-t", TOKEN)
        webhooks = json.loads((cluster.folder(3) / "wd" / "events" / "webhooks.json").read_text())
        self.assertEqual(webhooks, {exporter.url(EVENTS): {"token": TOKEN, "secret": ""}}, said)
        daemon.start()

        brick = LAYOUTS["rep3"].bricks[1]
        with Viewer(exporter) as viewer:
            viewer.wait_for(
                lambda state: state["volumes"]["dist"]["status"] == "started"
                and state["volumes"]["rep3"]["bricks"][str(brick)].get("online"),
                "the volumes are known",
            )
            cluster.kill_brick("rep3", 1)
            self.addCleanup(cluster.revive, "rep3")
            lost = viewer.wait_for_event("gluster_event", event="BRICK_DISCONNECTED", brick=brick.path)
            self.assertEqual(lost["labels"]["volume"], "rep3")
            self.assertEqual(lost["labels"]["host"], cluster.address(1))
            self.assertEqual(lost["text"], f"glusterd on {brick.host} lost brick {brick.path} of volume rep3")
            # Its node has no exporter: only "status" tells, which runs every hour otherwise.
            viewer.wait_for(
                lambda state: state["volumes"]["rep3"]["bricks"][str(brick)].get("online") is False,
                "the brick is offline",
            )
            self.addCleanup(cluster.gluster, "volume", "start", "dist", "force")
            cluster.gluster("volume", "stop", "dist", "force")
            viewer.wait_for_event("gluster_event", event="VOLUME_STOP", name="dist", force="true")
            viewer.wait_for(lambda state: state["volumes"]["dist"]["status"] == "stopped", "the volume is stopped")
            cluster.gluster("volume", "start", "dist")
            viewer.wait_for_event("gluster_event", event="VOLUME_START", name="dist")
            viewer.wait_for(lambda state: state["volumes"]["dist"]["status"] == "started", "the volume is started")
            cluster.revive("rep3")
            viewer.wait_for_event("gluster_event", event="BRICK_CONNECTED", brick=brick.path)
            viewer.wait_for(
                lambda state: state["volumes"]["rep3"]["bricks"][str(brick)].get("online"), "the brick is online"
            )
            # Bricks tell of each client, which is no news to people.
            events = json.loads(exporter.get("/api/v1/events").text)["events"]
            names = {event["labels"]["event"] for event in events if event["kind"] == "gluster_event"}
            self.assertEqual({name for name in names if name.startswith(("CLIENT_", "AFR_"))}, set())

    def test_a_webhook_can_be_tested(self):
        exporter = self.start_exporter_with("token_file", TOKEN)
        daemon = self.start_daemon(1)
        said = json.loads(daemon.eventsapi("node-webhook-test", exporter.url(EVENTS), TOKEN, "."))
        self.assertEqual((said["ok"], said.get("error")), (True, None))
        said = json.loads(daemon.eventsapi("node-webhook-test", exporter.url(EVENTS), "wrong-token", ".").splitlines()[0])
        self.assertEqual((said["ok"], said["error"]), (False, "401"))
        wait_until_equal(
            lambda: (self.count(exporter, "accepted"), self.count(exporter, "unauthorized")), (1, 1), "both are counted"
        )

    def test_what_two_nodes_tell_is_shown_once(self):
        exporter = self.start_exporter_with("token_file", TOKEN)
        daemons = [self.start_daemon(node, free_port()) for node in (2, 3)]
        webhooks = json.dumps({exporter.url(EVENTS): {"token": TOKEN, "secret": ""}})
        for daemon in daemons:
            (daemon.files / "webhooks.json").write_text(webhooks)
            daemon.start()
        # glusterd knows no other port than the one, so these two are told in its stead.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as teller, Viewer(exporter) as viewer:
            for daemon in daemons:
                text = f"{int(time.time())} {PEER_CONNECT} host=node9;uuid=9"
                teller.sendto(text.encode(), ("127.0.0.1", daemon.port))
            event = viewer.wait_for_event("gluster_event", event="PEER_CONNECT", message_host="node9")
            self.assertIn(event["labels"]["host"], (cluster.address(2), cluster.address(3)))
            wait_until_equal(lambda: self.count(exporter, "duplicate"), 1, "the other node's is a duplicate")
        self.assertEqual(self.count(exporter, "accepted"), 1)

    def test_tokens_that_are_signed_with_a_secret(self):
        exporter = self.start_exporter_with("secret_file", SECRET)
        daemon = self.start_daemon(1)
        now = int(time.time())
        as_shipped = daemon.sign("", "VOLUME_STOP", now)
        self.assertIn("TypeError", as_shipped.stderr, "it can sign now: docs/gluster.md says that it cannot")
        token = daemon.sign(SIGN, "VOLUME_STOP", now).stdout.strip()
        body = json.dumps({"nodeid": None, "ts": now, "event": "VOLUME_STOP", "message": {"name": "v"}})
        answer = exporter.post(EVENTS, body, {"Authorization": f"Bearer {token}"})
        self.assertEqual((answer.status, answer.text), (200, "accepted\n"))
        answer = exporter.post(EVENTS, body, {"Authorization": f"Bearer {token[:-2]}"})
        self.assertEqual(answer.status, 401)

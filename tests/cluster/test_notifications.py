"""Gluster's own events: the real glustereventsd of the cluster's nodes posts what the real glusterd tells it."""

import json
import socket
import tempfile
import time
from pathlib import Path

from cluster_support import LAYOUTS, ClusterTestCase, cluster
from events_daemon import EVENTS, EventsDaemons

from support import Viewer, collectors_every, free_port, wait_until_equal

TOKEN = "token-of-the-tests"
SECRET = "secret-of-the-tests"
COUNTER = "glusterfs_exporter_notifications_total"
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


class Notifications(EventsDaemons, ClusterTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="exporter-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.prepare_events()

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

    def count(self, exporter, result):
        return exporter.scrape().value(COUNTER, receiver="gluster_events", result=result) or 0

    def test_what_glusterd_tells_is_seen_at_once(self):
        exporter = self.start_exporter_with("token_file", TOKEN)
        daemon = self.make_daemon(1, self.folder)
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
        daemon = self.make_daemon(1, self.folder)
        said = json.loads(daemon.eventsapi("node-webhook-test", exporter.url(EVENTS), TOKEN, "."))
        self.assertEqual((said["ok"], said.get("error")), (True, None))
        said = json.loads(daemon.eventsapi("node-webhook-test", exporter.url(EVENTS), "wrong-token", ".").splitlines()[0])
        self.assertEqual((said["ok"], said["error"]), (False, "401"))
        wait_until_equal(
            lambda: (self.count(exporter, "accepted"), self.count(exporter, "unauthorized")), (1, 1), "both are counted"
        )

    def test_what_two_nodes_tell_is_shown_once(self):
        exporter = self.start_exporter_with("token_file", TOKEN)
        daemons = [self.make_daemon(node, self.folder, free_port()) for node in (2, 3)]
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
        daemon = self.make_daemon(1, self.folder)
        now = int(time.time())
        as_shipped = daemon.sign("", SECRET, "VOLUME_STOP", now)
        self.assertIn("TypeError", as_shipped.stderr, "it can sign now: docs/gluster.md says that it cannot")
        token = daemon.sign(SIGN, SECRET, "VOLUME_STOP", now).stdout.strip()
        body = json.dumps({"nodeid": None, "ts": now, "event": "VOLUME_STOP", "message": {"name": "v"}})
        answer = exporter.post(EVENTS, body, {"Authorization": f"Bearer {token}"})
        self.assertEqual((answer.status, answer.text), (200, "accepted\n"))
        answer = exporter.post(EVENTS, body, {"Authorization": f"Bearer {token[:-2]}"})
        self.assertEqual(answer.status, 401)

"""What others post: the real Alertmanager's alerts, and posts that nobody who means well would send."""

import base64
import hashlib
import hmac
import json
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from stack import every_hour

from support import (
    FIXTURES,
    REPOSITORY,
    ExporterTestCase,
    Viewer,
    free_port,
    program,
    run_exporter,
    to_yaml,
    wait_until,
    wait_until_equal,
)

EVENTS = "/api/v1/gluster-events"
ALERTS = "/api/v1/alerts"
TOKEN = "token-of-the-tests"
SECRET = "secret-of-the-tests"
COUNTER = "glusterfs_exporter_notifications_total"


def recorded(name):
    return (FIXTURES / "notifications" / f"{name}.json").read_bytes()


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def web_token(header=None, secret=SECRET, **changes):
    """What get_jwt_token of glustereventsd (gfevents/utils.py) is meant to give."""
    event = json.loads(recorded("gluster-event-volume-stop"))
    claims = {"exp": int(time.time()) + 60, "iss": "gluster", "sub": event["event"], "iat": event["ts"], **changes}
    parts = [header or {"alg": "HS256", "typ": "JWT"}, claims]
    text = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    signature = hmac.new(secret.encode(), text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


class NotificationsTestCase(ExporterTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="exporter-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.gluster = self.make_gluster()

    def file_of(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def start(self, **config):
        exporter = self.start_exporter_of(self.gluster, {**every_hour(), **config})
        return exporter.wait_ready()

    def wait_for_counts(self, exporter, expected):
        """{(receiver, result): how many}; the page is made anew every fifteen seconds at least."""

        def counts():
            found = {}
            for (name, labels), value in exporter.scrape().items():
                if name == COUNTER:
                    labels = dict(labels)
                    found[labels["receiver"], labels["result"]] = value
            return found

        wait_until_equal(counts, expected, "each post is counted")


class FromAlertmanager(NotificationsTestCase):
    def start_alertmanager_for(self, exporter, token_file):
        return self.start_alertmanager(
            self.folder,
            to_yaml(
                {
                    "route": {
                        "receiver": "page",
                        "group_by": "[alertname]",
                        "group_wait": "100ms",
                        "group_interval": "1s",
                        "repeat_interval": "4h",
                    }
                }
            )
            + f"""
receivers:
  - name: page
    webhook_configs:
      - url: {exporter.url(ALERTS)}
        send_resolved: true
        http_config:
          authorization:
            credentials_file: {token_file}
""",
        )

    def test_an_alert_fires_and_resolves(self):
        token = self.file_of("token", TOKEN + "\n")
        exporter = self.start(alerts={"token_file": token})
        alertmanager = self.start_alertmanager_for(exporter, token)
        labels = {"alertname": "GlusterBrickOffline", "severity": "critical", "volume": "rep3"}
        alert = {"labels": labels, "annotations": {"summary": "a brick is offline"}}

        with Viewer(exporter) as viewer:
            alertmanager.put([alert])
            fires = viewer.wait_for_event("alert_firing", alertname="GlusterBrickOffline")
            self.assertEqual(fires["text"], "alert GlusterBrickOffline (critical) fires: a brick is offline")
            self.assertEqual(fires["labels"], labels)
            [(fingerprint, standing)] = viewer.wait_for(lambda state: state["alerts"], "the alert stands").items()
            self.assertEqual(standing["labels"], labels)
            self.assertEqual(standing["name"], "GlusterBrickOffline")
            self.assertEqual(standing["severity"], "critical")
            document = json.loads(exporter.get(ALERTS).text)
            self.assertEqual(document, {"schema": "glusterfs_exporter/alerts/v1", "alerts": {fingerprint: standing}})

            alertmanager.resolve(alert)
            viewer.wait_for_event("alert_resolved", alertname="GlusterBrickOffline")
            viewer.wait_for(lambda state: state["alerts"] == {}, "the alert is gone")
        self.assertEqual(json.loads(exporter.get(ALERTS).text)["alerts"], {})
        self.wait_for_counts(exporter, {("alerts", "accepted"): 2})

    def test_the_example_is_good(self):
        done = subprocess.run(
            [program("amtool"), "check-config", str(REPOSITORY / "config" / "alertmanager.yml")],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Refused(NotificationsTestCase):
    def start_with_keys(self):
        return self.start(
            alerts={"token_file": self.file_of("alerts-token", TOKEN)},
            gluster_events={
                "token_file": self.file_of("events-token", TOKEN),
                "secret_file": self.file_of("events-secret", SECRET),
            },
        )

    def assert_nothing_changed(self, exporter):
        self.assertEqual(json.loads(exporter.get(ALERTS).text)["alerts"], {})
        self.assertEqual(json.loads(exporter.get("/api/v1/events").text)["events"], [])
        self.assertTrue(exporter.is_running())

    def test_who_may_not_post(self):
        exporter = self.start_with_keys()
        stop = recorded("gluster-event-volume-stop")
        refused = {
            "nothing": ({}, "a header 'Authorization: Bearer TOKEN' is missing"),
            "wrong token": (bearer("token-of-the-testS"), "three parts"),
            "expired": (bearer(web_token(exp=int(time.time()) - 70)), "it expired "),
            "future": (bearer(web_token(iat=int(time.time()) + 3600)), "in the future"),
            "other secret": (bearer(web_token(secret="another-secret")), "not signed with the secret"),
            "none": (bearer(web_token(header={"alg": "none"})), "must be HS256, is 'none'"),
            "no signature": (bearer(web_token(header={"alg": "none"}).rpartition(".")[0] + "."), "must be HS256"),
            "other event": (bearer(web_token(sub="VOLUME_START")), "of another event"),
        }
        for what, (headers, reason) in refused.items():
            with self.subTest(what):
                answer = exporter.post(EVENTS, stop, headers)
                self.assertEqual((answer.status, answer.headers["WWW-Authenticate"]), (401, "Bearer"))
                self.assertIn(reason, answer.text)
        answer = exporter.post(ALERTS, recorded("alertmanager-firing"), bearer("wrong-token"))
        self.assertEqual(answer.status, 401)
        self.assertIn("alerts.token_file", answer.text)
        self.assert_nothing_changed(exporter)
        self.wait_for_counts(
            exporter, {("gluster_events", "unauthorized"): len(refused), ("alerts", "unauthorized"): 1}
        )

        self.assertEqual(exporter.post(EVENTS, stop, bearer(web_token())).status, 200)
        self.assertEqual(exporter.post(EVENTS, stop, bearer(TOKEN)).text, "told already\n")
        [event] = json.loads(exporter.get("/api/v1/events").text)["events"]
        self.assertEqual((event["kind"], event["text"]), ("gluster_event", "volume dist was stopped"))

    def test_what_cannot_be_read(self):
        exporter = self.start_with_keys()
        bodies = {
            "no JSON": (b"nothing", "not JSON at byte 2"),
            "cut": (recorded("gluster-event-volume-stop")[:-1], "not JSON at byte"),
            "a list": (b"[]", "must be an object"),
            "a megabyte of brackets": (b"[" * (1 << 20), "nested deeper than 16"),
            "nested objects": (b'{"a":' * 100_000, "nested deeper than 16"),
            "a key twice": (b'{"event": "X", "event": "Y"}', 'the key "event" is there twice'),
            "no UTF-8": (b'{"event": "\xff"}', "not UTF-8 at byte 12"),
            "wrong type": (b'{"event": 1, "version": 4}', "must be a text"),
        }
        for path in (EVENTS, ALERTS):
            for what, (body, reason) in bodies.items():
                with self.subTest(what, path=path):
                    answer = exporter.post(path, body, bearer(TOKEN))
                    self.assertEqual(answer.status, 400)
                    self.assertIn(reason, answer.text)
            with self.subTest("10 MB", path=path):
                answer = exporter.post(path, b" " * 10_000_000, bearer(TOKEN))
                self.assertEqual(answer.status, 413)
                self.assertIn("1048576 bytes", answer.text)
        self.assert_nothing_changed(exporter)
        self.wait_for_counts(
            exporter,
            {
                (receiver, result): count
                for receiver in ("gluster_events", "alerts")
                for result, count in (("malformed", len(bodies)), ("too_large", 1))
            },
        )
        self.assert_promtool_finds_nothing(exporter.page())

    def test_without_a_token_this_machine_may_post_but_no_web_page(self):
        exporter = self.start()
        stop = recorded("gluster-event-volume-stop")
        self.assertEqual(exporter.post(EVENTS, stop, {"Origin": "http://example.org"}).status, 403)
        self.assertEqual(exporter.post(EVENTS, stop).status, 200)
        self.assertEqual(exporter.post(EVENTS).status, 200)  # gluster-eventsapi webhook-test
        self.assertEqual(exporter.post(ALERTS, recorded("alertmanager-firing")).status, 200)
        self.assertEqual(list(json.loads(exporter.get(ALERTS).text)["alerts"]), ["e17d430c78d7e937"])

    def test_a_flood_of_events_is_cut_off_and_asks_gluster_no_more_often(self):
        exporter = self.start()
        event = json.loads(recorded("gluster-event-volume-stop"))

        def asked():
            return len([start for start in self.gluster.starts() if start.question == "volume info"])

        before = asked()
        began = time.monotonic()
        statuses = []
        for number in range(600):
            event["message"]["name"] = f"v{number}"
            statuses.append(exporter.post(EVENTS, json.dumps(event)).status)
        seconds = time.monotonic() - began
        self.assertEqual(set(statuses), {200, 429})
        self.assertLessEqual(statuses.count(200), 200 + 20 * seconds + 1)
        wait_until(lambda: asked() > before, "Gluster is asked")
        self.assertLessEqual(asked() - before, time.monotonic() - began + 2)
        self.assertEqual(len(json.loads(exporter.get("/api/v1/events").text)["events"]), 200)


class StartUp(NotificationsTestCase):
    def test_a_bad_key_file_is_named_with_its_line(self):
        for what, text, reason in (
            ("missing", None, "cannot be read: No such file or directory"),
            ("empty", "", "must hold 8 to 1024 characters, holds 0"),
            ("lines", "first-line\nsecond-line\n", "one line of visible ASCII characters"),
        ):
            with self.subTest(what):
                key = self.folder / what
                if text is not None:
                    key.write_text(text)
                config = self.file_of("exporter.yml", f"gluster_events:\n  token_file: {key}\n")
                for flags in ((), ("--config.check",)):
                    done = run_exporter(
                        f"--config.file={config}",
                        f"--web.listen-address=127.0.0.1:{free_port()}",
                        f"--gluster.path={self.gluster.program}",
                        *flags,
                        env=self.gluster.env(),
                    )
                    self.assertEqual(done.returncode, 2)
                    self.assertTrue(done.stderr.startswith(f"{config}:2: gluster_events.token_file: "), done.stderr)
                    self.assertIn(reason, done.stderr)
                    self.assertNotIn("first-line", done.stderr)


if __name__ == "__main__":
    unittest.main()

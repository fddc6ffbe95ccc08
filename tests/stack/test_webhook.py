"""Documents that are sent to others: receivers of every temper, a spool, a full disk, a killed exporter."""

import base64
import gzip
import hashlib
import hmac
import json
import os
import signal
import ssl
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from stack import every_hour, every_second

from support import ExporterTestCase, Receiver, free_port, merge, run_exporter, split_id, to_yaml, wait_until, wait_until_equal

SPOOL_BLOCK = 4096


class WebhookTestCase(ExporterTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="exporter-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.gluster = self.make_gluster()

    def receiver(self, *arguments, **options):
        receiver = Receiver(*arguments, **options)
        self.addCleanup(receiver.stop)
        return receiver

    def file_of(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def start(self, targets, config=None, **webhook):
        return self.start_exporter_of(
            self.gluster,
            {"cluster": {"leader": "always"}, **(config or every_second()), "webhook": {**webhook, "targets": targets}},
        )

    def metrics_of(self, exporter, target):
        """{"deliveries delivered": 3, "retries connect": 1, "dropped": 0, "queue_entries": 0, …}"""
        found = {}
        for (name, labels), value in exporter.scrape().items():
            labels = dict(labels)
            if name.startswith("glusterfs_exporter_webhook_") and labels.pop("target") == target:
                name = name.removeprefix("glusterfs_exporter_webhook_").removesuffix("_total")
                found[" ".join((name, *labels.values()))] = value
        return found

    def assert_whole_chain(self, deliveries):
        """Each change follows the one before, and gives the state that it says."""
        state = None
        before = None
        for delivery in deliveries:
            document = delivery.document
            self.assertEqual(document["id"], delivery.id)
            if "state" in document:
                state = document["state"]
            else:
                self.assertEqual(document["follows"], before)
                state = merge(state, document["change"])
            self.assertEqual(state["cluster"]["taken_at"], document["taken_at"])
            before = delivery.id

    def assert_all_in_order(self, deliveries):
        """Of each run of the exporter all from the first on, none twice, and none before one of a run before."""
        numbers = [split_id(delivery.id)[1] for delivery in deliveries]
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))


class Receivers(WebhookTestCase):
    def test_of_every_temper(self):
        plan = [
            "hang",
            "reset",
            "reset",
            503,
            503,
            200,
            (429, {"Retry-After": "4"}),
            200,
            200,
            "reset",
            500,
        ]
        moody = self.receiver(plan, up=False)
        down = self.receiver(up=False)
        good = self.receiver()
        refusing = self.receiver([400] * 1000)
        changes = {"format": "changes", "interval": "1s"}
        exporter = self.start(
            {
                "moody": {"url": moody.url(), "timeout": "1s", **changes},
                "down": {"url": down.url(), **changes},
                "good": {"url": good.url(), **changes},
                "refusing": {"url": refusing.url(), **changes},
                "nowhere": {"url": "http://127.0.0.1:1/", **changes},
            }
        )
        began = time.monotonic()
        exporter.wait_ready()
        wait_until(lambda: self.metrics_of(exporter, "moody").get("retries connect"), "the moody one refuses", 30)
        moody.start()
        # Six failures in a row: the pauses between them, up to 1, 2, 4 … 32 s, may be a minute in all.
        wait_until(lambda: not moody.plan and len(moody.taken()) > 8, "the moody one has done its worst", 150)

        # A receiver that is down for a minute gets all that it missed.
        wait_until(lambda: time.monotonic() - began > 60, "a minute has passed", 90)
        missed = self.metrics_of(exporter, "down")
        self.assertGreater(missed["queue_entries"], 30)
        self.assertGreater(missed["queue_bytes"], 0)
        self.assertGreaterEqual(missed["retries connect"], 4)
        self.assertLess(missed["retries connect"], 20, "it waits longer from time to time")
        down.start()
        last = split_id(good.taken()[-1].id)[1]
        wait_until(lambda: down.taken() and split_id(down.taken()[-1].id)[1] > last, "what was missed arrives", 90)

        for receiver in (moody, down, good):
            deliveries = receiver.taken()
            self.assertEqual(split_id(deliveries[0].id)[1], 1)
            self.assert_all_in_order(deliveries)
            self.assert_whole_chain(deliveries)
        # Told to wait for 4 s it waited.
        answers = [delivery for delivery in moody.all() if delivery.status]
        [at] = [place for place, delivery in enumerate(answers) if delivery.status == 429]
        self.assertEqual(answers[at + 1].id, answers[at].id)
        self.assertGreater(answers[at + 1].at - answers[at].at, 3.9)

        # Nobody else had to wait for them.
        gaps = [b.at - a.at for a, b in zip(good.all(), good.all()[1:])]
        self.assertLess(max(gaps), 10)
        self.assertGreater(len(gaps), 0.5 * (time.monotonic() - began))
        self.assertEqual(self.metrics_of(exporter, "good").get("dropped"), 0)
        polled = exporter.scrape().value("glusterfs_collector_last_success_timestamp_seconds", collector="topology")
        self.assertLess(time.time() - polled, 10)

        # What is refused for good is given up, told, and begun anew with a whole state.
        self.assertEqual({delivery.status for delivery in refusing.all()[:5]}, {400})
        self.assertEqual(len({delivery.id for delivery in refusing.all()}), len(refusing.all()))
        self.assertTrue(all("state" in delivery.document for delivery in refusing.all()[1:]))
        self.assertGreater(self.metrics_of(exporter, "refusing")["deliveries rejected"], 30)
        self.assertRegex(exporter.log(), r"webhook refusing: document \S+-1 was refused and is given up: status 400")
        self.assertLess(exporter.log().count("webhook refusing:"), 15, "not a line for each")
        self.assertEqual(exporter.log().count("webhook nowhere:"), 1, "once, not each time")
        moody_metrics = self.metrics_of(exporter, "moody")
        self.assertEqual(moody_metrics["retries timeout"], 1)
        self.assertGreaterEqual(moody_metrics["retries status"], 4)

    def test_whoever_does_not_lead_leaves_it_to_the_leader(self):
        leader, everybody = self.receiver(), self.receiver()
        self.start_exporter_of(
            self.gluster,
            {
                **every_second(),
                "cluster": {"leader": "never"},
                "webhook": {
                    "targets": {
                        "one": {"url": leader.url(), "interval": "1s"},
                        "all": {"url": everybody.url(), "interval": "1s", "send": "always"},
                    }
                },
            },
        )
        wait_until(lambda: len(everybody.taken()) >= 5, "documents arrive", 30)
        self.assertEqual(leader.all(), [])
        self.assertEqual(everybody.taken()[0].document["schema"], "glusterfs_exporter/state/v1")

    def test_something_that_happens_is_told_at_once_and_nothing_else(self):
        receiver = self.receiver()
        self.gluster.set_mode("pass")
        exporter = self.start({"x": {"url": receiver.url(), "format": "changes", "on_change": True}})
        exporter.wait_ready()
        wait_until(receiver.taken, "the state arrives", 30)

        def quiet():
            before = len(receiver.all())
            time.sleep(3)
            return len(receiver.all()) == before

        wait_until(quiet, "the beginning is over", 60)
        before = len(receiver.all())
        self.gluster.set_mode("stderr")
        wait_until(lambda: len(receiver.all()) > before, "that Gluster does not answer arrives", 30)
        self.assert_whole_chain(receiver.taken())

    def test_who_sends_and_what_is_signed(self):
        receiver = self.receiver()
        secret = base64.b64encode(b"k" * 24).decode()
        self.start(
            {
                "x": {
                    "url": receiver.url(),
                    "interval": "1h",
                    "gzip": True,
                    "bearer_token_file": self.file_of("token", "t0ken\n"),
                    "signing_secret_file": self.file_of("secret", f"whsec_{secret}\n"),
                    "headers": {"X-Scope-OrgID": "storage"},
                },
                "y": {
                    "url": receiver.url("/y"),
                    "interval": "1h",
                    "basic_auth": {"username": "me", "password_file": self.file_of("password", "pw")},
                },
            },
            config=every_hour(),
        )
        wait_until(lambda: len(receiver.taken()) == 2, "both arrive", 30)
        by_auth = {delivery.headers["authorization"].split()[0]: delivery for delivery in receiver.taken()}
        x, y = by_auth["Bearer"], by_auth["Basic"]
        self.assertEqual(x.headers["authorization"], "Bearer t0ken")
        self.assertEqual(x.headers["content-type"], "application/json")
        self.assertEqual(x.headers["x-scope-orgid"], "storage")
        self.assertEqual(json.loads(gzip.decompress(x.raw)), x.document)
        signed = f"{x.id}.{x.headers['webhook-timestamp']}.".encode() + x.raw
        expected = base64.b64encode(hmac.new(b"k" * 24, signed, hashlib.sha256).digest()).decode()
        self.assertEqual(x.headers["webhook-signature"], f"v1,{expected}")
        self.assertAlmostEqual(int(x.headers["webhook-timestamp"]), time.time(), delta=60)
        self.assertEqual(y.headers["authorization"], "Basic " + base64.b64encode(b"me:pw").decode())
        self.assertNotIn("content-encoding", y.headers)

    def make_certificate(self, name, issuer=None):
        key, cert = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={name}"]
        command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert]
        if issuer:
            command += ["-CA", self.folder / f"{issuer}.pem", "-CAkey", self.folder / f"{issuer}.key"]
            command += ["-addext", "basicConstraints=critical,CA:FALSE"]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        return key, cert

    def test_tls_both_ways(self):
        self.make_certificate("ca")
        self.make_certificate("other-ca")
        server_key, server_cert = self.make_certificate("server", "ca")
        client_key, client_cert = self.make_certificate("client", "ca")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(server_cert, server_key)
        tls.load_verify_locations(self.folder / "ca.pem")
        tls.verify_mode = ssl.CERT_REQUIRED
        receiver = self.receiver(tls=tls)
        known = {"cert_file": client_cert, "key_file": client_key}
        exporter = self.start(
            {
                "good": {"url": receiver.url("/good"), "interval": "1h", "tls_config": {"ca_file": self.folder / "ca.pem", **known}},
                "stranger": {"url": receiver.url("/stranger"), "interval": "1h", "tls_config": {"ca_file": self.folder / "ca.pem"}},
                "distrusting": {
                    "url": receiver.url("/distrusting"),
                    "interval": "1h",
                    "tls_config": {"ca_file": self.folder / "other-ca.pem", **known},
                },
            },
            config=every_hour(),
        )
        wait_until(receiver.taken, "the one that both sides trust arrives", 30)
        for target in ("stranger", "distrusting"):
            wait_until(lambda: self.metrics_of(exporter, target).get("retries connect"), f"{target} fails", 30)
        self.assertEqual(len(receiver.all()), 1)


class Spool(WebhookTestCase):
    def test_nothing_is_lost_when_the_exporter_is_killed(self):
        spool = self.folder / "spool"
        receiver = self.receiver(delay=0.7)
        target = {"url": receiver.url(), "format": "changes", "interval": "1s"}
        exporter = self.start({"x": target}, spool_directory=spool)
        in_spool = set()
        for _ in range(20):
            before = len(receiver.all())
            # In the middle: something was delivered by this one, and something waits.
            wait_until(lambda: len(receiver.all()) > before and any((spool / "x").glob("*.json")), "it delivers", 60)
            exporter.terminate(with_signal=signal.SIGKILL)
            in_spool |= {path.name.split(".")[1] for path in (spool / "x").glob("*.json")}
            exporter.start()
        self.assertGreaterEqual(len(in_spool), 15)
        receiver.delay = 0
        runs = len({split_id(name)[0] for name in in_spool})
        self.assertGreaterEqual(runs, 10)
        wait_until(lambda: in_spool <= {delivery.id for delivery in receiver.taken()}, "all of it arrives", 60)
        deliveries = receiver.taken()
        self.assert_all_in_order(deliveries)
        self.assert_whole_chain(deliveries)

    def test_the_limit_holds_and_what_is_dropped_is_counted(self):
        folder = self.folder / "spool" / "x"
        folder.mkdir(parents=True)
        # 1 MiB less one block, from a run before.
        for number in range(1, 86):
            (folder / f"{number:020}.old-{number}.json").write_text(json.dumps({"old": "x" * (3 * SPOOL_BLOCK - 100)}))
        receiver = self.receiver(up=False)
        exporter = self.start(
            {"x": {"url": receiver.url(), "interval": "1s", "queue_limit": "1MiB"}},
            spool_directory=self.folder / "spool",
        )
        largest = 0

        def dropped_some():
            nonlocal largest
            sizes = []
            for path in folder.iterdir():
                try:
                    sizes.append(path.stat().st_blocks * 512)
                except FileNotFoundError:
                    pass
            largest = max(largest, sum(sizes))
            return self.metrics_of(exporter, "x").get("dropped", 0) >= 5

        wait_until(dropped_some, "there is no room left", 60)
        self.assertLessEqual(largest, 1 << 20)
        self.assertGreater(largest, (1 << 20) - 64 * 1024)
        receiver.start()
        last_old = "old-85"
        wait_until(lambda: last_old in {delivery.id for delivery in receiver.taken()}, "what is left arrives", 90)
        wait_until(lambda: split_id(receiver.taken()[-1].id)[0] != "old", "and what is new", 30)
        deliveries = receiver.taken()
        self.assert_all_in_order(deliveries)
        first = split_id(deliveries[0].id)[1]
        wait_until_equal(lambda: self.metrics_of(exporter, "x")["dropped"], first - 1, "those that are missing are counted")
        self.assertIn("webhook x: no room for more than 1 MiB of documents that wait", exporter.log())

    @unittest.skipUnless(os.geteuid() == 0, "mounts a small file system")
    def test_a_full_disk_stops_nothing(self):
        disk = self.folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", disk], check=True, timeout=30)
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk], check=True, timeout=30)
        dead, good = self.receiver(up=False), self.receiver()
        exporter = self.start(
            {
                "dead": {"url": dead.url(), "interval": "1s", "format": "glusterfs_exporter/v1"},
                "good": {"url": good.url(), "interval": "1s", "format": "glusterfs_exporter/v1"},
            },
            spool_directory=disk / "spool",
        )
        wait_until(lambda: "No space left on device" in exporter.log(), "the disk is full", 90)
        before = len(good.taken())
        wait_until(lambda: len(good.taken()) > before + 3, "the other one gets on", 30)
        self.assertEqual(self.metrics_of(exporter, "dead")["dropped"], 0, "there is memory left")
        self.assertEqual(exporter.get("/-/ready").status, 200)
        self.assertEqual(list((disk / "spool" / "dead").glob("*.unfinished")), [])
        dead.start()
        wait_until(lambda: len(dead.taken()) > 10 and self.metrics_of(exporter, "dead")["queue_entries"] <= 1, "all arrives", 90)
        self.assert_all_in_order(dead.taken())
        self.assertEqual(split_id(dead.taken()[0].id)[1], 1)
        wait_until(lambda: not list((disk / "spool" / "dead").glob("*.json")), "nothing is left on the disk", 30)

    def test_what_waits_is_sent_after_an_ordinary_end(self):
        receiver = self.receiver(up=False)
        target = {"url": receiver.url(), "interval": "1s"}
        spool = self.folder / "spool"
        exporter = self.start({"x": target}, spool_directory=spool)
        wait_until(lambda: len(list((spool / "x").glob("*.json"))) >= 3, "documents wait", 30)
        self.assertEqual(exporter.terminate()[0], 0)
        waiting = sorted(path.name.split(".")[1] for path in (spool / "x").glob("*.json"))
        receiver.start()
        exporter.start()
        wait_until(lambda: set(waiting) <= {delivery.id for delivery in receiver.taken()}, "they arrive", 30)
        self.assert_all_in_order(receiver.taken())


class Configuration(WebhookTestCase):
    def refused(self, target, **webhook):
        path = self.file_of(
            "exporter.yml", to_yaml({"webhook": {**webhook, "targets": {"x": {"url": "http://h/", "interval": "1m", **target}}}})
        )
        return run_exporter(
            f"--config.file={path}", f"--gluster.path={self.gluster.program}", f"--web.listen-address=127.0.0.1:{free_port()}"
        )

    def test_files_that_cannot_be_used(self):
        empty = self.file_of("empty", "")
        missing = self.folder / "missing"
        cases = [
            ({"bearer_token_file": missing}, "bearer_token_file", "cannot be read: No such file or directory"),
            ({"bearer_token_file": empty}, "bearer_token_file", "must hold 1 to 1024 characters, holds 0"),
            (
                {"signing_secret_file": self.file_of("short", "abc")},
                "signing_secret_file",
                "must hold 8 to 1024 characters, holds 3",
            ),
            (
                {"signing_secret_file": self.file_of("odd", "whsec_abcde")},
                "signing_secret_file",
                "must hold base64 after whsec_",
            ),
            (
                {"url": "https://h/", "tls_config": {"ca_file": missing}},
                "tls_config.ca_file",
                "cannot be read: No such file or directory",
            ),
        ]
        for target, setting, problem in cases:
            with self.subTest(setting, problem=problem):
                done = self.refused(target)
                self.assertEqual(done.returncode, 2)
                self.assertRegex(done.stderr, rf"^\S+/exporter.yml:\d+: webhook.targets.x.{setting}: \S+ {problem}\n$")

    def test_a_spool_that_cannot_be_used(self):
        done = self.refused({}, spool_directory=self.file_of("file", "x"))
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"exporter.yml:2: webhook.spool_directory: \S+: Not a directory\n$")


if __name__ == "__main__":
    unittest.main()

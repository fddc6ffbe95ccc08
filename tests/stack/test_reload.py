"""A configuration that is read anew: what it changes, what stays, and what a bad one does."""

import http.client
import json
import signal
import unittest

from stack import ALL_OK, every_hour, every_second, wait_until_all_is_well

from support import ExporterTestCase, Receiver, Viewer, wait_until

TOKEN = "a-token-of-some-length"
LONGEST_END_SECONDS = 10


class Reload(ExporterTestCase):
    def setUp(self):
        self.gluster = self.make_gluster()

    def start(self, config):
        exporter = self.start_exporter_of(self.gluster, config)
        wait_until_all_is_well(exporter)
        return exporter

    def post(self, exporter):
        return exporter.post("/-/reload", limit=40)

    def interval(self, exporter, collector="topology"):
        return exporter.scrape().value("glusterfs_collector_interval_seconds", collector=collector)

    def test_by_signal_and_by_post(self):
        exporter = self.start(every_hour())
        self.assertEqual(self.interval(exporter), 3600)
        exporter.write_config(every_second())
        exporter.send_signal(signal.SIGHUP)
        wait_until(lambda: self.interval(exporter) == 1, "the other interval counts")
        exporter.write_config(every_hour())
        answer = self.post(exporter)
        self.assertEqual((answer.status, answer.text), (200, "the configuration was read anew\n"))
        wait_until(lambda: self.interval(exporter) == 3600, "the first interval counts again")
        self.assertEqual(exporter.log().count("the configuration was read anew"), 2)
        self.assertEqual(exporter.get("/-/reload").status, 405)

    def test_what_was_learnt_and_who_watches_stays(self):
        exporter = self.start(every_hour())
        before = exporter.scrape()
        self.gluster.set_mode("hang")  # so that nothing can be learnt anew
        with Viewer(exporter) as viewer:
            taken_at = viewer.wait_for(lambda state: state["cluster"]["taken_at"], "the first state's time")
            for _ in range(3):
                self.assertEqual(self.post(exporter).status, 200)
                # Of every moment: there is no time at which less is known.
                now = exporter.scrape()
                self.assertEqual(
                    now.having("glusterfs_brick_online"), before.having("glusterfs_brick_online"), "bricks stay known"
                )
                self.assertEqual(now.collector_results(), ALL_OK)
                self.assertEqual(exporter.get("/-/ready").status, 200)
            viewer.wait_for(lambda state: state["cluster"]["taken_at"] > taken_at, "the same stream goes on")
        self.assertEqual(exporter.log().count("speaks for the cluster"), 1)

    def test_a_bad_one_is_refused(self):
        exporter = self.start(every_hour())
        path = exporter.config_path()
        good_at = exporter.scrape().value("glusterfs_exporter_config_last_reload_success_timestamp_seconds")
        for text, problem in (
            ("collectors:\n  topology:\n    interval: 0s\n", f"{path}:3: "),
            ("web: [\n", f"{path}:"),
            ("alerts:\n  token_file: /nowhere/at/all\n", "/nowhere/at/all"),
        ):
            with self.subTest(text=text):
                exporter.write_config(text)
                answer = self.post(exporter)
                self.assertEqual(answer.status, 500)
                self.assertIn("refused, and nothing has changed", answer.text)
                self.assertIn(problem, answer.text)
                self.assertIn("is refused; the one there was stays", exporter.log())
                self.assertEqual(self.interval(exporter), 3600)
                wait_until(
                    lambda: exporter.scrape().value("glusterfs_exporter_config_last_reload_successful") == 0,
                    "the page says so",
                )
        self.assertEqual(
            exporter.scrape().value("glusterfs_exporter_config_last_reload_success_timestamp_seconds"), good_at
        )
        exporter.write_config(every_hour())
        self.assertEqual(self.post(exporter).status, 200)
        wait_until(
            lambda: exporter.scrape().value("glusterfs_exporter_config_last_reload_successful") == 1, "all is well"
        )

    def test_what_takes_a_restart_is_told(self):
        exporter = self.start({**every_hour(), "web": {"max_viewers": 10}})
        exporter.write_config({**every_second(), "web": {"max_viewers": 20, "telemetry_path": "/m"}})
        answer = self.post(exporter)
        self.assertEqual(answer.status, 200)
        self.assertEqual(
            answer.text,
            "the configuration was read anew; what counts only after a restart: "
            "web.telemetry_path, web.max_viewers\n",
        )
        wait_until(lambda: self.interval(exporter) == 1, "the rest counts")
        self.assertEqual(exporter.get("/m").status, 404)

    def test_tokens_and_log(self):
        exporter = self.start(every_hour())
        alerts = json.dumps({"version": "4", "alerts": []}).encode()
        self.assertEqual(exporter.post("/api/v1/alerts", alerts).status, 200)
        token_file = exporter.config_path().parent / "token"
        token_file.write_text(TOKEN + "\n")
        config = {**every_hour(), "alerts": {"token_file": token_file}, "log": {"level": "debug", "format": "json"}}
        exporter.write_config(config)
        self.assertEqual(self.post(exporter).status, 200)
        self.assertEqual(exporter.post("/api/v1/alerts", alerts).status, 401)
        shown = {"Authorization": f"Bearer {TOKEN}"}
        self.assertEqual(exporter.post("/api/v1/alerts", alerts, headers=shown).status, 200)
        # The same file with another token.
        token_file.write_text("another-" + TOKEN)
        self.assertEqual(self.post(exporter).status, 200)
        self.assertEqual(exporter.post("/api/v1/alerts", alerts, headers=shown).status, 401)
        line = json.loads(exporter.log().splitlines()[-1])
        self.assertEqual(set(line), {"ts", "level", "msg"})
        exporter.write_config({**every_hour(), "access": {"tokens": {"reader": token_file}}})
        self.assertEqual(exporter.get("/metrics").status, 200)
        self.assertEqual(self.post(exporter).status, 200)
        self.assertEqual(exporter.get("/metrics").status, 401)
        self.assertEqual(self.post(exporter).status, 403, "nobody may any more")

    def test_webhooks_come_and_go(self):
        with Receiver() as first, Receiver() as second:
            target = {"format": "changes", "interval": "1s"}
            both = {"first": {"url": first.url(), **target}, "second": {"url": second.url(), **target}}
            one = {"first": both["first"]}
            exporter = self.start({**every_second(), "webhook": {"targets": one}})
            wait_until(lambda: len(first.taken()) >= 2, "documents arrive")
            exporter.write_config({**every_second(), "webhook": {"targets": both}})
            self.assertEqual(self.post(exporter).status, 200)
            wait_until(lambda: second.taken(), "the new target has documents")
            exporter.write_config({**every_second(), "webhook": {"targets": one}})
            self.assertEqual(self.post(exporter).status, 200)
            gone = len(second.taken())
            wait_until(
                lambda: set(exporter.scrape().by("target", "glusterfs_exporter_webhook_queue_entries")) == {"first"},
                "the page shows the one",
            )
            already = len(first.taken())
            wait_until(lambda: len(first.taken()) > already + 1, "the other goes on")
            self.assertEqual(len(second.taken()), gone)
            delivered = exporter.scrape().value(
                "glusterfs_exporter_webhook_deliveries_total", target="first", result="delivered"
            )
            self.assertGreaterEqual(delivered, already, "counters go on")

    def test_while_a_command_hangs(self):
        exporter = self.start(every_second(timeout="10m"))
        self.gluster.set_mode("hang")
        wait_until(lambda: exporter.children(), "a command hangs")
        hanging = {child.pid for child in exporter.children()}
        self.gluster.set_mode("pass")
        self.assertEqual(self.post(exporter).status, 200)
        self.assertEqual(hanging & {child.pid for child in exporter.children()}, set(), "ended, and reaped")
        wait_until_all_is_well(exporter)


class End(ExporterTestCase):
    def test_webhooks_have_what_waited_in_memory(self):
        gluster = self.make_gluster()
        with Receiver(up=False) as receiver:
            target = {"url": receiver.url(), "format": "changes", "interval": "1s", "timeout": "1s"}
            exporter = self.start_exporter_of(
                gluster,
                {
                    **every_second(),
                    "webhook": {"targets": {"back": target, "nowhere": {**target, "url": "http://127.0.0.1:1/"}}},
                },
            )

            def waiting():
                return exporter.scrape().by("target", "glusterfs_exporter_webhook_queue_entries")

            # By then the pause before the next try is one of seconds.
            counts = wait_until(lambda: min((now := waiting()).values(), default=0) >= 6 and now, "documents wait")
            receiver.start()
            status, seconds = exporter.terminate(limit=20)
            self.assertEqual(status, 0)
            self.assertLess(seconds, LONGEST_END_SECONDS)
            numbers = [int(delivery.id.rpartition("-")[2]) for delivery in receiver.taken()]
            self.assertGreaterEqual(len(numbers), counts["back"])
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
            self.assertRegex(
                exporter.log(), r"webhook nowhere: ended with \d+ documents that could not be delivered: they are lost"
            )
            self.assertNotIn("webhook back: ended with", exporter.log())

    def test_streams_are_told_and_ready_is_not(self):
        gluster = self.make_gluster()
        with Receiver(["hang"] * 9) as receiver:
            target = {"url": receiver.url(), "interval": "1s", "timeout": "3s"}
            exporter = self.start_exporter_of(gluster, {**every_second(), "webhook": {"targets": {"slow": target}}})
            exporter.wait_ready()
            wait_until(lambda: receiver.all(), "a document is on its way")
            connection = http.client.HTTPConnection(exporter.address, exporter.port, timeout=30)
            self.addCleanup(connection.close)
            connection.request("GET", "/api/v1/stream")
            stream = connection.getresponse()
            exporter.send_signal(signal.SIGTERM)
            answer = wait_until(
                lambda: (answer := exporter.get("/-/ready")).status == 503 and answer, "it is not ready any more"
            )
            self.assertEqual(answer.text, "503 ending.\n")
            self.assertEqual(exporter.get("/metrics").status, 200, "who scrapes is served to the end")
            events = stream.read().decode()  # to the end of the last chunk, or this fails
            self.assertTrue(events.endswith('event: goodbye\nretry: 2000\ndata: {"reason":"ending"}\n\n'), events[-200:])


if __name__ == "__main__":
    unittest.main()

"""A hub takes other clusters' documents, each once and in order, and makes no metric of them."""

import copy
import gzip
import json
import statistics
import threading
import time
import unittest

from support import (
    HubTestCase,
    Viewer,
    collectors_every,
    recorded_state,
    run_exporter,
    taken,
    to_yaml,
    wait_until_equal,
)

TAKEN = (200, "taken\n")
REPEATED = (200, "told already; nothing changed\n")
OLDER = (200, "older than what is known; nothing changed\n")
PUSHES = 20
COUNTER = "glusterfs_exporter_notifications_total"


def in_short(answer):
    return answer.status, answer.text


class OfTwoExporters(HubTestCase):
    def setUp(self):
        super().setUp()
        gluster = self.make_gluster()
        every = {"collectors": collectors_every("1s", only=("topology", "peers", "status", "exporters"))}
        self.sender = self.start_exporter_of(gluster, every)
        self.hub = self.start_exporter_of(gluster, {**every, **self.hub_config()})
        self.sender.wait_ready()
        self.hub.wait_ready()

    def document(self):
        return self.sender.get("/api/v1/state").body

    def newer_document(self):
        before = self.document()
        while True:
            now = self.document()
            if json.loads(now)["cluster"]["taken_at"] != json.loads(before)["cluster"]["taken_at"]:
                return now

    def test_the_newest_is_shown_as_it_came(self):
        self.assertEqual(self.state_of(self.hub, "east").status, 503)
        own = json.loads(self.hub.get("/api/v1/state").text)["node"]
        first, second = self.document(), self.newer_document()
        self.assertEqual(in_short(self.push(self.hub, "east", first)), TAKEN)
        self.assertEqual(self.state_of(self.hub, "east").body, first)
        self.assertEqual(in_short(self.push(self.hub, "east", gzip.compress(second), Content_Encoding="gzip")), TAKEN)
        kept = self.state_of(self.hub, "east")
        self.assertEqual(kept.body, second)
        for what, document, cluster, expected in (
            ("replayed", second, "east", REPEATED),
            ("overtaken", first, "east", OLDER),
            ("with a wrong token", self.newer_document(), "wrong-token", None),
            ("too large", b" " * 10_000_000, "east", None),
            ("no document", b"{}", "east", None),
            ("with another cluster's token", first, "west", TAKEN),
        ):
            with self.subTest(what):
                answer = self.push(self.hub, cluster, document)
                if expected:
                    self.assertEqual(in_short(answer), expected)
                else:
                    self.assertIn(answer.status, (400, 401, 413))
                now = self.state_of(self.hub, "east")
                self.assertEqual((now.body, now.headers["ETag"]), (kept.body, kept.headers["ETag"]))
        self.assertEqual(self.state_of(self.hub, "west").body, first)
        self.assertEqual(json.loads(self.hub.get("/api/v1/state").text)["node"], own, "the own cluster is the own")
        self.assertEqual(json.loads(self.hub.get("/api/v1/state?cluster=local").text)["node"], own)

    def test_all_clusters_stand_in_one_document(self):
        state = taken(recorded_state(), health="degraded", reasons=["volume rep3 is degraded"])
        next(iter(state["volumes"]["rep3"]["bricks"].values()))["online"] = False
        self.assertEqual(in_short(self.push(self.hub, "east", state)), TAKEN)
        clusters = self.clusters(self.hub)
        self.assertEqual(set(clusters), {"local", "east", "west"})
        self.assertEqual(clusters["west"], {"local": False})
        self.assertIs(clusters["local"]["local"], True)
        self.assertIn("health", clusters["local"])
        east = clusters["east"]
        self.assertRegex(east.pop("received_at"), "^20.*Z$")
        self.assertEqual(
            east,
            {
                "local": False,
                "health": "degraded",
                "reasons": ["volume rep3 is degraded"],
                "volumes": len(state["volumes"]),
                "bricks_offline": 1,
                "taken_at": state["cluster"]["taken_at"],
                "sender": state["node"]["host"],
                "exporter_version": state["node"]["exporter_version"],
            },
        )

    def test_viewers_see_at_once_what_is_pushed(self):
        state = recorded_state()
        self.push(self.hub, "east", taken(state, seconds_ago=60))
        took = []
        with Viewer(self.hub, "/api/v1/stream?cluster=east") as viewer, Viewer(
            self.hub, "/api/v1/clusters/stream"
        ) as all_of_them:
            for number in range(PUSHES):
                document = taken(state, reasons=[f"number {number}"])
                seen = []

                def watch(reason=f"number {number}", seen=seen):
                    viewer.wait_for(lambda now: now["cluster"]["reasons"] == [reason], "the viewer sees it")
                    seen.append(time.monotonic())

                watcher = threading.Thread(target=watch)
                watcher.start()
                begin = time.monotonic()
                self.assertEqual(in_short(self.push(self.hub, "east", document)), TAKEN)
                watcher.join()
                took.append(seen[0] - begin)
                reasons = [f"number {number}"]
                all_of_them.wait_for(
                    lambda now, reasons=reasons: now["clusters"]["east"].get("reasons") == reasons, "the list has it"
                )
                time.sleep(0.2)  # as many as are let through for long
        print(f"from the POST to a viewer: median {statistics.median(took):.4f} s, most {max(took):.4f} s", flush=True)
        self.assertLess(statistics.median(took), 0.5)

    def test_no_metric_is_made_of_it(self):
        state = recorded_state()
        state["volumes"] = {"only_pushed_volume": state["volumes"]["rep3"]}
        state["node"]["host"] = "only-pushed-host"
        self.assertEqual(in_short(self.push(self.hub, "east", taken(state))), TAKEN)

        def pushes():
            return self.hub.scrape().value(COUNTER, receiver="push", result="accepted")

        wait_until_equal(pushes, 1, "the push is counted")
        page = self.hub.page()
        for word in ("only_pushed_volume", "only-pushed-host", "east", "west"):
            self.assertNotIn(word, page)

    def test_what_else_there_is_of_the_own_cluster_is_not_told_as_another_s(self):
        self.push(self.hub, "east", taken(recorded_state()))
        for path in ("exporter", "events", "alerts", "state", "stream"):
            with self.subTest(path):
                self.assertEqual(self.hub.get(f"/api/v1/{path}?cluster=nowhere").status, 404)
        for path in ("exporter", "events", "alerts"):
            with self.subTest(path):
                self.assertEqual(self.hub.get(f"/api/v1/{path}?cluster=east").status, 404)
                self.assertEqual(self.hub.get(f"/api/v1/{path}").status, 200)


class WithoutGluster(HubTestCase):
    def test_it_shows_what_is_pushed(self):
        hub = self.start_bare_hub()
        self.assertEqual(hub.get("/-/ready").status, 200)
        self.assertIn("there is no Gluster on this machine", hub.log())
        self.assertEqual(self.clusters(hub), {"east": {"local": False}, "west": {"local": False}})
        names = {name for name, _ in wait_for_page(hub)}
        self.assertIn("process_threads", names)
        self.assertNotIn("glusterfs_up", names)
        self.assertEqual(in_short(self.push(hub, "west", taken(recorded_state()))), TAKEN)
        self.assertEqual(self.state_of(hub, "west").status, 200)

    def test_what_is_wrong_is_refused_with_its_place(self):
        hub = self.start_bare_hub()
        good = taken(recorded_state())
        bomb = gzip.compress(b" " * (33 << 20))
        self.assertLess(len(bomb), 100_000)

        def broken(*path, value):
            document = copy.deepcopy(good)
            inner = document
            for name in path[:-1]:
                inner = inner[name]
            inner[path[-1]] = value
            return document

        cases = (
            ("no JSON", b"{", {}, 400, "not JSON"),
            ("another schema", broken("schema", value="x/v2"), {}, 400, "schema"),
            ("a wrong type", broken("volumes", "rep3", "profiling", value="yes"), {}, 400, "volumes.rep3.profiling"),
            ("null", broken("node", "host2", value=None), {}, 400, "node.host2 is null"),
            ("deep", broken("extra", value=nested(40)), {}, 400, "nested deeper than 32"),
            ("no gzip", good, {"Content_Encoding": "gzip"}, 400, "not gzip"),
            ("a bomb", bomb, {"Content_Encoding": "gzip"}, 413, "larger than 33554432"),
            ("another encoding", good, {"Content_Encoding": "br"}, 415, "Content-Encoding"),
            ("another type", good, {"Content_Type": "text/plain"}, 415, "Content-Type"),
            ("10 MB", b" " * 10_000_000, {}, 413, "8388608"),
            ("no token", good, {"Authorization": "Basic eDp5"}, 401, "Bearer"),
            ("a token of nobody", good, {"Authorization": "Bearer token-of-nobody"}, 401, "none of those"),
        )
        for what, document, headers, status, words in cases:
            with self.subTest(what):
                answer = self.push(hub, "east", document, **headers)
                self.assertEqual(answer.status, status, answer.text)
                self.assertIn(words, answer.text)
        self.assertEqual(self.state_of(hub, "east").status, 503)
        self.assertEqual(in_short(self.push(hub, "east", good)), TAKEN)
        expected = {"malformed": 8, "too_large": 2, "unauthorized": 2, "accepted": 1}

        def counts():
            found = {}
            for (name, labels), value in hub.scrape().items():
                if name == COUNTER:
                    found[dict(labels)["result"]] = value
            return found

        wait_until_equal(counts, expected, "each post is counted once")

    def test_a_flood_is_turned_away_and_others_are_not(self):
        hub = self.start_bare_hub()
        answers = {self.push(hub, "east", b"{}").status for _ in range(60)}
        self.assertEqual(answers, {400, 429})
        refused = next(
            answer for answer in (self.push(hub, "east", b"{}") for _ in range(200)) if answer.status == 429
        )
        self.assertEqual(refused.headers["Retry-After"], "1")
        self.assertEqual(in_short(self.push(hub, "west", taken(recorded_state()))), TAKEN)


class StartUp(HubTestCase):
    def complaint(self, tokens):
        path = self.folder / "hub.yml"
        path.write_text(to_yaml(self.hub_config(tokens)))
        result = run_exporter(f"--config.file={path}", "--config.check")
        self.assertEqual(result.returncode, 2, result.stdout)
        return result.stderr

    def test_the_same_token_for_two_names_both(self):
        self.assertRegex(
            self.complaint({"east": "same-token", "north": "other-token", "west": "same-token"}),
            "hub.yml:[0-9]+: push.clusters: east and west have the same token",
        )

    def test_no_cluster_is_called_like_the_own(self):
        self.assertRegex(self.complaint({"local": "some-token"}), "the hub's own cluster is called local")


class NoHub(HubTestCase):
    def test_it_takes_nothing(self):
        collectors = collectors_every("1h", only=("topology", "peers", "exporters"))
        exporter = self.start_exporter_of(self.make_gluster(), {"collectors": collectors})
        self.assertEqual(self.push(exporter, "east", {}).status, 404)
        self.assertEqual(exporter.get("/api/v1/clusters").status, 404)


def nested(depth):
    value = 1
    for _ in range(depth):
        value = {"in": value}
    return value


def wait_for_page(exporter):
    return exporter.wait_for(lambda samples: samples or None, "there is a page")


if __name__ == "__main__":
    unittest.main()

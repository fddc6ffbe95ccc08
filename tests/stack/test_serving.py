"""What is served, in which forms, and that a scrape costs Gluster nothing."""

import gzip
import json
import pathlib
import socket
import unittest

from stack import (
    ALL_OK,
    BY_CLI,
    WATCHED_GLUSTER,
    LandingPage,
    every_hour,
    every_second,
    wait_until_all_is_well,
)

from support import (
    ASK_THE_CLUSTER,
    COLLECTORS,
    LANES,
    PROMETHEUS_ACCEPT,
    ExporterTestCase,
    assert_same,
    parse_page,
    wait_until,
    wait_until_equal,
)

TEXT_HTML = "text/html; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
CONTENT_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": TEXT_HTML,
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
ASSETS = pathlib.Path(__file__).resolve().parents[2] / "src/web/assets"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


class Served(ExporterTestCase):
    """All collectors have run, and none will run again during the test."""

    def setUp(self):
        self.gluster = self.make_gluster()
        self.exporter = self.start_exporter_of(self.gluster, every_hour())
        wait_until_all_is_well(self.exporter)

    def get(self, path, accept=None, gzip_too=False, method="GET"):
        headers = {"Accept-Encoding": "gzip"} if gzip_too else {}
        if accept is not None:
            headers["Accept"] = accept
        return self.exporter.get(path, headers, method)

    def of_one_page(self, *requests):
        """The answers to several requests, all of them for the same rendered page: it is made anew now and then."""

        def unchanged():
            before = self.get("/metrics").body
            answers = [request() for request in requests]
            return answers if self.get("/metrics").body == before else None

        return wait_until(unchanged, "the page stays the same for some requests")


class Metrics(Served):
    def test_promtool_finds_nothing(self):
        for accept in (None, "text/plain"):
            self.assert_promtool_finds_nothing(self.get("/metrics", accept).body)

    def test_text_is_what_everybody_gets(self):
        for accept in (None, "*/*", "text/plain", "text/html,application/xhtml+xml,*/*;q=0.8"):
            with self.subTest(accept=accept):
                answer = self.get("/metrics", accept)
                self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, TEXT))
                self.assertEqual(answer.text.count("# EOF"), 0)
                self.assertEqual(parse_page(answer.text).value("glusterfs_up"), 1)

    def test_prometheus_gets_openmetrics(self):
        for accept in (PROMETHEUS_ACCEPT, "application/openmetrics-text; version=1.0.0"):
            with self.subTest(accept=accept):
                answer = self.get("/metrics", accept)
                self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, OPENMETRICS))
                self.assertTrue(answer.text.endswith("\n# EOF\n"))
                self.assertEqual(answer.text.count("# EOF"), 1)
                for line in ("# TYPE glusterfs_volume info", "# TYPE process_cpu_seconds counter"):
                    self.assertTrue(line in answer.text.splitlines(), line)

    def test_both_forms_say_the_same(self):
        text, openmetrics = self.of_one_page(
            lambda: self.get("/metrics"), lambda: self.get("/metrics", PROMETHEUS_ACCEPT)
        )
        assert_same(parse_page(openmetrics.text), parse_page(text.text), "OpenMetrics and text differ")

    def test_gzip(self):
        for accept in ("text/plain", PROMETHEUS_ACCEPT):
            with self.subTest(accept=accept):
                plain, packed = self.of_one_page(
                    lambda: self.get("/metrics", accept), lambda: self.get("/metrics", accept, gzip_too=True)
                )
                self.assertIsNone(plain.headers["Content-Encoding"])
                self.assertEqual(packed.headers["Content-Encoding"], "gzip")
                self.assertEqual(packed.headers["Content-Type"], plain.headers["Content-Type"])
                self.assertEqual(packed.headers["Vary"], "Accept, Accept-Encoding")
                self.assertEqual(plain.headers["Vary"], "Accept, Accept-Encoding")
                self.assertLess(len(packed.body), len(plain.body) / 5)
                self.assertTrue(gzip.decompress(packed.body) == plain.body, "unpacked it is another page")

    def test_no_gzip_for_those_who_refuse_it(self):
        answer = self.exporter.get("/metrics", {"Accept-Encoding": "gzip;q=0, identity"})
        self.assertIsNone(answer.headers["Content-Encoding"])
        self.assertEqual(parse_page(answer.text).value("glusterfs_up"), 1)


class Pages(Served):
    def test_head_is_get_without_the_body(self):
        for path, accept in (("/metrics", None), ("/metrics", PROMETHEUS_ACCEPT), ("/", None), ("/collectors", None)):
            with self.subTest(path=path, accept=accept):
                whole, head = self.of_one_page(
                    lambda: self.get(path, accept), lambda: self.raw_head(path, accept or "*/*")
                )
                headers, _, body = head.partition(b"\r\n\r\n")
                status, *lines = headers.decode().split("\r\n")
                self.assertEqual(status, f"HTTP/1.1 {whole.status} OK")
                self.assertEqual(body[:100], b"")
                got = dict(line.split(": ", 1) for line in lines)
                if path != "/collectors":  # which says how long ago something was
                    self.assertEqual(got["Content-Length"], str(len(whole.body)))
                own = ("Date", "Connection", "Content-Length")
                wanted = {key: value for key, value in whole.headers.items() if key not in own}
                self.assertEqual({key: value for key, value in got.items() if key not in own}, wanted)

    def raw_head(self, path, accept):
        """All that comes over the wire: an HTTP client would not show a body that must not be there."""
        request = f"HEAD {path} HTTP/1.1\r\nHost: exporter\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
        with socket.create_connection((self.exporter.address, self.exporter.port), timeout=10) as connection:
            connection.sendall(request.encode())
            received = b""
            while part := connection.recv(65536):
                received += part
        return received

    def test_not_found(self):
        for path in ("/metric", "/metrics/", "/../../etc/passwd", "/%2e%2e/etc/passwd", "/-/", "/style.css"):
            with self.subTest(path=path):
                answer = self.get(path)
                self.assertEqual(answer.status, 404)
                self.assertEqual(answer.headers["Content-Type"], "text/plain; charset=utf-8")
                self.assertTrue(answer.text.startswith("404 not found."), answer.text)

    def test_nothing_but_get_and_head(self):
        for method in ("POST", "PUT", "DELETE"):
            with self.subTest(method=method):
                answer = self.get("/metrics", method=method)
                self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, HEAD"))

    def test_healthy_and_ready(self):
        healthy, ready = self.get("/-/healthy"), self.get("/-/ready")
        self.assertEqual((healthy.status, healthy.text), (200, "healthy\n"))
        self.assertEqual((ready.status, ready.text), (200, "ready\n"))

    def test_live_page_and_its_files(self):
        answer = self.get("/")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, TEXT_HTML))
        self.assertEqual(answer.headers["Cache-Control"], "no-cache")
        files = {path.relative_to(ASSETS).as_posix(): path.read_bytes() for path in ASSETS.rglob("*") if path.is_file()}
        version = self.state()["node"]["page_version"]
        files["index.html"] = files["index.html"].replace(b"@PAGE_VERSION@", version.encode())
        self.assertTrue(answer.body == files["index.html"], "/ is not index.html with the version of the state")
        for name, content in files.items():
            with self.subTest(name=name):
                file = self.get(f"/assets/{name}")
                self.assertEqual((file.status, file.headers["Content-Type"]), (200, CONTENT_TYPES[name.split(".")[-1]]))
                self.assertTrue(file.body == content, "not what is in src/web/assets")
                again = self.exporter.get(f"/assets/{name}", {"If-None-Match": file.headers["ETag"]})
                self.assertEqual((again.status, again.body), (304, b""))
        self.assertEqual(self.get("/assets/none.js").status, 404)

    def test_what_the_page_links_to_is_there(self):
        for link in LandingPage(self.get("/").text).links:
            if not link.startswith("#"):
                self.assertEqual(self.get(f"/{link}").status, 200, link)

    def state(self):
        return json.loads(self.get("/api/v1/state").text)

    def test_collectors(self):
        answer = self.get("/collectors")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, TEXT_HTML))
        page = LandingPage(answer.text)
        # Relative, so that they work below a path of a proxy too.
        self.assertEqual(
            page.links, ["assets/icon.svg", "assets/collectors.css", "./", "./metrics", "./-/healthy", "./-/ready"]
        )
        for link in page.links:
            self.assertEqual(self.get(f"/{link.removeprefix('./')}").status, 200, link)
        results = {row[0]: row[-1] for row in page.rows[1:]}
        self.assertEqual(results, {**{name: "–" for name in COLLECTORS}, **ALL_OK})

    def test_telemetry_path_is_where_it_is_set(self):
        exporter = self.start_exporter_of(self.gluster, every_hour(), flags=["--web.telemetry-path=/gluster/metrics"])
        wait_until(lambda: exporter.get("/gluster/metrics").status == 200, "the page is there")
        self.assertEqual(exporter.get("/metrics").status, 404)
        self.assertEqual(LandingPage(exporter.get("/collectors").text).links[3], "./gluster/metrics")


class ScrapesCostNothing(Served):
    def test_a_scrape_starts_no_process(self):
        before = [start.question for start in self.gluster.starts()]
        self.assertIn("volume info", before)
        locks_before = sum(start.takes_lock() for start in self.gluster.starts())
        self.assertGreater(locks_before, 5)
        for number in range(100):
            accept = (None, PROMETHEUS_ACCEPT)[number % 2]
            self.assertEqual(self.get("/metrics", accept, gzip_too=number % 3 == 0).status, 200)
        after = self.gluster.starts()
        self.assertEqual([start.question for start in after], before)
        self.assertEqual(sum(start.takes_lock() for start in after), locks_before)
        self.assertEqual([process.pid for process in self.exporter.family()], [self.exporter.pid])

    def test_the_same_is_true_of_the_other_pages(self):
        before = len(self.gluster.starts())
        for path in ("/", "/collectors", "/-/healthy", "/-/ready", "/assets/main.js", "/no/such/page"):
            for _ in range(10):
                self.get(path)
        self.assertEqual(len(self.gluster.starts()), before)


class RequestsAreCounted(ExporterTestCase):
    def test_by_route_and_status(self):
        gluster = self.make_gluster()
        exporter = self.start_exporter_of(gluster, every_second(only=("topology", "peers", "exporters")))
        exporter.wait_ready()
        for _ in range(3):
            exporter.get("/")
        for name in ("main.js", "page.css"):
            exporter.get(f"/assets/{name}")
        exporter.get("/no/such/page")
        exporter.get("/metrics", method="POST")
        requests = "glusterfs_exporter_http_requests_total"

        def counts(samples):
            return [
                samples.value(requests, route=route, code=code)
                for route, code in (("/", "200"), ("/assets/", "200"), ("other", "404"), ("/metrics", "405"))
            ]

        wait_until_equal(lambda: counts(exporter.scrape()), [3, 2, 1, 1], "the requests are counted")


class BeforeTheFirstPoll(ExporterTestCase):
    def test_not_ready_until_every_collector_has_run(self):
        gluster = self.make_gluster()
        gate = gluster.folder / "gate"
        env = {"WATCHED_GATE": str(gate)}
        exporter = self.start_exporter_of(gluster, every_hour(), env=env, program=WATCHED_GLUSTER)
        wait_until(lambda: len(exporter.children()) == 1, "the first command waits for an answer")

        ready = exporter.get("/-/ready")
        self.assertEqual(ready.status, 503)
        first, *names = ready.text.splitlines()
        self.assertEqual(first, "503 not ready. Collectors that have not run yet:")
        # Whether the others have to run is decided when the other exporters are known.
        waited_for = {collector for collector in BY_CLI if collector not in ASK_THE_CLUSTER}
        self.assertEqual({name.strip() for name in names}, waited_for)
        self.assertEqual(exporter.get("/-/healthy").status, 200)
        rows = {row[0]: row[-1] for row in LandingPage(exporter.get("/collectors").text).rows[1:]}
        self.assertEqual({rows[name] for name in waited_for}, {"not run yet"})
        self.assertEqual({rows[name] for name in ASK_THE_CLUSTER if name in ALL_OK}, {"left to the leader"})

        gate.touch()
        exporter.wait_ready()
        self.assertEqual(exporter.get("/-/ready").text, "ready\n")
        wait_until_equal(  # the page follows; a crawl may take minutes
            lambda: exporter.collector_results().keys() | set(LANES["crawl"]), ALL_OK.keys(), "all have run"
        )
        wait_until_all_is_well(exporter)

    def test_healthy_while_gluster_is_dead(self):
        gluster = self.make_gluster(mode="stderr")
        exporter = self.start_exporter_of(gluster, every_hour())
        exporter.wait_for(lambda samples: samples.value("glusterfs_up") == 0, "glusterfs_up is 0")
        self.assertEqual(exporter.get("/-/healthy").status, 200)


if __name__ == "__main__":
    unittest.main()

"""Who may read and post: TLS, users and tokens, as curl, Prometheus and the other exporters meet them."""

import concurrent.futures
import contextlib
import http.client
import http.server
import os
import socket
import ssl
import statistics
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from support import (
    ASK_THE_NODE,
    REPOSITORY,
    Authority,
    ExporterTestCase,
    Prometheus,
    basic,
    bcrypt,
    collectors_every,
    free_port,
    program,
    run_exporter,
    wait_until,
)

TLS = "tls_server_config: {cert_file: server.pem, key_file: server.key"
HASH = bcrypt("secret")
USERS = f"basic_auth_users: {{scraper: {HASH}}}"

# Files for which promtool and the exporter have the same verdict. server.pem, server.key and ca.pem lie beside them.
GOOD = [
    "",
    "{}",
    "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n",
    TLS + "}",
    "tls_server_config: {cert_file: ./server.pem, key_file: ../%(folder)s/server.key}",
    TLS + ", client_auth_type: NoClientCert}",
    TLS + ', client_auth_type: ""}',
    TLS + ", client_auth_type: RequestClientCert}",
    TLS + ", client_auth_type: RequireAnyClientCert}",
    TLS + ", client_auth_type: VerifyClientCertIfGiven, client_ca_file: ca.pem}",
    TLS + ", client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem}",
    TLS + ", min_version: TLS12, max_version: TLS12}",
    TLS + ", min_version: TLS10}",
    TLS + ", cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384]}",
    TLS + ", cipher_suites: [], prefer_server_cipher_suites: no}",
    TLS + ", cipher_suites: [TLS_CHACHA20_POLY1305_SHA256]}",
    TLS + ", curve_preferences: [CurveP256, X25519, CurveP521]}",
    "tls_server_config: {min_version: TLS13}",
    "http_server_config: {http2: false}",
    "http_server_config: {http2: on, headers: {X-Frame-Options: sameorigin, X-XSS-Protection: 1}}",
    "http_server_config: {headers: {Content-Security-Policy: default-src 'self', Strict-Transport-Security: a}}",
    USERS,
    f"basic_auth_users: {{a: {bcrypt('a', 4)}, 'b c': {HASH.replace('$2y', '$2a')}, ü: {HASH.replace('$2y', '$2b')}}}",
]
BAD = [
    "just text",
    "- a",
    "a: b: c",
    "unknown: 1",
    "rate_limit: {burst: 3}",
    TLS + ", client_allowed_sans: [a]}",
    TLS + ", cert_file: server.pem}",
    "tls_server_config: {cert_file: server.pem}",
    "tls_server_config: {key_file: server.key}",
    "tls_server_config: {client_auth_type: NoClientCert}",
    "tls_server_config: {cert_file: none.pem, key_file: server.key}",
    "tls_server_config: {cert_file: server.key, key_file: server.key}",
    "tls_server_config: {cert_file: ca.pem, key_file: server.key}",
    "tls_server_config: [a]",
    TLS + ", client_ca_file: ca.pem}",
    TLS + ", client_auth_type: VerifyClientCertIfGiven, client_ca_file: none.pem}",
    TLS + ", client_auth_type: Everybody}",
    TLS + ", min_version: TLS14}",
    TLS + ", min_version: 1.2}",
    TLS + ", max_version: SSL30}",
    TLS + ", cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]}",
    TLS + ", cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256]}",
    TLS + ", curve_preferences: [P256]}",
    TLS + ", curve_preferences: X25519}",
    TLS + ', prefer_server_cipher_suites: "true"}',
    "http_server_config: {http2: maybe}",
    "http_server_config: {http2: 1}",
    "http_server_config: {headers: {X-Foo: bar}}",
    "http_server_config: {headers: {x-frame-options: deny}}",
    "http_server_config: {headers: {X-Frame-Options: DENY}}",
    "http_server_config: {headers: {X-Content-Type-Options: sniff}}",
    "basic_auth_users: [a]",
    "basic_auth_users: {a: secret}",
    "basic_auth_users: {a: }",
    f"basic_auth_users: {{a: {HASH}, a: {HASH}}}",
    f"basic_auth_users: {{a: {HASH.replace('$05$', '$03$')}}}",
]
# What promtool takes although nobody could be served by it, or more people than meant would be: docs/access.md.
STRICTER = {
    TLS + ", min_version: TLS13, max_version: TLS12}": "must not be above max_version",
    TLS + ", client_auth_type: RequireAndVerifyClientCert}": "client_ca_file: is missing",
    TLS + ", client_auth_type: RequireAndVerifyClientCert, client_ca_file: server.key}": "must hold certificates",
    TLS + ", curve_preferences: [X25519, X25519]}": "is repeated",
    f"basic_auth_users: {{a: {HASH.replace('$05$', '$31$')}}}": "must be a bcrypt hash of a cost",
    f"basic_auth_users: {{a: {HASH}x}}": "must be a bcrypt hash",
    f"basic_auth_users: {{'a:b': {HASH}}}": "without ':'",
    'http_server_config: {headers: {X-XSS-Protection: "1\\r\\nSet-Cookie: a=b"}}': "printable ASCII",
    f'basic_auth_users: {{"a\\_b": {HASH}}}': "the escape \\N or \\_",
}


class Access(ExporterTestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="access-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.certificates = Path(folder.name)
        cls.authority = Authority(cls.certificates)
        cls.authority.sign("server")
        cls.client_certificate = cls.authority.sign("client")

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="access-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in ("server.pem", "server.key", "ca.pem"):
            (self.folder / name).write_bytes((self.certificates / name).read_bytes())

    def write(self, text, name="web.yml"):
        """In one go, as careful people do."""
        path = self.folder / name
        new = self.folder / f".{name}"
        new.write_text(text)
        new.rename(path)
        return path

    def secret_file(self, name, text):
        path = self.folder / name
        path.write_text(text + "\n")
        return path

    def start(self, web_config=None, config=None, tls=None, shows=None, **options):
        flags = [] if web_config is None else [f"--web.config.file={self.write(web_config)}"]
        if tls is None and web_config and "cert_file" in web_config:
            tls = self.authority.client()
        collectors = collectors_every("1s", only=("topology", "peers", "status", "exporters"))
        return self.start_exporter_of(
            self.make_gluster(),
            {"collectors": collectors, **(config or {})},
            flags=flags,
            tls=tls,
            shows=shows,
            **options,
        )

    # --- the file

    def verdicts(self, text):
        """Whether promtool takes it, whether the exporter does, and what that says."""
        path = self.write(text % {"folder": self.folder.name} if "%(" in text else text)
        promtool = subprocess.run(
            [program("promtool"), "check", "web-config", path], capture_output=True, timeout=30, check=False
        )
        done = run_exporter("--config.check", "--gluster.source=rpc", f"--web.config.file={path}")
        return promtool.returncode == 0, done.returncode == 0, done.stdout + done.stderr

    def test_promtool_and_the_exporter_agree(self):
        self.assertGreaterEqual(len(GOOD + BAD), 30)
        for good, texts in ((True, GOOD), (False, BAD)):
            for text in texts:
                with self.subTest(text):
                    by_promtool, by_exporter, said = self.verdicts(text)
                    self.assertEqual((by_promtool, by_exporter), (good, good), said)
                    if not good:
                        self.assertIn("web.yml", said)

    def test_what_promtool_takes_and_the_exporter_does_not(self):
        for text, problem in STRICTER.items():
            with self.subTest(text):
                by_promtool, by_exporter, said = self.verdicts(text)
                self.assertEqual((by_promtool, by_exporter), (True, False), said)
                self.assertIn(problem, said)

    def test_the_example_is_good(self):
        by_promtool, by_exporter, said = self.verdicts((REPOSITORY / "config" / "web.yml").read_text())
        self.assertEqual((by_promtool, by_exporter), (True, True), said)

    def test_names_in_lists_have_to_be_known(self):
        self.write(USERS)
        for who, status in (("scraper", 0), ("anyone", 0), ("scrapper", 2), ("cluster", 2)):
            config = self.write(f"access: {{read: {{metrics: [{who}]}}}}", "exporter.yml")
            done = run_exporter(
                "--config.check",
                "--gluster.source=rpc",
                f"--config.file={config}",
                f"--web.config.file={self.folder / 'web.yml'}",
            )
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
            if status:
                self.assertIn(f"{config}:1: access.read.metrics: ", done.stderr)

    # --- clients

    def curl(self, *words):
        done = subprocess.run(
            ["curl", "-sS", "-m", "20", "-o", "/dev/null", "-w", "%{http_code}", *map(str, words)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return int(done.stdout) if done.returncode == 0 else done.stderr

    def test_curl(self):
        exporter = self.start(TLS + f", min_version: TLS13}}\n{USERS}")
        url, ca = exporter.url("/metrics"), ("--cacert", self.authority.certificate)
        self.assertEqual(self.curl(*ca, url), 401)
        self.assertEqual(self.curl(*ca, "-u", "scraper:secret", url), 200)
        self.assertEqual(self.curl(*ca, "-u", "scraper:wrong", url), 401)
        self.assertEqual(self.curl(*ca, "-u", "nobody:secret", url), 401)
        self.assertEqual(self.curl(*ca, "-u", "scraper:secret", "--http2", url), 200)
        self.assertIn("certificate", self.curl("-u", "scraper:secret", url))
        self.assertIn("TLS", str(self.curl(*ca, "--tls-max", "1.2", "-u", "scraper:secret", url)).upper())
        self.assertIn("curl", str(self.curl(url.replace("https", "http"))))

    def test_only_clients_with_a_certificate(self):
        policy = ", client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem}"
        exporter = self.start(TLS + policy, tls=self.authority.client(*self.client_certificate))
        url, ca = exporter.url("/metrics"), ("--cacert", self.authority.certificate)
        certificate, key = self.client_certificate
        self.assertEqual(self.curl(*ca, "--cert", certificate, "--key", key, url), 200)
        self.assertIsInstance(self.curl(*ca, url), str)  # not even an answer
        foreign, foreign_key = Authority(self.folder, "foreign").sign("stranger")
        self.assertIsInstance(self.curl(*ca, "--cert", foreign, "--key", foreign_key, url), str)

    def handshake(self, exporter, *words):
        """What `openssl s_client` says of it."""
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{exporter.port}", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return done.stdout if done.returncode == 0 else ""

    def test_versions_suites_and_curves_are_those_asked_for(self):
        suite = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
        exporter = self.start(TLS + f", max_version: TLS12, cipher_suites: [{suite}], curve_preferences: [CurveP384]}}")

        said = self.handshake(exporter, "-groups", "X25519:P-256:P-384")
        self.assertIn("New, TLSv1.2, Cipher is ECDHE-ECDSA-AES256-GCM-SHA384", said)
        self.assertIn("Server Temp Key: ECDH, secp384r1", said)
        for words in (["-tls1_3"], ["-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"], ["-groups", "X25519:P-256"]):
            self.assertEqual(self.handshake(exporter, *words), "", words)

    def test_prometheus(self):
        exporter = self.start(TLS + f"}}\n{USERS}", shows=basic("scraper", "secret"))
        wait_until(lambda: exporter.get("/sd").status == 200, "the peers are known")
        target = f"""
    scheme: https
    tls_config: {{ca_file: {self.authority.certificate}}}
    basic_auth: {{username: scraper, password_file: {self.secret_file("password", "secret")}}}"""
        prometheus = Prometheus(
            self.folder,
            f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: glusterfs{target}
    static_configs: [{{targets: ["127.0.0.1:{exporter.port}"]}}]
  - job_name: stranger
    scheme: https
    tls_config: {{ca_file: {self.authority.certificate}}}
    static_configs: [{{targets: ["127.0.0.1:{exporter.port}"]}}]
  - job_name: found
    http_sd_configs:
      - url: {exporter.url("/sd")}
        tls_config: {{ca_file: {self.authority.certificate}}}
        basic_auth: {{username: scraper, password_file: {self.folder / "password"}}}
""",
        )
        self.addCleanup(prometheus.stop)
        wait_until(prometheus.is_ready, "prometheus is ready")
        wait_until(lambda: prometheus.number('up{job="glusterfs"}') == 1, "prometheus scrapes")
        wait_until(lambda: prometheus.number('up{job="stranger"}') == 0, "prometheus is refused without a password")
        self.assertEqual(prometheus.number('glusterfs_up{job="glusterfs"}'), 1)
        found = wait_until(
            lambda: [one for one in prometheus.api("targets")["activeTargets"] if one["scrapePool"] == "found"],
            "targets are discovered",
        )
        self.assertEqual({one["scrapeUrl"].partition(":")[0] for one in found}, {"https"})

    def test_a_thousand_wrong_passwords(self):
        """In ten seconds, where the machine is not busy with other things."""
        web_config = TLS + f"}}\nbasic_auth_users: {{scraper: {bcrypt('secret', 10)}}}"
        exporter = self.start(web_config, shows=basic("scraper", "secret"), address="127.0.0.1")
        self.assertEqual(exporter.get("/metrics").status, 200)
        context = self.authority.client()
        context.check_hostname = False
        end = time.monotonic() + 120
        statuses = []

        def attack(number):
            while time.monotonic() < end and len(statuses) < 1000:
                begin = time.monotonic()
                with contextlib.closing(
                    http.client.HTTPSConnection(
                        "127.0.0.1",
                        exporter.port,
                        timeout=20,
                        context=context,
                        source_address=(f"127.0.1.{number + 1}", 0),
                    )
                ) as connection:
                    connection.request("GET", "/metrics", headers={"Authorization": basic("scraper", f"guess{begin}")})
                    statuses.append(connection.getresponse().status)
                time.sleep(max(0, 0.06 - (time.monotonic() - begin)))  # so many in ten seconds

        times = []
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            attackers = [pool.submit(attack, number) for number in range(8)]
            while time.monotonic() < end and not all(one.done() for one in attackers):
                begin = time.monotonic()
                self.assertEqual(exporter.get("/metrics").status, 200)
                times.append(time.monotonic() - begin)
                time.sleep(0.1)
            for one in attackers:
                one.result()
        times.sort()
        print(
            f"{len(statuses)} wrong passwords in {time.monotonic() - began:.1f} s, {statuses.count(401)} looked at; {len(times)} scrapes by others: "
            f"median {statistics.median(times) * 1000:.1f} ms, 9 of 10 {times[len(times) * 9 // 10] * 1000:.1f} ms, "
            f"slowest {times[-1] * 1000:.1f} ms"
        )
        self.assertGreaterEqual(len(statuses), 1000)
        self.assertEqual(set(statuses), {401, 429})
        self.assertLess(statuses.count(401), 0.3 * len(statuses), "most were not even looked at")
        self.assertLess(statistics.median(times), 0.05)

    # --- changes

    def test_a_change_counts_at_once_and_a_bad_one_is_refused(self):
        exporter = self.start(TLS + f"}}\n{USERS}")

        def may(password):
            return exporter.get("/metrics", {"Authorization": basic("scraper", password)}).status

        self.assertEqual((may("secret"), may("other")), (200, 401))
        self.write(TLS + f"}}\nbasic_auth_users: {{scraper: {bcrypt('other')}}}")
        self.assertEqual((may("other"), may("secret")), (200, 401))
        for text, problem in (
            ("nonsense", "must be a mapping"),
            ("", "turns TLS on or off"),
            (TLS + "}", "has no users any more"),
            (TLS.replace("server.key", "none.key") + f"}}\n{USERS}", "none.key cannot be read"),
        ):
            self.write(text)
            self.assertEqual((may("other"), exporter.get("/metrics").status), (200, 401), text)
            self.assertEqual(exporter.log().count(problem), 1, exporter.log_tail())
        self.authority.folder.joinpath("none.key").unlink(missing_ok=True)
        (self.folder / "none.key").write_bytes((self.folder / "server.key").read_bytes())
        self.assertEqual(may("secret"), 200)  # now the file that was written last is good

    def test_a_new_certificate_is_shown_to_new_connections(self):
        exporter = self.start(TLS + "}")

        def shown():
            return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", exporter.port)))

        before = shown()
        certificate, key = self.authority.sign("second")
        (self.folder / "server.pem").write_bytes(certificate.read_bytes())
        self.assertEqual(shown(), before)  # the key is still the old one's
        (self.folder / "server.key").write_bytes(key.read_bytes())
        self.assertEqual(shown(), ssl.PEM_cert_to_DER_cert(certificate.read_text()))

    def test_headers(self):
        exporter = self.start("http_server_config: {headers: {X-Frame-Options: sameorigin, X-XSS-Protection: 1}}")
        for path in ("/metrics", "/", "/none"):
            headers = exporter.get(path).headers
            self.assertEqual(headers.get_all("X-Frame-Options"), ["sameorigin"], path)
            self.assertEqual(headers.get_all("X-XSS-Protection"), ["1"], path)
            self.assertEqual(headers.get_all("X-Content-Type-Options"), ["nosniff"], path)

    # --- TLS and what is behind it

    def open_files(self, exporter):
        return len(os.listdir(f"/proc/{exporter.pid}/fd"))

    def test_streams_and_clients_that_leave(self):
        exporter = self.start(TLS + "}")
        wait_until(lambda: exporter.get("/api/v1/state").status == 200, "there is a state")
        before = self.open_files(exporter)
        viewers = []
        for _ in range(20):
            context = self.authority.client()
            viewer = http.client.HTTPSConnection("127.0.0.1", exporter.port, timeout=20, context=context)
            viewer.request("GET", "/api/v1/stream")
            viewers.append((viewer, viewer.getresponse()))
        for _, response in viewers:
            self.assertEqual(response.status, 200)
            while not response.readline().startswith(b"data: {"):
                pass
        self.assertGreaterEqual(self.open_files(exporter), before + 50)
        for viewer, response in viewers:
            response.close()
            viewer.close()
        wait_until(lambda: self.open_files(exporter) <= before + 3, "nothing is left of viewers that left")

    def test_clients_that_connect_and_say_nothing(self):
        exporter = self.start(TLS + "}", config={"web": {"max_viewers": 10}})
        before = self.open_files(exporter)
        silent = [socket.create_connection(("127.0.0.1", exporter.port), timeout=20) for _ in range(400)]
        for one in silent[::2]:
            with contextlib.suppress(OSError):
                one.sendall(b"\x16\x03\x01\x02\x00\x01")  # how a client begins, and then no more
        begin = time.monotonic()
        self.assertEqual(exporter.get("/metrics").status, 200)
        self.assertLess(time.monotonic() - begin, 2)
        wait_until(lambda: self.open_files(exporter) <= before + 5, "they are cut off", limit=20)
        for one in silent:
            one.close()

    def test_connections_that_end_while_commands_start(self):
        """A process that is being started has the descriptors, too: nothing must be heard of them any more."""
        collectors = collectors_every("1s", without=ASK_THE_NODE)
        exporter = self.start(TLS + "}", config={"collectors": collectors})
        context = self.authority.client()
        end = time.monotonic() + 4
        while time.monotonic() < end:
            connections = [socket.create_connection(("127.0.0.1", exporter.port), timeout=20) for _ in range(8)]
            for one in connections:
                with contextlib.suppress(OSError), context.wrap_socket(one, server_hostname="127.0.0.1") as secure:
                    secure.sendall(b"GET /-/healthy HTTP/1.0\r\n\r\n")
        self.assertTrue(exporter.is_running())  # and ends well, as every one of these tests asks for
        self.assertEqual(exporter.get("/metrics").status, 200)

    def test_large_bodies_come_through(self):
        exporter = self.start(TLS + "}")
        body = b'{"alerts": [' + b" " * 900_000 + b"]}"
        answer = exporter.post("/api/v1/alerts", body)
        self.assertEqual(answer.status, 400, answer.text)  # all of it was read, and it is no notification
        self.assertEqual(exporter.post("/api/v1/alerts", b"x" * 2_000_000).status, 413)

    def test_the_port_behind_tls_is_for_nobody_else(self):
        exporter = self.start(TLS + "}")
        inodes = set()
        for link in Path(f"/proc/{exporter.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                inodes.add(os.readlink(link))
        ports = []
        for line in Path(f"/proc/{exporter.pid}/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                ports.append(int(fields[1].partition(":")[2], 16))
        (inner,) = [port for port in ports if port != exporter.port]
        for path in ("/metrics", "/api/v1/stream"):
            connection = http.client.HTTPConnection("127.0.0.1", inner, timeout=20)
            connection.request("GET", path)
            self.assertEqual(connection.getresponse().status, 403)
            connection.close()

    # --- tokens, lists and posts

    def test_without_a_web_config(self):
        exporter = self.start()
        self.assertEqual(exporter.get("/metrics").status, 200)
        self.assertNotEqual(exporter.post("/api/v1/alerts", b"{}").status, 403)
        lines = [line for line in exporter.log().splitlines() if "everybody may read" in line]
        self.assertEqual(len(lines), 1, exporter.log_tail())
        self.assertIn("without TLS", lines[0])
        self.assertIn("alerts are taken from this machine only", lines[0])

    def test_tokens_and_lists(self):
        token = "grafana-grafana-grafana"
        config = {
            "access": {
                "tokens": {"grafana": self.secret_file("grafana.token", token)},
                "read": {"health": "[anyone]", "page": "[scraper]"},
                "post": {"alerts": "[scraper]"},
            }
        }
        exporter = self.start(USERS, config=config)
        by_token, by_user = {"Authorization": f"Bearer {token}"}, {"Authorization": basic("scraper", "secret")}
        for path, headers, status in (
            ("/metrics", None, 401),
            ("/metrics", by_token, 200),
            ("/metrics", by_user, 200),
            ("/metrics", {"Authorization": "Bearer " + token[:-1]}, 401),
            ("/", by_token, 403),
            ("/", by_user, 200),
            ("/-/healthy", None, 200),
            ("/no/such/page", None, 401),
        ):
            self.assertEqual(exporter.get(path, headers).status, status, (path, headers))
        notification = b'{"version": "4", "alerts": []}'
        self.assertEqual(exporter.post("/api/v1/alerts", notification).status, 401)
        self.assertNotIn(exporter.post("/api/v1/alerts", notification, by_user).status, (401, 403))
        page = {**by_user, "Origin": "https://evil.example"}
        self.assertEqual(exporter.post("/api/v1/alerts", notification, page).status, 403)
        self.assertEqual(exporter.post("/api/v1/gluster-events", b"{}").status, 403)

    def test_exporters_of_a_cluster_know_each_other(self):
        """By a token, over TLS, where certificates have one name for all nodes."""
        asked = []

        class Neighbour(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, self.headers.get("Authorization"), self.headers.get("Host")))
                self.send_error(404)

            def log_message(self, *_):
                pass

        port = free_port("127.1.1.2")
        certificate, key = self.authority.sign("node", "DNS:gluster.test")
        server = http.server.ThreadingHTTPServer(("127.1.1.2", port), Neighbour)
        self.addCleanup(server.server_close)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)

        token = "cluster-cluster-cluster"
        exporter = self.start(
            TLS + f"}}\n{USERS}",
            config={
                "collectors": collectors_every("1s", only=("topology", "peers", "exporters")),
                "cluster": {
                    "exporter_port": port,
                    "token_file": self.secret_file("cluster.token", token),
                    "tls": {"ca_file": self.authority.certificate, "server_name": "gluster.test"},
                },
            },
        )
        wait_until(lambda: asked, "the neighbour is asked")
        self.assertEqual(asked[0], ("/api/v1/node", f"Bearer {token}", f"gluster.test:{port}"))
        shows = {"Authorization": f"Bearer {token}"}
        wait_until(lambda: exporter.get("/api/v1/node", shows).status == 200, "its own report is there")
        self.assertEqual(exporter.get("/api/v1/node").status, 401)
        self.assertEqual(exporter.get("/metrics", shows).status, 403)
        self.assertNotIn("set cluster.", exporter.log())


if __name__ == "__main__":
    unittest.main()

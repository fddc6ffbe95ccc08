"""The live page over TLS, for somebody who has to say who he is."""

import http.client
import tempfile
import unittest
from pathlib import Path

from browser_support import Browser
from support import Authority, ExporterTestCase, basic, bcrypt, collectors_every


class AccessInABrowser(ExporterTestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def test_the_page_lives_for_who_has_the_password(self):
        folder = tempfile.TemporaryDirectory(prefix="access-test-")
        self.addCleanup(folder.cleanup)
        authority = Authority(Path(folder.name))
        authority.sign("server")
        web_config = Path(folder.name) / "web.yml"
        web_config.write_text(
            "tls_server_config: {cert_file: server.pem, key_file: server.key}\n"
            f"basic_auth_users: {{watcher: {bcrypt('secret')}}}\n"
        )
        exporter = self.start_exporter_of(
            self.make_gluster(),
            {"collectors": collectors_every("1s", only=("topology", "peers", "status", "exporters"))},
            flags=[f"--web.config.file={web_config}"],
            tls=authority.client(),
            shows=basic("watcher", "secret"),
        ).wait_ready()
        page = self.browser.open(exporter.url("/"), user={"username": "watcher", "password": "secret"})
        self.addCleanup(page.close)
        page.wait_live()
        page.show("volumes")
        page.wait("document.querySelector('main').textContent.includes('rep3')")
        self.assertEqual(page.problems(expected=("401",)), [])

        stranger = self.browser.open(exporter.url("/"), user={"username": "watcher", "password": "wrong"})
        self.addCleanup(stranger.close)
        self.assertEqual(stranger.seen()["answers"][-1]["status"], http.client.UNAUTHORIZED)
        self.assertNotIn("rep3", stranger.evaluate("document.documentElement.textContent"))


if __name__ == "__main__":
    unittest.main()

"""The Debian package in a clean Debian 12 with systemd: installed, started, upgraded, removed, purged."""

import subprocess
import unittest
from pathlib import Path

from container import ContainerTestCase, base_root, dependencies
from made_package import package

from support import FIXTURES, HOSTILE_GLUSTER, RECORDED, wait_until

NAME = "glusterfs-exporter"
SERVICE = "glusterfs_exporter.service"
SOCKET = "glusterfs_exporter.socket"
CONFIG = "/etc/glusterfs_exporter/glusterfs_exporter.yml"
DEFAULTS = "/etc/default/glusterfs_exporter"
SPOOL = "/var/lib/glusterfs_exporter/spool"
OLD = "1"
NEW = "2"


def outside_of_packages(container):
    """All files but those that change by themselves, and those of dpkg and its helpers, which keep books."""
    found = container.shell(
        "find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/log "
        "-o -path /var/lib/dpkg -o -path /var/lib/systemd -o -path /var/cache -o -path /var/tmp -o -path /srv \\) "
        "-prune -o -print"
    ).stdout
    return set(found.splitlines())


class Lintian(unittest.TestCase):
    def test_finds_no_error(self):
        report = subprocess.run(
            ["lintian", "--allow-root", "--fail-on", "error", "--tag-display-limit", "0", package(OLD)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.assertEqual(report.returncode, 0, report.stdout)
        # There is no bug in Debian's tracker that asks for this package.
        warnings = [line for line in report.stdout.splitlines() if line.startswith("W:")]
        self.assertEqual([line for line in warnings if "initial-upload-closes-no-bugs" not in line], [])


class InCleanDebian(ContainerTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old, cls.new = package(OLD), package(NEW)
        container = cls.start_container(base_root(dependencies(cls.old)))
        cls.before = outside_of_packages(container)
        # A gluster that says what a real one once said: glusterd itself would be half of Debian.
        container.shell("mkdir -p /srv/answers /srv/packages")
        for source in (*Path(RECORDED / "healthy").iterdir(), FIXTURES / "made-by-hand/geo-replication-status.xml"):
            target = container.path("/srv/answers") / source.name.replace("geo-rep", "volume-geo-rep", 1)
            target.write_bytes(source.read_bytes())
        for source in (cls.old, cls.new):
            (container.path("/srv/packages") / Path(source).name).write_bytes(Path(source).read_bytes())
        program = container.path("/srv/gluster")
        program.write_bytes(Path(HOSTILE_GLUSTER).read_bytes())
        program.chmod(0o755)

    def install(self, path):
        """dpkg alone: it refuses a package whose dependencies are not there."""
        return self.container.run("dpkg", "-i", f"/srv/packages/{Path(path).name}").stdout

    def assert_serves(self):
        def is_active():
            shown = self.container.show(SERVICE, "ActiveState", "SubState")
            return shown == {"ActiveState": "active", "SubState": "running"}

        try:
            wait_until(is_active, "the service runs", limit=40)
            wait_until(lambda: self.container.get("/-/ready")[0] == 200, "it is ready", limit=40)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.container.journal(SERVICE)}") from None
        status, page = self.container.get("/metrics")
        self.assertEqual(status, 200)
        self.assertRegex(page, r'(?m)^glusterfs_volume_info\{')
        self.assertEqual(self.container.get("/")[0], 200)

    def main_pid(self):
        return int(self.container.show(SERVICE, "MainPID")["MainPID"])

    def test_1_installs_and_is_started(self):
        self.install(self.old)
        self.assertEqual(self.container.run("systemctl", "is-enabled", SERVICE).stdout, "enabled\n")
        self.assertEqual(self.container.run("systemctl", "is-enabled", SOCKET, check=False).stdout, "disabled\n")
        # There is no gluster yet, which is an error that says so, and is tried again.
        wait_until(lambda: "gluster: not found in" in self.container.journal(SERVICE), "it says what it lacks")
        self.container.path(DEFAULTS).write_text('ARGS="--gluster.path=/srv/gluster --gluster.source=cli"\n')
        config = self.container.path(CONFIG)
        config.write_text(config.read_text() + "\n# of the administrator\ncollectors:\n  top:\n    enabled: false\n")
        self.container.shell(
            f"mkdir /etc/systemd/system/{SERVICE}.d\n"
            f"printf '[Service]\\nEnvironment=HOSTILE_MODE=pass HOSTILE_ANSWERS=/srv/answers HOSTILE_LOG=/dev/null\\n' "
            f">/etc/systemd/system/{SERVICE}.d/test.conf\n"
            f"systemctl daemon-reload; systemctl restart {SERVICE}"
        )
        self.assert_serves()

    def test_2_tells_systemd_how_it_goes(self):
        shown = self.container.show(SERVICE, "Type", "StatusText", "WatchdogUSec", "WatchdogTimestampMonotonic")
        self.assertEqual(shown["Type"], "notify")
        self.assertEqual(shown["WatchdogUSec"], "2min")
        self.assertGreater(int(shown["WatchdogTimestampMonotonic"]), 0)
        self.assertIn("serving on 0.0.0.0:9713", shown["StatusText"])

    def test_3_has_what_a_package_has(self):
        for path in (
            "/usr/share/glusterfs_exporter/alerts/alerts.yml",
            "/usr/share/glusterfs_exporter/alerts/rules.yml",
            "/usr/share/glusterfs_exporter/dashboards/overview.json",
        ):
            self.assertTrue(self.container.path(path).is_file(), path)
        # A minimal Debian leaves out documentation, so this is asked of the package.
        listed = subprocess.run(["dpkg-deb", "-c", self.old], capture_output=True, text=True, check=True).stdout
        for path in ("man/man8/glusterfs_exporter.8.gz", f"doc/{NAME}/README.md", f"doc/{NAME}/examples/prometheus.yml"):
            self.assertIn(f"./usr/share/{path}\n", listed)
        changed = self.container.run("dpkg", "--verify", NAME, check=False).stdout.splitlines()
        self.assertEqual({line.split()[-1] for line in changed if " c /etc" in line}, {CONFIG, DEFAULTS})

    def test_4_upgrade_keeps_the_configuration_and_restarts(self):
        config = self.container.path(CONFIG).read_text()
        before = self.main_pid()
        said = self.install(self.new)
        self.assertRegex(said, rf"over \(\S+-{OLD}\)")
        self.assertEqual(self.container.path(CONFIG).read_text(), config)
        self.assertIn("/srv/gluster", self.container.path(DEFAULTS).read_text())
        wait_until(lambda: self.main_pid() not in (0, before), "it was restarted")
        self.assert_serves()

    def test_5_upgrade_leaves_a_disabled_service_disabled(self):
        self.container.run("systemctl", "disable", "--now", SERVICE)
        self.install(self.old)  # dpkg lets one go back, too
        self.assertEqual(self.container.run("systemctl", "is-enabled", SERVICE, check=False).stdout, "disabled\n")
        self.container.run("systemctl", "enable", "--now", SERVICE)
        self.assert_serves()

    def test_6_remove_keeps_the_configuration(self):
        self.container.shell(f"mkdir -p {SPOOL}/hub; echo x >{SPOOL}/hub/1")
        self.container.run("dpkg", "--remove", NAME)
        self.assertNotEqual(self.container.show(SERVICE, "ActiveState")["ActiveState"], "active")
        self.assertEqual(self.container.get("/-/healthy")[0], 0)
        self.assertFalse(self.container.path("/usr/bin/glusterfs_exporter").exists())
        self.assertIn("# of the administrator", self.container.path(CONFIG).read_text())

    def test_7_purge_leaves_nothing(self):
        self.container.shell(f"rm -r /etc/systemd/system/{SERVICE}.d")  # the administrator's own
        self.container.run("dpkg", "--purge", NAME)
        self.assertEqual(outside_of_packages(self.container) - self.before, set())
        self.assertEqual(self.container.run("dpkg", "--verify", NAME, check=False).returncode, 1)
        kept = self.container.shell("ls -R /var/lib/systemd/deb-systemd-helper-enabled 2>/dev/null || true").stdout
        self.assertNotIn("glusterfs_exporter", kept)


if __name__ == "__main__":
    unittest.main()

"""Every collector works in the sandbox of the unit: the package beside a real Gluster, under a real systemd.

What the service shows is compared with what the same program shows that is run without a sandbox.
"""

import unittest
from pathlib import Path

from container import ContainerTestCase, base_root, dependencies
from made_package import package

from support import COLLECTORS, REPOSITORY, collectors_every, parse_page, to_yaml, wait_until

SERVICE = "glusterfs_exporter.service"
CONFIG = "/etc/glusterfs_exporter/glusterfs_exporter.yml"
VOLUME = "rep"

GLUSTER = ("glusterfs-server", "glusterfs-client", "lvm2")

# A volume with all that there is to ask about. Files wait for heal, as one of two bricks was away when they were
# written and nobody heals them.
SET_UP = f"""
systemctl start glusterd
for try in $(seq 50); do gluster --mode=script pool list >/dev/null 2>&1 && break; sleep 0.2; done
gluster="gluster --mode=script"
mkdir -p /srv/b1 /srv/b2
$gluster volume create {VOLUME} replica 2 node1:/srv/b1/brick node1:/srv/b2/brick force
$gluster volume set {VOLUME} cluster.self-heal-daemon off
$gluster volume start {VOLUME}
$gluster volume profile {VOLUME} start
$gluster volume quota {VOLUME} enable
$gluster volume bitrot {VOLUME} enable
mkdir /mnt/rep
mount -t glusterfs node1:/{VOLUME} /mnt/rep
mkdir /mnt/rep/projects
$gluster volume quota {VOLUME} limit-usage /projects 10MB
$gluster volume quota {VOLUME} limit-objects /projects 100
pid=$(cat /var/run/gluster/vols/{VOLUME}/node1-srv-b2-brick.pid)
kill -9 $pid
for i in 1 2 3; do echo $i >/mnt/rep/projects/$i; done
sync
$gluster volume start {VOLUME} force
# A folder that only its owner may enter, so that root needs a capability to look at it.
chown 12345:12345 /srv/b1 && chmod 700 /srv/b1
"""


# Whatever the exporter says of itself and of how it asked is another thing in another process.
def of_gluster(samples):
    own = ("glusterfs_exporter_", "glusterfs_scrape_", "glusterfs_collector_")
    return {
        (name, labels)
        for name, labels in samples
        if name.startswith("glusterfs_") and not name.startswith(own)
    }


class Sandbox(ContainerTestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        deb = package("1")
        container = cls.start_container(base_root([*dependencies(deb), *GLUSTER]))
        container.shell(SET_UP)
        (container.path("/srv") / Path(deb).name).write_bytes(Path(deb).read_bytes())
        container.run("dpkg", "-i", f"/srv/{Path(deb).name}")
        settings = {"collectors": collectors_every("2s", only=COLLECTORS)}
        # Not while the service is stopped: glusterd may mount for a question after the one who asked was ended.
        settings["collectors"]["quota"]["interval"] = "1m"
        container.path(CONFIG).write_text(to_yaml(settings))
        container.run("systemctl", "restart", SERVICE)

    def page(self):
        status, body = self.container.get("/metrics")
        return parse_page(body) if status == 200 else parse_page("")

    def results(self):
        return self.page().collector_results()

    def wait_for_all(self):
        wanted = dict.fromkeys(COLLECTORS, "ok")
        last = [None]

        def all_ok():
            last[0] = self.results()
            return last[0] == wanted

        try:
            wait_until(all_ok, "every collector succeeds", limit=60)
        except AssertionError as error:
            wrong = {name: last[0].get(name) for name in wanted if last[0].get(name) != "ok"}
            raise AssertionError(f"{error}: {wrong}\n{self.container.journal(SERVICE)}") from None

    def test_1_every_collector_succeeds(self):
        self.wait_for_all()

    def test_2_it_shows_what_it_shows_without_a_sandbox(self):
        # One after the other: both ask for the cluster's lock.
        self.container.run("systemctl", "stop", SERVICE)

        def outside():
            command = f"glusterfs_exporter --once --config.file={CONFIG} 2>/dev/null"
            done = self.container.shell(command, check=False)
            page = of_gluster(parse_page(done.stdout))
            return page if done.returncode == 0 and len(page) > 200 else None

        expected = wait_until(outside, "without a sandbox it shows all", limit=60)
        self.container.run("systemctl", "start", SERVICE)
        self.wait_for_all()
        names = {name for name, _ in expected}
        # So that what needs most of the sandbox is among it.
        for name in (
            "glusterfs_brick_open_fds",
            "glusterfs_brick_size_bytes",
            "glusterfs_quota_hard_limit_bytes",
        ):
            self.assertIn(name, names)

        # There may be more by now: bricks count operations when there are some.
        def missing():
            return expected - of_gluster(self.page())

        try:
            wait_until(lambda: not missing(), "nothing is missing", limit=30)
        except AssertionError as error:
            raise AssertionError(f"{error}: {missing()}") from None

    def test_3_a_death_is_noticed(self):
        """By a pidfd, in the sandbox too."""
        self.wait_for_brick(1, limit=30)
        self.container.shell(f"kill -9 $(cat /var/run/gluster/vols/{VOLUME}/node1-srv-b2-brick.pid)")
        self.wait_for_brick(0, limit=5)

    def wait_for_brick(self, online, limit):
        def is_so():
            return self.page().by("brick", "glusterfs_brick_online", volume=VOLUME).get("/srv/b2/brick") == online

        wait_until(is_so, f"glusterfs_brick_online is {online}", limit=limit)

    def test_4_it_cannot_do_what_it_need_not(self):
        """As the kernel tells it of the running service."""
        pid = self.container.show(SERVICE, "MainPID")["MainPID"]
        status = self.container.run("cat", f"/proc/{pid}/status").stdout
        self.assertIn("NoNewPrivs:\t1\n", status)
        self.assertIn("Seccomp:\t2\n", status)
        # DAC_READ_SEARCH 2, NET_BIND_SERVICE 10, SYS_PTRACE 19, SYS_ADMIN 21
        self.assertIn(f"CapBnd:\t{1 << 2 | 1 << 10 | 1 << 19 | 1 << 21:016x}\n", status)
        mounts = self.container.run("cat", f"/proc/{pid}/mountinfo").stdout.splitlines()
        options = {line.split()[4]: line.split()[5].split(",") for line in mounts}
        self.assertIn("ro", options["/"])
        self.assertIn("rw", options["/var/log/glusterfs"])

    def test_5_nothing_was_refused_that_is_logged(self):
        """After all of the above."""
        log = self.container.journal(SERVICE, lines=400)
        for word in ("not permitted", "ermission denied", "ead-only file system", "hangs:"):
            self.assertNotIn(word, log)

    def quota_mounts(self):
        return self.container.shell("grep -c _quota_list /proc/mounts || true").stdout.strip()

    def test_6_mounts_for_quota_end_with_it(self):
        """`quota list` has glusterd mount the volume and unmounts it, which the sandbox keeps
        from the machine's own mounts: see the unit."""
        self.wait_for_all()
        self.assertEqual(self.quota_mounts(), "1")
        self.container.run("systemctl", "stop", SERVICE)
        self.assertEqual(self.quota_mounts(), "0")
        self.assertEqual(self.container.show(SERVICE, "Result")["Result"], "success")
        self.container.run("systemctl", "start", SERVICE)
        self.wait_for_all()  # quota again
        self.assertEqual(self.quota_mounts(), "1")

    def test_7_without_thin_pools_it_needs_less(self):
        """The drop-in of docs/packaging.md."""
        document = (REPOSITORY / "docs" / "packaging.md").read_text()
        lines = document.partition("# systemctl edit glusterfs_exporter.service\n")[2].partition("\n\n")[0]
        drop_in = "".join(f"{line.strip()}\n" for line in lines.splitlines())
        self.assertTrue(drop_in.startswith("[Service]\n"), drop_in)
        folder = f"/run/systemd/system/{SERVICE}.d"
        self.container.run("mkdir", folder)
        self.container.path(f"{folder}/less.conf").write_text(drop_in)
        self.container.shell(f"systemctl daemon-reload; systemctl restart {SERVICE}")
        pid = self.container.show(SERVICE, "MainPID")["MainPID"]
        self.assertIn(
            f"CapBnd:\t{1 << 2 | 1 << 10 | 1 << 19:016x}\n", self.container.run("cat", f"/proc/{pid}/status").stdout
        )
        self.wait_for_all()
        self.container.shell(f"rm -r {folder}; systemctl daemon-reload; systemctl restart {SERVICE}")

    def test_8_the_socket_serves_while_the_service_restarts(self):
        self.container.run("systemctl", "stop", SERVICE)
        self.container.run("systemctl", "start", "glusterfs_exporter.socket")
        # Nobody has started the service: this connection does.
        self.assertEqual(self.container.get("/-/healthy")[0], 200)
        # It serves a moment before it says so.
        wait_until(lambda: self.container.show(SERVICE, "ActiveState")["ActiveState"] == "active", "it is started")
        self.container.run("systemctl", "--no-block", "restart", SERVICE)
        for _ in range(20):
            self.assertEqual(self.container.get("/-/healthy")[0], 200)
        self.container.run("systemctl", "stop", "glusterfs_exporter.socket", SERVICE)
        shown = self.container.show(SERVICE, "ActiveState", "Result")
        self.assertEqual(shown, {"ActiveState": "inactive", "Result": "success"})

    def test_9_a_volume_can_be_stopped(self):
        """The mount for quota does not keep it."""
        self.container.run("systemctl", "start", SERVICE)
        self.wait_for_all()
        self.assertEqual(self.quota_mounts(), "1")
        self.container.shell(f"umount /mnt/rep; gluster --mode=script volume stop {VOLUME}")
        self.container.run("systemctl", "stop", SERVICE)
        self.assertEqual(self.quota_mounts(), "0")


if __name__ == "__main__":
    unittest.main()

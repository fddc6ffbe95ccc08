"""The exporter as process 1 of a container: it reaps orphans, and ends when it is told to."""

import os
import shutil
import signal
import subprocess
import time
import unittest
from pathlib import Path

from support import ExporterTestCase, children_of, exporter_program, free_port, wait_until
from support.exporter import Exporter

LONGEST_END_SECONDS = 5


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("unshare"), "needs root, and unshare of util-linux")
class ProcessOne(ExporterTestCase):
    def setUp(self):
        self.gluster = self.make_gluster()
        self.client = Exporter(port=free_port())
        self.unshare = subprocess.Popen(
            [
                *("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"),
                exporter_program(),
                f"--web.listen-address=127.0.0.1:{self.client.port}",
                f"--gluster.path={self.gluster.program}",
                "--gluster.source=cli",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **self.gluster.env()},
        )
        self.addCleanup(self.end_by_force)
        wait_until(self.serves, "the exporter serves")
        (init,) = children_of(self.unshare.pid)
        self.init = init.pid
        self.assertEqual(self.pid_inside(self.init), 1)

    def end_by_force(self):
        if self.unshare.poll() is None:
            self.unshare.kill()
            self.unshare.wait()

    def serves(self):
        self.assertIsNone(self.unshare.poll(), "it has ended")
        try:
            return self.client.get("/-/healthy").status == 200
        except OSError:
            return False

    @staticmethod
    def pid_inside(pid):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("NSpid:"):
                return int(line.split()[-1])
        raise AssertionError("no NSpid")

    def make_orphan(self):
        """A process in there whose parent has ended; gives its pid. It waits for the returned pipe to be closed."""
        read, write = os.pipe()
        made = subprocess.run(
            ["nsenter", "-t", str(self.init), "-p", "-m", "sh", "-c", f"cat <&{read} >/dev/null 2>&1 & :"],
            pass_fds=[read],
            check=True,
        )
        self.assertEqual(made.returncode, 0)
        os.close(read)

        def orphans():
            return [child.pid for child in children_of(self.init) if child.arguments[:1] == ("cat",)]

        wait_until(orphans, "the orphan is process 1's")
        (pid,) = orphans()
        return pid, write

    def test_orphans_are_reaped(self):
        pid, pipe = self.make_orphan()
        os.close(pipe)
        wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the orphan is reaped")
        self.assertTrue(self.serves())

    def test_its_own_commands_are_not_taken_from_it(self):
        """Their exit statuses go to who waits for them: all collectors succeed, while orphans come and go."""
        for _ in range(20):
            os.close(self.make_orphan()[1])
        self.client.wait_ready()
        failures = {name: result for name, result in self.client.collector_results().items() if result != "ok"}
        self.assertEqual(failures, {})

    def assert_ends(self, with_signal):
        begin = time.monotonic()
        os.kill(self.init, with_signal)
        self.assertEqual(self.unshare.wait(20), 0)
        self.assertLess(time.monotonic() - begin, LONGEST_END_SECONDS)

    def test_sigterm_ends_it(self):
        self.assert_ends(signal.SIGTERM)

    def test_sigint_ends_it(self):
        self.assert_ends(signal.SIGINT)

    def test_sigterm_ends_it_while_gluster_hangs(self):
        self.gluster.set_mode("hang")
        os.close(self.make_orphan()[1])
        self.assert_ends(signal.SIGTERM)

    def test_its_exit_status_is_that_of_the_worker(self):
        (worker,) = [child for child in children_of(self.init) if child.arguments[:1] == (exporter_program(),)]
        os.kill(worker.pid, signal.SIGKILL)
        self.assertEqual(self.unshare.wait(20), 128 + signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()

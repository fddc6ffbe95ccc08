"""SIGTERM: a soon and clean end, whatever Gluster does."""

import signal
import socket
import unittest

from stack import every_hour, every_second, wait_until_all_is_well

from support import COMMAND_LANES, ExporterTestCase, wait_until

LONGEST_END_SECONDS = 5


class Stopping(ExporterTestCase):
    def assert_ends_well(self, exporter):
        status, seconds = exporter.terminate()
        self.assertEqual(status, 0)
        self.assertLess(seconds, LONGEST_END_SECONDS)
        self.assertEqual(exporter.family(), [])
        self.assertIn("ending after signal", exporter.log())

    def test_while_every_lane_hangs(self):
        gluster = self.make_gluster()
        exporter = self.start_exporter_of(gluster, every_second(timeout="10m"))
        wait_until_all_is_well(exporter)
        gluster.set_mode("hang")
        # Of each lane the command and its own child; both ignore SIGTERM.
        wait_until(lambda: len(exporter.family()) == 1 + 2 * len(COMMAND_LANES), "each lane hangs")
        groups = {process.group for process in exporter.family() if process.pid != exporter.pid}
        self.assertEqual(groups, {child.pid for child in exporter.children()})
        self.assert_ends_well(exporter)

    def test_while_idle(self):
        gluster = self.make_gluster()
        exporter = self.start_exporter_of(gluster, every_hour())
        wait_until_all_is_well(exporter)
        self.assert_ends_well(exporter)

    def test_while_flooded(self):
        gluster = self.make_gluster(mode="flood")
        exporter = self.start_exporter_of(gluster, every_second())
        wait_until(lambda: exporter.children() != [], "a command floods")
        self.assert_ends_well(exporter)

    def test_before_the_first_answer(self):
        gluster = self.make_gluster(mode="hang")
        exporter = self.start_exporter_of(gluster)
        wait_until(lambda: exporter.children() != [], "a command hangs")
        self.assert_ends_well(exporter)

    def test_with_an_open_connection(self):
        gluster = self.make_gluster()
        exporter = self.start_exporter_of(gluster, every_hour())
        wait_until_all_is_well(exporter)
        with socket.create_connection((exporter.address, exporter.port), timeout=10) as connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: exporter\r\n\r\n")
            self.assertEqual(connection.recv(12), b"HTTP/1.1 200")
            self.assert_ends_well(exporter)

    def test_sigint_does_the_same(self):
        gluster = self.make_gluster()
        exporter = self.start_exporter_of(gluster, every_hour())
        status, seconds = exporter.terminate(with_signal=signal.SIGINT)
        self.assertEqual(status, 0)
        self.assertLess(seconds, LONGEST_END_SECONDS)


if __name__ == "__main__":
    unittest.main()

"""A test case that shows the exporters' logs when a test fails."""

import sys
import unittest

from .exporter import Exporter
from .fake_gluster import FakeGluster
from .prometheus_tools import Alertmanager, promtool_complaints
from .waiting import wait_until


class ExporterTestCase(unittest.TestCase):
    maxDiff = None

    def run(self, result=None):
        self.exporters = []
        before = _count_failures(result)
        outcome = super().run(result)  # the cleanups, which stop the exporters, included
        if _count_failures(result) > before:
            for exporter in self.exporters:
                print(f"--- last lines of the exporter's log, {self.id()}:", file=sys.stderr)
                print(exporter.log_tail(), file=sys.stderr, flush=True)
        return outcome

    def start_exporter(self, **options):
        """An Exporter (see there for the options) that ends with the test."""
        exporter = Exporter(**options)
        self.exporters.append(exporter)
        self.addCleanup(self._stop, exporter)
        return exporter.start()

    def _stop(self, exporter):
        """Whatever the test was about: the exporter must have lived until it was told to end, and end well."""
        status = exporter.stop()
        self.assertEqual(status, 0, "exit status of the exporter")
        # What the exporter was built with, in CI, to find more than tests see.
        for words in ("Sanitizer:", "runtime error:"):
            self.assertFalse(words in exporter.log(), f"{words} see the log")

    def make_gluster(self, **options):
        """A FakeGluster (see there for the options) that is gone with the test. Make it before its exporter."""
        gluster = FakeGluster(**options)
        self.addCleanup(gluster.close)
        return gluster

    def start_exporter_of(self, gluster, config=None, flags=(), env=None, program=None, source="cli", **options):
        """An exporter that asks a FakeGluster, or `program` with the FakeGluster's environment.

        Nothing but the program: a FakeGluster has no daemons, and another cluster's may run on this machine.
        """
        return self.start_exporter(
            flags=[f"--gluster.path={program or gluster.program}", f"--gluster.source={source}", *flags],
            config=config,
            env={**gluster.env(), **(env or {})},
            **options,
        )

    def start_alertmanager(self, folder, config_text):
        """An Alertmanager that ends with the test."""
        alertmanager = Alertmanager(folder, config_text)
        self.addCleanup(alertmanager.stop)
        wait_until(alertmanager.is_ready, "alertmanager is ready")
        return alertmanager

    def assert_promtool_finds_nothing(self, page):
        self.assertEqual(promtool_complaints(page), "")


def _count_failures(result):
    return len(result.failures) + len(result.errors) if result else 0

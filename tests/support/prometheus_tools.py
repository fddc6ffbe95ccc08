"""Debian's promtool and prometheus, which have the last word on whether a page is good."""

import shutil
import subprocess

# What Debian 12's Prometheus (2.42) sends; test_prometheus.py holds it against the real one.
PROMETHEUS_ACCEPT = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


def program(name):
    path = shutil.which(name)
    if path is None:
        raise AssertionError(f"{name} is not installed: apt-get install prometheus")
    return path


def promtool_complaints(page):
    """What `promtool check metrics` says about a page (str or bytes): "" when it finds nothing."""
    data = page.encode() if isinstance(page, str) else page
    done = subprocess.run(
        [program("promtool"), "check", "metrics"], input=data, capture_output=True, timeout=30, check=False
    )
    said = (done.stdout + done.stderr).decode(errors="replace")
    return said if done.returncode == 0 else f"exit status {done.returncode}: {said}"

#!/usr/bin/env python3
"""Measures how soon the exporter answers after it was started, without any Gluster.

usage: startup.py [--json FILE] [--runs N] [--program PROGRAM]

From the exec of the program to the first answer 200 of /-/healthy, and of /metrics with its first page. Prints the median
and the extremes of the runs.
"""

import argparse
import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/bench/glusterfs_exporter"
PATHS = {"healthy": "/-/healthy", "first_page": "/metrics"}
PATIENCE = 30  # seconds
BETWEEN_TRIES = 0.0005  # seconds; what a figure may be too large by, and the processor is left to the exporter meanwhile


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_answered(process, port, path, end):
    while time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            if response.status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        if process.poll() is not None:
            sys.exit(f"startup.py: the exporter ended with status {process.returncode}")
        time.sleep(BETWEEN_TRIES)
    sys.exit(f"startup.py: {path} was not answered with 200 within {PATIENCE} s")


def start_once(program, folder):
    """Milliseconds to each of the answers."""
    port = free_port()
    config = Path(folder) / "exporter.yml"
    config.write_text(
        f'web: {{listen_address: "127.0.0.1:{port}"}}\n'
        f"gluster: {{path: /bin/false, socket: {folder}/no-glusterd.socket}}\n"
    )
    start = time.monotonic()
    with subprocess.Popen([program, f"--config.file={config}", "--log.level=error"], stderr=subprocess.DEVNULL) as process:
        try:
            took = {}
            for name, path in PATHS.items():
                wait_until_answered(process, port, path, start + PATIENCE)
                took[name] = (time.monotonic() - start) * 1000
            return took
        finally:
            process.terminate()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures there, too")
    parser.add_argument("--runs", type=int, default=20, help="(%(default)s)")
    parser.add_argument("--program", default=PROGRAM, help="(%(default)s)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs = [start_once(arguments.program, folder) for _ in range(arguments.runs)]
    figures = {}
    for name, path in PATHS.items():
        values = [run[name] for run in runs]
        figures[name] = {"median_ms": round(statistics.median(values), 1), "min_ms": round(min(values), 1)}
        figures[name]["max_ms"] = round(max(values), 1)
        told = figures[name]
        print(f"{path:<11} after {told['median_ms']} ms (median of {len(runs)}; {told['min_ms']} to {told['max_ms']})")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures | {"runs": len(runs)}, indent=2) + "\n")


if __name__ == "__main__":
    main()

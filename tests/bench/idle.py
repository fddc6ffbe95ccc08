#!/usr/bin/env python3
"""Measures what an exporter takes of a processor while it does nothing but watch a real cluster and be scraped.

usage: idle.py SOCKET [--seconds N] [--interval N] [--json FILE] [--program PROGRAM]

Starts an exporter on the glusterd that listens at SOCKET (scripts/cluster.sh socket 1 names one), lets it settle, and
then counts its processor time and its children's for so long. Prometheus' part is played by a scrape every 15 seconds.

  --seconds N    how long it is watched (600)
  --interval N   the seconds between two runs of each collector that takes no lock; without it as configured by default

Needs the preset bench built, and root.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/bench/glusterfs_exporter"
ADDRESS = "127.0.0.1:19713"
LOCK_FREE = (
    "topology", "peers", "exporters", "processes", "filesystems", "heal_index", "brick_profile", "brick_internals",
)
SETTLE_SECONDS = 20
SCRAPE_SECONDS = 15
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """Of the process, to the nanosecond, and of those it waited for, in ticks."""
    own = time.clock_gettime(~pid << 3 | 2)  # clock_getcpuclockid(3), which Python does not have
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return own, sum(map(int, fields[13:15])) / TICKS_PER_SECOND


def resident_mib(pid):
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def scrape():
    request = urllib.request.Request(
        f"http://{ADDRESS}/metrics",
        headers={"Accept": "application/openmetrics-text", "Accept-Encoding": "gzip"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return len(answer.read())


def watch(pid, seconds):
    time.sleep(SETTLE_SECONDS)
    own_before, children_before = cpu_seconds(pid)
    began = time.monotonic()
    while (left := began + seconds - time.monotonic()) > 0:
        scrape()
        time.sleep(min(SCRAPE_SECONDS, max(left, 0)))
    took = time.monotonic() - began
    own, children = cpu_seconds(pid)
    percent = 100 / took
    return {
        "seconds": round(took, 1),
        "percent_of_a_core": round((own - own_before) * percent, 3),
        "children_percent_of_a_core": round((children - children_before) * percent, 3),
        "cpu_seconds_a_day": round((own - own_before + children - children_before) / took * 86400),
        "resident_mib": round(resident_mib(pid), 1),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("socket")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--interval", type=int)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--program", type=Path, default=PROGRAM)
    options = parser.parse_args()
    config = {"web": {"listen_address": ADDRESS}, "gluster": {"socket": options.socket}}
    if options.interval:
        config["collectors"] = {name: {"interval": f"{options.interval}s"} for name in LOCK_FREE}
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        json.dump(config, file)  # which is YAML, too
        file.flush()
        with subprocess.Popen([options.program, f"--config.file={file.name}", "--log.level=warn"]) as exporter:
            try:
                result = watch(exporter.pid, options.seconds)
            finally:
                exporter.send_signal(signal.SIGTERM)
        if exporter.returncode != 0:
            sys.exit(f"idle.py: the exporter ended with {exporter.returncode}")
    result["interval_seconds"] = options.interval or "default"
    print(json.dumps(result))
    if options.json:
        options.json.write_text(json.dumps(result) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

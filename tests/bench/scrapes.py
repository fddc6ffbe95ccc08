#!/usr/bin/env python3
"""Measures how long a scrape of a large page takes, and how much longer than sending the same bytes from memory.

usage: scrapes.py [--json FILE] [--check] [--series N[,N…]] [--seconds N] [--rounds N] [--program PROGRAM]

tests/bench/page_server.cpp serves a page through the exporter's own server and, as the yardstick, from memory in the
simplest way. Both are scraped in turn by 1, 10 and 50 scrapers at the same time, plain and compressed. Each scrape has a
connection of its own, since whoever comes back after a while does not find the last one open. Pages below 50 MB are scraped
by wrk, for some seconds; of larger ones too few would come in that time, so all scrapers of a client of its own fetch one
after the other from both servers. Its times are with the connecting, those of wrk without.

  --json FILE   writes the figures there, too
  --check       exit status 1 unless a page of 1,000,000 series comes whole within 1.5 times the yardstick's time,
                plain and compressed, to one scraper and to ten

Needs the preset bench built, and wrk.
"""

import argparse
import hashlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/bench/tests/bench/page_server"
SERVERS = ("exporter", "memory")
SCRAPERS = (1, 10, 50)
ENCODINGS = {"plain": "identity", "gzip": "gzip"}
TOO_LARGE_FOR_WRK = 50_000_000  # bytes
# How often each scraper fetches the page in a round where wrk is not used, from both servers in turn; a compressed one takes
# a tenth of the time.
FETCHES = {"plain": {1: 5, 10: 2, 50: 1}, "gzip": {1: 50, 10: 20, 50: 5}}
PATIENCE = 120  # seconds, for any answer
RECEIVE_BYTES = 1 << 20

PROMISED_SERIES = 1_000_000
PROMISED_SCRAPERS = (1, 10)
MOST_RATIO = 1.5
ATTEMPTS = 3

# wrk's own report is for people.
WRK_REPORT = """
done = function(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
    + summary.errors.timeout
  print(string.format('RESULT {"p50_ms": %f, "p99_ms": %f, "scrapes": %d, "seconds": %f, "failed": %d}',
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.requests, summary.duration / 1e6, failed))
end
"""


@contextmanager
def page_server(program, series):
    """What the program says of itself, while it serves."""
    with subprocess.Popen([program, str(series)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        if not line:
            sys.exit(f"scrapes.py: {program} did not start (its own message stands above)")
        try:
            yield json.loads(line)
        finally:
            process.stdin.close()


def in_turn(number):
    """The servers for that round: in turn, so that what else the machine does meets both."""
    return SERVERS if number % 2 == 0 else SERVERS[::-1]


def figures(p50_ms, p99_ms, per_second, size, scrapes, failed):
    """Of one server, as they are printed and written."""
    return {
        "p50_ms": round(p50_ms, 3),
        "p99_ms": round(p99_ms, 3),
        "scrapes_per_second": round(per_second, 2),
        "mb_per_second": round(per_second * size / 1e6, 1),
        "scrapes": scrapes,
        "failed": failed,
    }


# ---- the client for large pages -------------------------------------------------------------------------------------


def fetch(port, encoding, buffer, use=None):
    """Gets the page once and returns how many bytes its body had. `use` gets the body's parts."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        request = f"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {encoding}\r\n\r\n"
        connection.sendall(request.encode())
        head = b""
        while b"\r\n\r\n" not in head:
            part = connection.recv(4096)
            if not part:
                raise ConnectionError("closed before the headers were whole")
            head += part
        head, _, body = head.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if " 200 " not in lines[0] + " " or headers.get("content-encoding", "identity") != encoding:
            raise ConnectionError(f"answered {lines[0]}, {headers}")
        if use:
            use(body)
        length, got = int(headers["content-length"]), len(body)
        while got < length:
            count = connection.recv_into(buffer, min(len(buffer), length - got))
            if count == 0:
                raise ConnectionError(f"closed after {got} of {length} bytes")
            if use:
                use(memoryview(buffer)[:count])
            got += count
        return length


def hash_of(port, encoding):
    digest = hashlib.sha256()
    fetch(port, encoding, bytearray(RECEIVE_BYTES), digest.update)
    return digest.hexdigest()


def percentile(values, percent):
    """By the nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


class Scraped:
    """What one server did for the scrapers of the client for large pages."""

    def __init__(self):
        self.took = []  # seconds, of each scrape
        self.failures = []
        self.seconds = 0  # while it was scraped

    def once_by_all(self, port, encoding, scrapers):
        """Each of the scrapers fetches the page once, all at the same time."""
        barrier = threading.Barrier(scrapers + 1)

        def scraper():
            buffer = bytearray(RECEIVE_BYTES)
            barrier.wait()
            start = time.monotonic()
            try:
                fetch(port, encoding, buffer)
                self.took.append(time.monotonic() - start)
            except (OSError, ValueError) as error:
                self.failures.append(str(error))

        threads = [threading.Thread(target=scraper) for _ in range(scrapers)]
        for thread in threads:
            thread.start()
        barrier.wait()
        start = time.monotonic()
        for thread in threads:
            thread.join()
        self.seconds += time.monotonic() - start

    def figures(self, size):
        if not self.took:
            sys.exit(f"scrapes.py: no scrape worked: {self.failures[0]}")
        if self.failures:
            print(f"scrapes.py: {len(self.failures)} scrapes failed, for instance: {self.failures[0]}", file=sys.stderr)
        return figures(
            percentile(self.took, 50) * 1000,
            percentile(self.took, 99) * 1000,
            len(self.took) / self.seconds,
            size,
            len(self.took),
            len(self.failures),
        )


def measure_large(page, encoding, scrapers, size, rounds):
    scraped = {server: Scraped() for server in SERVERS}
    for number in range(rounds * FETCHES[encoding][scrapers]):
        for server in in_turn(number):
            scraped[server].once_by_all(page[server], ENCODINGS[encoding], scrapers)
    return {server: scraped[server].figures(size) for server in SERVERS}


# ---- wrk ------------------------------------------------------------------------------------------------------------


def scrape_with_wrk(port, encoding, scrapers, seconds):
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(WRK_REPORT)
        script.flush()
        command = ["wrk", f"-t{min(scrapers, os.cpu_count())}", f"-c{scrapers}", f"-d{seconds}s", f"--timeout={PATIENCE}s"]
        command += ["-s", script.name, "-H", f"Accept-Encoding: {encoding}", "-H", "Connection: close"]
        command += [f"http://127.0.0.1:{port}/metrics"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    result = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode != 0 or not result:
        sys.exit(f"{done.stdout}{done.stderr}scrapes.py: failed: {' '.join(command)}")
    return json.loads(result[0].removeprefix("RESULT "))


def measure_small(page, encoding, scrapers, size, rounds, seconds):
    reports = {server: [] for server in SERVERS}
    for number in range(rounds):
        for server in in_turn(number):
            reports[server].append(scrape_with_wrk(page[server], ENCODINGS[encoding], scrapers, seconds))
    return {
        server: figures(
            statistics.median(report["p50_ms"] for report in reports[server]),
            statistics.median(report["p99_ms"] for report in reports[server]),
            statistics.median(report["scrapes"] / report["seconds"] for report in reports[server]),
            size,
            sum(report["scrapes"] for report in reports[server]),
            sum(report["failed"] for report in reports[server]),
        )
        for server in SERVERS
    }


# ---- all of it ------------------------------------------------------------------------------------------------------


def measure(page, encoding, scrapers, arguments):
    size = page["bytes"] if encoding == "plain" else page["gzip_bytes"]
    by_wrk = page["bytes"] < TOO_LARGE_FOR_WRK
    if by_wrk:
        measured = measure_small(page, encoding, scrapers, size, arguments.rounds, arguments.seconds)
    else:
        measured = measure_large(page, encoding, scrapers, size, arguments.rounds)
    return {
        "series": page["series"],
        "encoding": encoding,
        "bytes": size,
        "scrapers": scrapers,
        "client": "wrk" if by_wrk else "own",
        "ratio": round(measured["exporter"]["p50_ms"] / measured["memory"]["p50_ms"], 2),
        **measured,
    }


def row(result):
    text = f"{result['series']:>9,}  {result['encoding']:<5} {result['scrapers']:>8}"
    for server in SERVERS:
        figures = result[server]
        text += f"  {figures['p50_ms']:>9.2f} {figures['p99_ms']:>9.2f} {figures['mb_per_second']:>7.0f}"
    failed = sum(result[server]["failed"] for server in SERVERS)
    return text + f"  {result['ratio']:>6.2f}" + (f"  {failed} FAILED" if failed else "")


def broken_promise(result):
    """What is promised of this result and does not hold; nothing when all is well."""
    if abs(result["series"] / PROMISED_SERIES - 1) > 0.01 or result["scrapers"] not in PROMISED_SCRAPERS:
        return None
    what = f"{result['series']:,} series, {result['encoding']}, {result['scrapers']} at a time"
    if result["exporter"]["failed"]:
        return f"{what}: {result['exporter']['failed']} scrapes failed"
    if result["ratio"] > MOST_RATIO:
        return f"{what}: {result['ratio']} times as long as from memory; at most {MOST_RATIO} is promised"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures there, too")
    parser.add_argument("--check", action="store_true", help="exit status 1 when a promise is broken")
    parser.add_argument("--series", default="70000,1000000", help="of which pages (%(default)s)")
    parser.add_argument("--seconds", type=int, default=1, help="wrk takes for each figure of a round (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often all of it is done (%(default)s)")
    parser.add_argument("--program", default=PROGRAM, help="(%(default)s)")
    arguments = parser.parse_args()

    results, pages = [], []
    print(f"{'':<24}  {'exporter':^27}  {'from memory':^27}")
    print(f"{'series':>9}  {'':<5} {'scrapers':>8}" + f"  {'p50 ms':>9} {'p99 ms':>9} {'MB/s':>7}" * 2 + f"  {'ratio':>6}")
    for series in arguments.series.split(","):
        with page_server(arguments.program, int(series)) as page:
            pages.append(page)
            for encoding, header in ENCODINGS.items():
                if hash_of(page["exporter"], header) != hash_of(page["memory"], header):
                    sys.exit(f"scrapes.py: the two servers send different bytes ({encoding})")
                for scrapers in SCRAPERS:
                    # Again where a promise is broken: what else the machine did meanwhile says nothing about the exporter.
                    for _ in range(ATTEMPTS if arguments.check else 1):
                        result = measure(page, encoding, scrapers, arguments)
                        print(row(result), flush=True)
                        if not broken_promise(result):
                            break
                    results.append(result)
    if arguments.json:
        arguments.json.write_text(json.dumps({"pages": pages, "results": results}, indent=2) + "\n")
    broken = list(filter(None, map(broken_promise, results))) if arguments.check else []
    for line in broken:
        print(f"scrapes.py: {line}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

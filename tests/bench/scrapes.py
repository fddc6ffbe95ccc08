#!/usr/bin/env python3
"""Measures how long a scrape of a large page takes, and how much longer than sending the same bytes from memory.

usage: scrapes.py [--json FILE] [--check] [--series N[,N…]] [--seconds N] [--rounds N] [--program PROGRAM]

tests/bench/page_server.cpp serves a page through the exporter's own server and, as the yardstick, from memory in the
simplest way. Both are scraped in turn by 1, 10 and 50 scrapers, plain and compressed; a figure is the median of the rounds.
Each scrape has a connection of its own, since whoever comes back after a while does not find the last one open. Pages below
50 MB are scraped by wrk, for some seconds; of larger ones too few would come in that time, so each scraper of a client of
its own fetches a few. wrk's times are without the connecting.

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
# How many pages each scraper fetches in a round where wrk is not used; compressed ones take a tenth of the time.
FETCHES = {"plain": {1: 5, 10: 2, 50: 1}, "gzip": {1: 50, 10: 20, 50: 5}}
PATIENCE = 120  # seconds, for any answer
RECEIVE_BYTES = 1 << 20

PROMISED_SERIES = 1_000_000
PROMISED_SCRAPERS = (1, 10)
MOST_RATIO = 1.5

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


def scrape_with_own_client(port, encoding, scrapers, fetches):
    took, failures = [], []
    barrier = threading.Barrier(scrapers + 1)

    def scraper():
        buffer = bytearray(RECEIVE_BYTES)
        barrier.wait()
        for _ in range(fetches):
            start = time.monotonic()
            try:
                fetch(port, encoding, buffer)
                took.append(time.monotonic() - start)
            except (OSError, ValueError) as error:
                failures.append(str(error))

    threads = [threading.Thread(target=scraper) for _ in range(scrapers)]
    for thread in threads:
        thread.start()
    barrier.wait()
    start = time.monotonic()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - start
    if not took:
        sys.exit(f"scrapes.py: no scrape of port {port} worked: {failures[0]}")
    if failures:
        print(f"scrapes.py: {len(failures)} scrapes failed, for instance: {failures[0]}", file=sys.stderr)
    return {
        "p50_ms": percentile(took, 50) * 1000,
        "p99_ms": percentile(took, 99) * 1000,
        "scrapes": len(took),
        "seconds": seconds,
        "failed": len(failures),
    }


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


# ---- all of it ------------------------------------------------------------------------------------------------------


def median_of(rounds, size):
    middle = {name: statistics.median(one[name] for one in rounds) for name in ("p50_ms", "p99_ms")}
    return {
        "p50_ms": round(middle["p50_ms"], 3),
        "p99_ms": round(middle["p99_ms"], 3),
        "scrapes_per_second": round(statistics.median(one["scrapes"] / one["seconds"] for one in rounds), 2),
        "mb_per_second": round(statistics.median(one["scrapes"] * size / one["seconds"] for one in rounds) / 1e6, 1),
        "scrapes": sum(one["scrapes"] for one in rounds),
        "failed": sum(one["failed"] for one in rounds),
    }


def measure(page, encoding, scrapers, arguments):
    """Both servers in turn, so that what else the machine does meets both."""
    size = page["bytes"] if encoding == "plain" else page["gzip_bytes"]
    by_wrk = page["bytes"] < TOO_LARGE_FOR_WRK
    rounds = {server: [] for server in SERVERS}
    for number in range(arguments.rounds):
        for server in SERVERS if number % 2 == 0 else reversed(SERVERS):
            rounds[server].append(
                scrape_with_wrk(page[server], ENCODINGS[encoding], scrapers, arguments.seconds)
                if by_wrk
                else scrape_with_own_client(page[server], ENCODINGS[encoding], scrapers, FETCHES[encoding][scrapers])
            )
    figures = {server: median_of(rounds[server], size) for server in SERVERS}
    return {
        "series": page["series"],
        "encoding": encoding,
        "bytes": size,
        "scrapers": scrapers,
        "client": "wrk" if by_wrk else "own",
        "ratio": round(figures["exporter"]["p50_ms"] / figures["memory"]["p50_ms"], 2),
        **figures,
    }


def row(result):
    text = f"{result['series']:>9,}  {result['encoding']:<5} {result['scrapers']:>8}"
    for server in SERVERS:
        figures = result[server]
        text += f"  {figures['p50_ms']:>9.2f} {figures['p99_ms']:>9.2f} {figures['mb_per_second']:>7.0f}"
    failed = sum(result[server]["failed"] for server in SERVERS)
    return text + f"  {result['ratio']:>6.2f}" + (f"  {failed} FAILED" if failed else "")


def broken_promises(results):
    for result in results:
        if abs(result["series"] / PROMISED_SERIES - 1) < 0.01 and result["scrapers"] in PROMISED_SCRAPERS:
            what = f"{result['series']:,} series, {result['encoding']}, {result['scrapers']} scrapers"
            if result["exporter"]["failed"]:
                yield f"{what}: {result['exporter']['failed']} scrapes failed"
            if result["ratio"] > MOST_RATIO:
                yield f"{what}: {result['ratio']} times as long as from memory; at most {MOST_RATIO} is promised"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures there, too")
    parser.add_argument("--check", action="store_true", help="exit status 1 when a promise is broken")
    parser.add_argument("--series", default="70000,1000000", help="of which pages (%(default)s)")
    parser.add_argument("--seconds", type=int, default=1, help="wrk takes for each figure of a round (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="of which the median counts (%(default)s)")
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
                    results.append(measure(page, encoding, scrapers, arguments))
                    print(row(results[-1]), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps({"pages": pages, "results": results}, indent=2) + "\n")
    broken = list(broken_promises(results)) if arguments.check else []
    for line in broken:
        print(f"scrapes.py: {line}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

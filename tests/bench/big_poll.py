#!/usr/bin/env python3
"""What a big cluster costs the exporter, without the hardware.

    tests/bench/big_poll.py [--build FOLDER] [--json FILE] [--fops N] [--polls N] [--only NAME…]

starts stand-ins for Gluster (tests/bench/big_cluster) at several sizes, has big_poll_bench poll each in a process of its
own, and prints a table and slopes: the exponent by which CPU and memory grow from one size to the next one. 1 is linear;
more is worse than that. Needs the targets big_cluster, big_gluster and big_poll_bench of the preset bench, and for the
series of local bricks with a file system each root.
"""

import argparse
import dataclasses
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A page of this many bricks with everything they count takes more memory than most machines have to spare.
MOST_BRICKS_WITH_PAGE = 20_000


@dataclasses.dataclass(frozen=True)
class Size:
    source: str
    volumes: int
    bricks: int
    local: int = 0
    own_filesystems: bool = False

    @property
    def all_bricks(self) -> int:
        return self.volumes * self.bricks

    @property
    def name(self) -> str:
        local = f"+{self.local}{'fs' if self.own_filesystems else ''}" if self.source == "sockets" else ""
        return f"{self.source}-{self.volumes}x{self.bricks}{local}"


# What grows within a series is named by its second member.
SERIES = [
    ("by CLI, over all bricks", "all_bricks",
     [Size("cli", 4, 3), Size("cli", 50, 12), Size("cli", 500, 24), Size("cli", 1000, 60)]),
    ("by sockets, over all bricks", "all_bricks",
     [Size("sockets", 4, 3, 4), Size("sockets", 50, 12, 24), Size("sockets", 500, 24, 24),
      Size("sockets", 1000, 60, 24)]),
    ("by sockets, over local bricks", "local",
     [Size("sockets", 50, 12, 1), Size("sockets", 50, 12, 24), Size("sockets", 50, 12, 200)]),
    ("by sockets, over local bricks with a file system each", "local",
     [Size("sockets", 50, 12, 1, True), Size("sockets", 50, 12, 24, True), Size("sockets", 50, 12, 200, True)]),
]


def polls_of(size: Size, wanted: int) -> int:
    """Large ones take long, and their noise is small beside what they take."""
    if size.source == "cli":
        return min(wanted, 2 if size.all_bricks > 1000 else 5)
    return min(wanted, max(5, 30_000 // size.all_bricks))


def measure(size: Size, programs: pathlib.Path, fops: int, polls: int) -> dict:
    with tempfile.TemporaryDirectory(prefix="big", dir="/tmp") as folder:
        arguments = [str(programs / "big_cluster"), folder, str(size.volumes), str(size.bricks), str(size.local), str(fops)]
        wrap = []
        if size.own_filesystems:
            arguments.append("own-filesystems")
        bench = [str(programs / "big_poll_bench"), folder + "/glusterd.sock", size.source, str(polls_of(size, polls)),
                 str(programs / "big_gluster")]
        if size.source == "cli" and size.all_bricks > MOST_BRICKS_WITH_PAGE:
            bench.append("no-page")
        if size.own_filesystems:
            # The stand-in mounts; both have to see it, and nobody else.
            wrap = ["unshare", "--mount", "--propagation", "private", "--", sys.executable, __file__, "--inside"]
            done = subprocess.run(wrap + [json.dumps([arguments, bench])], stdout=subprocess.PIPE, check=False)
            return json.loads(done.stdout)
        return beside(arguments, bench)


def beside(arguments: list[str], bench: list[str]) -> dict:
    """What `bench` prints while the stand-in runs."""
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as cluster:
        try:
            if cluster.stdout.readline() != "ready\n":
                sys.exit(f"big_poll.py: {' '.join(arguments)} did not come up")
            done = subprocess.run(bench, stdout=subprocess.PIPE, check=False)
            return json.loads(done.stdout)
        finally:
            cluster.stdin.close()


def mib(kib: int) -> str:
    return f"{kib / 1024:.1f}"


def row_of(name: str, result: dict) -> list[str]:
    page = result.get("page")
    poll, picture, peak = result["poll"], result["picture"], result["peak_kib"]
    return [name, str(result["bricks"]), str(result["local_bricks"]), f"{poll['cpu_ms']:.1f}", f"{poll['least_cpu_ms']:.1f}",
            f"{poll['wall_ms']:.0f}", str(poll["allocations"]), f"{poll['allocated_bytes'] / 2**20:.1f}",
            f"{picture['cpu_ms']:.1f}", f"{page['cpu_ms']:.0f}" if page else "-", str(result.get("series", "-")),
            f"{result['page_bytes'] / 2**20:.1f}" if page else "-", mib(peak["first_poll"]), mib(peak["first_picture"]),
            mib(peak["end"])]


HEAD = ["", "bricks", "local", "poll CPU ms", "least", "wall ms", "allocations", "MiB alloc.", "picture ms", "page ms", "series",
        "page MiB", "peak: poll MiB", "picture", "all"]


def print_table(rows: list[list[str]]) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.rjust(width) if i else cell.ljust(width)
                        for i, (cell, width) in enumerate(zip(row, widths, strict=True))))


def slope(before: tuple[float, float], after: tuple[float, float]) -> float | None:
    """By what power of the first member the second one grew."""
    if min(before + after) <= 0 or before[0] == after[0]:
        return None
    return math.log(after[1] / before[1]) / math.log(after[0] / before[0])


# What must not grow faster than linearly.
GROWS = {
    "poll CPU": lambda r: r["poll"]["least_cpu_ms"],
    "poll allocations": lambda r: r["poll"]["allocations"],
    "picture CPU": lambda r: r["picture"]["least_cpu_ms"],
    "page CPU": lambda r: r["page"]["least_cpu_ms"] if "page" in r else 0,
    # What the program itself takes before it asks anything is not of the cluster's doing.
    "memory of polls": lambda r: r["peak_kib"]["first_poll"] - r["peak_kib"]["start"],
    "memory": lambda r: r["peak_kib"]["end"] - r["peak_kib"]["start"] if "page" in r else 0,
}


def slopes_of(sizes: list[Size], over: str, results: dict[str, dict]) -> dict[str, list[float | None]]:
    known = [size for size in sizes if size.name in results]
    return {name: [slope((getattr(a, over), value(results[a.name])), (getattr(b, over), value(results[b.name])))
                   for a, b in zip(known, known[1:])] for name, value in GROWS.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="What a big cluster costs the exporter, without the hardware.")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/bench", help="where the preset bench was built")
    parser.add_argument("--json", type=pathlib.Path, help="write all results there")
    parser.add_argument("--fops", type=int, default=59, help="how many kinds of operations each brick has counted")
    parser.add_argument("--polls", type=int, default=50, help="at most so many polls of a cluster")
    parser.add_argument("--only", nargs="*", help="sizes by name, as in the table")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(beside(*json.loads(options.inside))))
        return
    programs = options.build / "tests/bench"
    results: dict[str, dict] = {}
    sizes = list(dict.fromkeys(size for _, _, members in SERIES for size in members))
    for size in sizes:
        if options.only and size.name not in options.only:
            continue
        if size.own_filesystems and os.geteuid() != 0:
            print(f"{size.name}: left out, it needs root", file=sys.stderr)
            continue
        results[size.name] = measure(size, programs, options.fops, options.polls)
        for failure in results[size.name]["failed"]:
            print(f"{size.name}: {failure}", file=sys.stderr)
        print(f"{size.name}: {results[size.name]['poll']['cpu_ms']:.1f} ms", file=sys.stderr)
    print_table([HEAD] + [row_of(name, result) for name, result in results.items()])
    slopes = {title: slopes_of(members, over, results) for title, over, members in SERIES}
    for title, values in slopes.items():
        print(f"\nslopes {title}")
        for name, steps in values.items():
            print(f"  {name:17}", "  ".join("   -" if step is None else f"{step:4.2f}" for step in steps))
    if options.json:
        options.json.write_text(json.dumps({"fops": options.fops, "results": results, "slopes": slopes}, indent=2) + "\n")
    if any(result["failed"] for result in results.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()

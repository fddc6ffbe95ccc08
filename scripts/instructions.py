#!/usr/bin/env python3
"""Counts the instructions of what the exporter does all the time, and compares them with the recorded ones.

usage: instructions.py [--update]

Builds the preset bench and has callgrind count the instructions of four fixed pieces of work, see
tests/bench/instructions/instruction_bench.cpp. Exit status 1 if one takes 10 % more or less than recorded in
tests/bench/instructions/recorded.json: less, too, since what comes later would be compared with the wrong number.

  --update   records what is counted now; say in the commit why it changed

Unlike times, counts do not depend on what else the machine does, and hardly on the machine: the C library, which has
functions for several kinds of processors, is told to use those that any x86-64 processor has. They do depend on the compiler
and the libraries, of which the file names the versions, and so on the architecture: on another one nothing is compared.
"""

import argparse
import concurrent.futures
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RECORDED = ROOT / "tests/bench/instructions/recorded.json"
PROGRAM = ROOT / "build/bench/tests/bench/instruction_bench"
JOBS = {
    "render": "rendering the page of 60 bricks",
    "rpc": "reading 13 daemons' answers",
    "xml": "reading 7 answers of the CLI",
    "diff": "the state of 600 bricks, and what changed",
}
TOLERANCE = 0.10
PACKAGES = ("libstdc++6", "libc6", "zlib1g", "libpugixml1v5", "nlohmann-json3-dev", "valgrind")

# memcpy and its kind for the oldest processors, whatever this one is; callgrind counts each round of `rep movsb` (ERMS,
# FSRM), a byte, as an instruction. And never past the cache, which depends on its size.
_LEFT_OUT = "AVX512F AVX512VL AVX512BW AVX2 AVX ERMS FSRM BMI1 BMI2 MOVBE LZCNT POPCNT RTM SSSE3 SSE4_1 SSE4_2"
TUNABLES = ":".join(
    (
        "glibc.cpu.hwcaps=" + ",".join("-" + name for name in _LEFT_OUT.split()),
        "glibc.cpu.x86_non_temporal_threshold=0x10000000",
    )
)


def build():
    commands = (["cmake", "--preset", "bench"], ["cmake", "--build", "--preset", "bench", "--target", "instruction_bench"])
    for command in commands:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{done.stdout}instructions.py: failed: {' '.join(command)}")


def count(job):
    """The instructions of that piece of work."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "counted"
        command = ["valgrind", "--tool=callgrind", "--collect-atstart=no", f"--callgrind-out-file={file}"]
        command += [str(PROGRAM), job, "tests/fixtures"]
        # Nothing else of the environment, since even its size moves the stack.
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "GLIBC_TUNABLES": TUNABLES}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{done.stderr}instructions.py: failed: {' '.join(command)}")
        found = re.search(r"^(?:summary|totals): (\d+)", file.read_text(errors="replace"), re.MULTILINE)
    if found is None or int(found[1]) == 0:
        sys.exit(f"instructions.py: callgrind counted nothing: {' '.join(command)}")
    return int(found[1])


def versions():
    """What the counts depend on, beside the sources."""
    cache = (ROOT / "build/bench/CMakeCache.txt").read_text()
    compiler = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache, re.MULTILINE)[1]
    told = {
        "machine": platform.machine(),
        "compiler": subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0],
    }
    # Those that are not there are left out, and Debian's query then fails although it tells the others.
    listed = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *PACKAGES], capture_output=True, text=True, check=False
    )
    return told | dict(sorted(line.split() for line in listed.stdout.splitlines()))


def rows(recorded, counted):
    """Of each piece of work: its name, the two numbers, by which part the new one is more, and what that means."""
    for job, now in counted.items():
        before = recorded.get(job)
        if before is None:
            yield job, None, now, None, "not recorded"
            continue
        change = now / before - 1
        verdict = "ok" if abs(change) <= TOLERANCE else "MORE" if change > 0 else "LESS"
        yield job, before, now, change, verdict


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="record what is counted now")
    update = parser.parse_args().update

    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {"instructions": {}, "versions": {}}
    machine = recorded["versions"].get("machine", platform.machine())
    if platform.machine() != machine and not update:
        print(f"instructions.py: nothing compared, this is {platform.machine()} and the counts were recorded on {machine}")
        return 0
    build()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counted = dict(zip(JOBS, pool.map(count, JOBS)))
    table = list(rows(recorded["instructions"], counted))
    print(f"{'instructions':<46} {'recorded':>13} {'now':>13} {'change':>8}")
    for job, before, now, change, verdict in table:
        print(
            f"{job + ': ' + JOBS[job]:<46} {'-' if before is None else f'{before:,}':>13} {now:>13,}"
            f" {'-' if change is None else f'{change:+.1%}':>8}  {'' if verdict == 'ok' else verdict}".rstrip()
        )
    now = versions()
    if update:
        RECORDED.write_text(json.dumps({"instructions": counted, "versions": now}, indent=2) + "\n")
        print(f"recorded in {RECORDED.relative_to(ROOT)}")
        return 0
    if all(verdict == "ok" for *_, verdict in table):
        return 0
    for name in sorted(now.keys() | recorded["versions"].keys()):
        if now.get(name) != recorded["versions"].get(name):
            print(f"{name}: {recorded['versions'].get(name, '-')} when it was recorded, {now.get(name, '-')} now")
    print(
        f"instructions.py: more than {TOLERANCE:.0%} off, or not recorded. If that is meant, record the new numbers with"
        " scripts/instructions.py --update",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())

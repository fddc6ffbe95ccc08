#!/usr/bin/env python3
"""Runs clang-tidy over src and passes over what it has found clean before.

usage: tidy.py [FILE…]

Checks FILE…, or all of src, with the flags they are compiled with (build/dev, which has to be built) and the checks of
.clang-tidy. Exit status 1 if it finds anything.

What was found clean is remembered in ${XDG_CACHE_HOME:-~/.cache}/glusterfs_exporter/tidy, for all checkouts: an empty file
named by a hash of all that the result depends on, which is clang-tidy, its options and checks, the command that compiles
the file, and the contents of the file and of every header it includes. Ninja knows those from the last build; a file of
which it has no record, or one older than the sources, is always checked. Findings are never remembered.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build/dev"
COMMAND = ("clang-tidy-16", "-quiet", "-p", "build/dev")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "glusterfs_exporter/tidy"
KEEP_SECONDS = 30 * 24 * 3600
NO_FINDING = re.compile(r"^\d+ warnings? (generated|treated as errors?)|^\s*$")


# ---- keys -------------------------------------------------------------------------------------------------------


@functools.cache
def content_hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def without_root(text):
    """Another checkout of the same tree gives the same."""
    return str(text).replace(str(ROOT), ".")


def dependencies():
    """{object file: what it was made from}, of the last build."""
    done = subprocess.run(["ninja", "-C", BUILD, "-t", "deps"], capture_output=True, text=True, check=True)
    found = {}
    for record in done.stdout.split("\n\n"):
        head, *lines = record.split("\n")
        if head.endswith("(VALID)"):
            # Not resolve(): that would ask the kernel about each part of 100,000 paths.
            found[BUILD / head.rpartition(": #deps")[0]] = [
                Path(os.path.normpath(BUILD / line.strip())) for line in lines if line.strip()
            ]
    return found


def is_older(made, sources):
    """Whether a source was changed after it was compiled: what it includes may then be other than what is recorded."""
    try:
        made_at = made.stat().st_mtime_ns
        return any(source.stat().st_mtime_ns > made_at for source in sources)
    except FileNotFoundError:
        return True


class Keys:
    def __init__(self):
        version = subprocess.run([COMMAND[0], "--version"], capture_output=True, text=True, check=True).stdout
        # The rest is about this machine's processor.
        version = [line for line in version.splitlines() if "version" in line]
        self._same_for_all = json.dumps([version, COMMAND, content_hash(ROOT / ".clang-tidy")])
        self._dependencies = dependencies()

    def key(self, entry):
        """None where what the file depends on is not known."""
        made = Path(entry["directory"]) / entry["output"]
        sources = self._dependencies.get(made)
        if not sources or is_older(made, sources):
            return None
        parts = [self._same_for_all, without_root(entry["directory"]), without_root(entry["command"])]
        parts += sorted(f"{without_root(source)} {content_hash(source)}" for source in sources)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def is_current(self, entry):
        """Whether its sources are still what was compiled, and so what the key was made of."""
        made = Path(entry["directory"]) / entry["output"]
        return not is_older(made, self._dependencies[made])


def with_output(entry):
    """Older CMakes leave the member "output" out."""
    return {"output": re.search(r" -o (\S+)", entry["command"])[1], **entry}


# ---- what is remembered -----------------------------------------------------------------------------------------


def known_clean(key):
    try:
        os.utime(CACHE / key)
        return True
    except OSError:
        return False


def remember(key):
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / key).touch()
    except OSError as error:
        print(f"tidy.py: cannot remember what is clean: {error}", file=sys.stderr)


def forget_the_unused():
    for file in CACHE.glob("*"):
        try:
            if file.stat().st_mtime < time.time() - KEEP_SECONDS:
                file.unlink()
        except FileNotFoundError:
            pass  # another run forgot it


# ---- checking ---------------------------------------------------------------------------------------------------


def findings(file):
    """What clang-tidy says, "" when that is nothing."""
    done = subprocess.run(
        [*COMMAND, file],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    said = "\n".join(line for line in done.stdout.splitlines() if not NO_FINDING.match(line))
    return said or (f"{file}: clang-tidy ended with {done.returncode}" if done.returncode != 0 else "")


def files_to_check(words):
    database = json.loads((BUILD / "compile_commands.json").read_text())
    entries = {entry["file"]: with_output(entry) for entry in database if entry["file"].startswith(f"{ROOT}/src/")}
    if not words:
        return list(entries.values())
    unknown = [word for word in words if os.path.abspath(word) not in entries]
    if unknown:
        sys.exit(f"tidy.py: {BUILD}/compile_commands.json has no {unknown[0]} in src")
    return [entries[os.path.abspath(word)] for word in words]


def main(words):
    if {"-h", "--help"} & set(words):
        print(__doc__.strip())
        return 0
    if not (BUILD / "compile_commands.json").exists():
        sys.exit("tidy.py: build/dev is missing: cmake --preset dev && cmake --build --preset dev")
    entries = files_to_check(words)
    if not entries:
        sys.exit(f"tidy.py: {BUILD}/compile_commands.json has no file in src")
    forget_the_unused()
    keys = Keys()
    key_of = {entry["file"]: keys.key(entry) for entry in entries}
    to_check = [entry for entry in entries if not (key_of[entry["file"]] and known_clean(key_of[entry["file"]]))]
    found = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        checks = {pool.submit(findings, entry["file"]): entry for entry in to_check}
        for check in concurrent.futures.as_completed(checks):
            entry = checks[check]
            if check.result():
                found += 1
                print(check.result(), flush=True)
            elif key_of[entry["file"]] and keys.is_current(entry):
                remember(key_of[entry["file"]])
    print(f"clang-tidy: {len(to_check)} of {len(entries)} files checked, {found} with findings", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

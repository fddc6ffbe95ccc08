"""What /proc says about processes."""

import os
from pathlib import Path
from typing import NamedTuple


class Process(NamedTuple):
    pid: int
    parent: int
    group: int
    state: str  # Z is a zombie: ended and not reaped
    arguments: tuple


def _read(pid, name):
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:  # it has ended
        return b""


def _process(pid):
    stat = _read(pid, "stat")
    if not stat:
        return None
    # The program's name stands in brackets and may itself hold brackets and blanks.
    state, parent, group = stat[stat.rindex(b")") + 2 :].split()[:3]
    words = _read(pid, "cmdline").split(b"\0")[:-1]
    arguments = tuple(word.decode(errors="replace") for word in words)
    return Process(pid, int(parent), int(group), state.decode(), arguments)


def _all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def children_of(pid):
    """The processes that `pid` has started and not reaped, zombies included."""
    found = (_process(candidate) for candidate in _all_pids())
    return [process for process in found if process and process.parent == pid]


def processes_with_environment(variable):
    """The processes that have `variable` ("NAME=value") in the environment they were started with.

    A variable of its own lets a test find everything that came from a program it started, whoever is the parent now.
    """
    wanted = variable.encode()
    holders = [pid for pid in _all_pids() if wanted in _read(pid, "environ").split(b"\0")]
    return [process for process in map(_process, holders) if process]


def _memory(pid, field):
    for line in _read(pid, "status").decode().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"/proc/{pid}/status has no {field}: the process has ended")


def resident_bytes(pid):
    return _memory(pid, "VmRSS")


def peak_resident_bytes(pid):
    return _memory(pid, "VmHWM")

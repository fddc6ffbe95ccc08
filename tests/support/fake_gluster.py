"""The hostile `gluster` of tests/fakes, with its mode, answers and log in a folder of its own."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from .exporter import REPOSITORY

HOSTILE_GLUSTER = REPOSITORY / "tests" / "fakes" / "hostile_gluster"
FIXTURES = REPOSITORY / "tests" / "fixtures"
RECORDED = FIXTURES / "gluster-10.3"

_LOCK_FREE = (
    "--version",
    "volume info",
    "pool list",
    "volume get all cluster.op-version",
    "volume geo-replication status",
    "snapshot ",
)
# What every exporter asks. All else is for the leader, on the lane of what takes the lock, whether it takes it or not.
_ASKED_ON_EVERY_NODE = ("--version", "volume info", "pool list", "volume get all cluster.op-version")


class CommandStart(NamedTuple):
    pid: int
    question: str  # the arguments without the ones that every command has

    def lane(self):
        """The lane of the collectors that give this command."""
        if self.question.startswith("volume heal ") and self.question.endswith(" info summary"):
            return "crawl"
        return "query" if self.question in _ASKED_ON_EVERY_NODE else "transaction"

    def takes_lock(self):
        """Whether Gluster takes the cluster's lock for it. What is not known to be free of it counts as taking it."""
        if self.question.startswith("volume heal ") and self.question.endswith(" info summary"):
            return False
        return not self.question.startswith(_LOCK_FREE)


def question_of(arguments):
    return " ".join(
        word
        for word in arguments
        if word not in ("--mode=script", "--xml") and not word.startswith("--glusterd-sock=")
    )


class FakeGluster:
    """Answers in `mode`, which may be changed at any time; mode "pass" gives what a real cluster said in `scenario`."""

    program = str(HOSTILE_GLUSTER)

    def __init__(self, mode="pass", scenario="healthy"):
        self._folder = tempfile.TemporaryDirectory(prefix="fake-gluster-")
        self.folder = Path(self._folder.name)
        self.answers = self.folder / "answers"
        shutil.copytree(RECORDED / scenario, self.answers)
        # The recorded answer about geo-replication came with an exit status, which mode "pass" can't give.
        shutil.copy(
            FIXTURES / "made-by-hand" / "geo-replication-status.xml", self.answers / "volume-geo-replication-status.xml"
        )
        self._log = self.folder / "log"
        self._log.touch()
        self.set_mode(mode)

    def env(self):
        return {
            "HOSTILE_MODE": "",
            "HOSTILE_MODE_FILE": str(self.folder / "mode"),
            "HOSTILE_ANSWERS": str(self.answers),
            "HOSTILE_LOG": str(self._log),
        }

    def set_mode(self, mode):
        new = self.folder / "mode.new"
        new.write_text(mode + "\n")
        os.rename(new, self.folder / "mode")  # so that it is never empty

    def starts(self):
        """Every command that was started, in order."""
        found = []
        for line in self._log.read_text(errors="replace").splitlines():
            pid, _, arguments = line.partition(" ")
            found.append(CommandStart(int(pid), question_of(arguments.split())))
        return found

    def close(self):
        self._folder.cleanup()

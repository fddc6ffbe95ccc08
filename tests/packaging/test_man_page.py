"""The manual page: groff finds no fault with it, and it says of flags what --help says."""

import os
import re
import subprocess
import tempfile
import unittest

from support import run_exporter


def render(page):
    """(what a reader sees on one long line per paragraph, what groff complains of)"""
    with tempfile.NamedTemporaryFile("w", suffix=".8") as file:
        file.write(page)
        file.flush()
        done = subprocess.run(
            ["man", "--warnings", "--no-hyphenation", "--no-justification", "-E", "UTF-8", "-l", file.name],
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "MANWIDTH": "1000", "MANPAGER": "cat", "LC_ALL": "C.UTF-8"},
            check=False,
        )
    return re.sub(".\b", "", done.stdout), done.stderr.strip()


def flags_of_help(text):
    """{names: (value's name, help)} of --help's lines; a long help goes on in the next ones."""
    found = {}
    names = None
    for line in text.splitlines():
        flag = re.match(r"  (-\S+)(?: (\S+))?(?:  +(\S.*))?$", line)
        if flag:
            names = flag[1]
            found[names] = (flag[2] or "", flag[3] or "")
        elif names and line.startswith(" " * 20) and line.strip():
            value, text_before = found[names]
            found[names] = (value, f"{text_before} {line.strip()}".strip())
        else:
            names = None
    return found


class ManPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = run_exporter("--help-man").stdout
        cls.help = run_exporter("--help").stdout
        cls.shown, cls.complaints = render(cls.page)

    def test_groff_finds_no_fault(self):
        self.assertEqual(self.complaints, "")

    def test_a_fault_would_be_found(self):
        self.assertIn("warning", render(self.page + ".nonsense\n")[1])

    def test_it_says_what_help_says(self):
        flags = flags_of_help(self.help)
        self.assertGreater(len(flags), 30)
        lines = [re.sub(r"\s+", " ", line).strip() for line in self.shown.splitlines()]
        for names, (value, text) in flags.items():
            with self.subTest(flag=names):
                head = f"{names}={value}" if value else names
                # A short flag has its text on the same line.
                at = next((i for i, line in enumerate(lines) if line == head or line.startswith(head + " ")), None)
                self.assertIsNotNone(at, f"no line {head!r}")
                told = lines[at][len(head) :].strip() or lines[at + 1]
                self.assertEqual(told, re.sub(r"\s+", " ", text))

    def test_it_has_no_other_flags(self):
        described = set(re.findall(r"(?m)^\s+((?:-\w,)?--[\w.-]+)", self.shown.split("SIGNALS")[0]))
        self.assertEqual(described, set(flags_of_help(self.help)))

    def test_it_tells_of_signals(self):
        for signal in ("SIGTERM", "SIGINT", "SIGHUP"):
            self.assertIn(signal, self.shown)

    def test_help_does_not_show_the_flag_that_makes_it(self):
        self.assertNotIn("help-man", self.help)
        self.assertNotIn("help-man", self.shown)

    def test_it_has_the_usual_sections(self):
        sections = re.findall(r"(?m)^\.SH (.*)$", self.page)
        for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "FILES", "SEE ALSO"):
            self.assertIn(section, sections)


if __name__ == "__main__":
    unittest.main()

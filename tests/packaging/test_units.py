"""The unit files: what systemd itself thinks of them."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import REPOSITORY

UNITS = REPOSITORY / "packaging" / "systemd"
SERVICE = UNITS / "glusterfs_exporter.service"

# Of 10; lower is better. Root on the host's network comes to 9.2 and more without a sandbox.
EXPOSED_AT_MOST = 2.7


class Units(unittest.TestCase):
    def test_the_sandbox_stays_as_tight_as_it_is(self):
        report = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--no-pager", SERVICE],
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        ).stdout
        exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", report)
        self.assertIsNotNone(exposure, report)
        open_doors = "\n".join(line for line in report.splitlines() if line.startswith("✗"))
        self.assertLessEqual(float(exposure[1]), EXPOSED_AT_MOST, open_doors)

    def test_systemd_understands_them(self):
        with tempfile.TemporaryDirectory() as folder:
            for unit in UNITS.iterdir():
                # The program need not be installed here.
                text = unit.read_text().replace("ExecStart=/usr/bin/glusterfs_exporter", "ExecStart=/bin/true")
                (Path(folder) / unit.name).write_text(text)
            done = subprocess.run(
                ["systemd-analyze", "verify", "--man=no", *Path(folder).iterdir()],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                env={"PATH": "/usr/bin:/bin", "SYSTEMD_UNIT_PATH": f"{folder}:"},
            )
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_every_line_that_relaxes_the_sandbox_says_why(self):
        """Each capability that is left is explained."""
        text = SERVICE.read_text()
        (left,) = re.findall(r"(?m)^CapabilityBoundingSet=(.*)$", text)
        for capability in left.split():
            self.assertRegex(text, rf"(?m)^#   {capability} +\S")


if __name__ == "__main__":
    unittest.main()

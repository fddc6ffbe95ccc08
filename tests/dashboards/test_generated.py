"""What is committed is what the sources make, and the sources are right by the types of Grafana's SDK."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from dashboards import FOLDER, NAMES

SOURCES = FOLDER / "src"
COMPILER = SOURCES / "node_modules" / "typescript" / "bin" / "tsc"


class Generated(unittest.TestCase):
    maxDiff = None

    def run_node(self, *words):
        return subprocess.run(
            ["node", *map(str, words)],
            cwd=SOURCES,
            env={**os.environ, "NODE_PATH": str(SOURCES / "node_modules")},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def setUp(self):
        if not COMPILER.exists():
            self.fail("dashboards/src has no node_modules: scripts/install-deps.sh test")
        folder = tempfile.TemporaryDirectory(prefix="dashboards-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_sources_make_what_is_committed(self):
        # It checks the types, too, and fails on a mistake.
        done = self.run_node(COMPILER, "--outDir", self.folder / "build")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        done = self.run_node(self.folder / "build" / "main.js", self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        made = {path.name: path.read_text() for path in self.folder.glob("*.json")}
        self.assertEqual(set(made), {f"{name}.json" for name in NAMES})
        # Whoever copies *.json copies dashboards only.
        self.assertEqual(set(made), {path.name for path in FOLDER.glob("*.json")})
        for name in sorted(made):
            with self.subTest(name):
                self.assertEqual(made[name], (FOLDER / name).read_text(), "make them anew: npm run build in dashboards/src")

    def test_types_are_checked(self):
        wrong = self.folder / "wrong.ts"
        wrong.write_text(
            'import { PanelBuilder } from "@grafana/grafana-foundation-sdk/stat";\nnew PanelBuilder().unit(1);\n'
        )
        (self.folder / "node_modules").symlink_to(SOURCES / "node_modules")
        done = self.run_node(COMPILER, "--noEmit", "--strict", "--skipLibCheck", "--module", "node16", wrong)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("'number' is not assignable to parameter of type 'string'", done.stdout)


if __name__ == "__main__":
    unittest.main()

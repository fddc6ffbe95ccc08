"""Whether the cases would notice a wrong alert. Takes a minute or two and is no part of the tests. After changes to alerts:

    PYTHONPATH=.. python3 -m unittest -v mutations"""

import concurrent.futures
import os
import re
import tempfile
import unittest
from pathlib import Path

from test_rules import ALERTS, CASE_FILES, OUR_ALERTS, promtool

CONTRARY = {">=": "<", "<=": ">", "==": "!=", "!=": "==", ">": "<=", "<": ">="}
NO_EXPRESSION = re.compile(r"\s+(#|- record:|- alert:|summary:|description:|runbook_url:)")


def turned_round(line):
    """Each comparison becomes its contrary."""
    line = re.sub(r"(?<= )(>=|<=|==|!=|>|<)(?= |$)", lambda found: CONTRARY[found[1]], line)
    if "absent(" in line:
        return line.replace("absent(up", "(up")
    return line.replace("unless count without", "and count without")


def without_waiting(line):
    return re.sub(r"(\s+for:) .*", r"\1 0s", line)


def for_ever(line):
    return re.sub(r"(\s+for:) .*", r"\1 30d", line)


class Mutations(unittest.TestCase):
    """All alerts are changed at once, since each case looks at one alert."""

    def unnoticed(self, change):
        lines = (ALERTS / "alerts.yml").read_text().splitlines()
        unnoticed = set(OUR_ALERTS)
        with tempfile.TemporaryDirectory() as folder:
            rules, copies = Path(folder) / "alerts", Path(folder) / "tests" / "alerts"
            rules.mkdir()
            copies.mkdir(parents=True)
            (rules / "rules.yml").write_text((ALERTS / "rules.yml").read_text())
            changed = [line if NO_EXPRESSION.match(line) else change(line) for line in lines]
            (rules / "alerts.yml").write_text("\n".join(changed))
            self.assertEqual(promtool("check", "rules", rules / "alerts.yml"), "")
            paths = [copies / path.name for path in CASE_FILES if path.name.startswith("alerts-")]
            for path in paths:
                path.write_text((Path(__file__).parent / path.name).read_text())
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                for said in pool.map(lambda path: promtool("test", "rules", path), paths):
                    unnoticed -= set(re.findall(r"alertname: (\w+), time", said))
        return unnoticed

    def test_comparisons_turned_round(self):
        self.assertEqual(self.unnoticed(turned_round), set())

    def test_for_taken_away(self):
        # Whose cases wait for no longer than an evaluation: nothing could be seen.
        self.assertLessEqual(self.unnoticed(without_waiting), WITH_SHORT_FOR)

    def test_alerts_that_never_fire(self):
        self.assertEqual(self.unnoticed(for_ever), set())


WITH_SHORT_FOR = {name for name, rule in OUR_ALERTS.items() if rule["for"] == "1m"}


if __name__ == "__main__":
    unittest.main()

"""What an exporter keeps of memory that it needs no longer."""

import json
import re
import unittest
from concurrent.futures import ThreadPoolExecutor

from stack import every_second

from support import REPOSITORY, ExporterTestCase, resident_bytes

MIB = 1 << 20
SERVICE = REPOSITORY / "packaging" / "systemd" / "glusterfs_exporter.service"
POSTS = 600  # about three for each of the threads that serve


def notification():
    """Texts of many sizes, in alerts that are the same each time."""
    alerts = [
        {
            "status": "firing",
            "labels": {"alertname": f"A{number}", **{f"l{i}": "x" * (17 * i + number) for i in range(14)}},
            "annotations": {f"a{i}": "y" * (61 * i + 1) for i in range(15)},
            "startsAt": "2026-11-22T12:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "fingerprint": f"{number:016x}",
        }
        for number in range(8)
    ]
    return json.dumps({"version": "4", "status": "firing", "alerts": alerts}).encode()


class Threads(ExporterTestCase):
    def growth(self, env):
        """In bytes, by the same alerts posted again and again."""
        exporter = self.start_exporter_of(self.make_gluster(), every_second(), env=env).wait_ready()
        before = resident_bytes(exporter.pid)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda body: exporter.post("/api/v1/alerts", body).status, [notification()] * POSTS))
        self.assertEqual(answers, [200] * POSTS)
        return resident_bytes(exporter.pid) - before

    def test_keep_less_of_it_as_a_service(self):
        (name, value) = re.findall(r"(?m)^Environment=(\w+)=(\S+)$", SERVICE.read_text())[0]
        alone, as_service = self.growth({}), self.growth({name: value})
        print(f"{alone / MIB:.1f} MiB, as a service {as_service / MIB:.1f} MiB")
        self.assertLess(as_service, alone * 0.75)


if __name__ == "__main__":
    unittest.main()

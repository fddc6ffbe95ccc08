"""GET /api/v1/exporter: what the exporter asked and what went wrong."""

import json
import unittest

import jsonschema
from stack import every_second, wait_until_all_is_well

from support import REPOSITORY, ExporterTestCase, wait_until

SCHEMA = json.loads((REPOSITORY / "docs" / "schema" / "exporter.v1.json").read_text())


class ExporterDocument(ExporterTestCase):
    def document(self):
        answer = self.exporter.get("/api/v1/exporter")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        document = json.loads(answer.text)
        jsonschema.Draft202012Validator(SCHEMA).validate(document)
        return document

    def test_commands_that_fail(self):
        gluster = self.make_gluster(mode="pass")
        self.exporter = self.start_exporter_of(gluster, every_second())
        wait_until_all_is_well(self.exporter)
        calls = self.document()["calls"]
        self.assertEqual({call["by"] for call in calls if call["by"] != "exporter"}, {"cli"})
        status = [call for call in calls if call["what"] == "volume status all"]
        self.assertEqual({call["result"] for call in status}, {"ok"})
        self.assertTrue(all(0 < call["duration_seconds"] < 20 for call in status))
        ids = [call["id"] for call in calls]
        self.assertEqual(ids, sorted(ids))

        gluster.set_mode("lock")

        def locked():
            document = self.document()
            return document if any(error["kind"] == "lock" for error in document["errors"]) else None

        document = wait_until(locked, "a command met the lock")
        lock = next(error for error in document["errors"] if error["kind"] == "lock")
        self.assertIn("transaction", lock["last_text"].lower())
        counts = [error["count"] for error in document["errors"]]
        self.assertEqual(counts, sorted(counts, reverse=True))
        failed = [call for call in document["calls"] if call["result"] == "lock"]
        self.assertTrue(failed and all(call["text"] for call in failed), document["calls"])
        self.assertTrue(any(error["about"].startswith("collector ") for error in document["errors"]))

    def test_it_is_there_from_the_start(self):
        self.exporter = self.start_exporter_of(self.make_gluster(mode="hang"))
        self.assertEqual(self.document()["errors"], [])


if __name__ == "__main__":
    unittest.main()

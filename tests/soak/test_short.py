"""A soak of a minute and a half: that it works, and that nothing goes wrong at once. The long one is scripts/soak.sh."""

import os
import signal
import subprocess
import sys
import unittest

from support import REPOSITORY

LIMIT_SECONDS = 800  # below that of the test, so that it still can be ended well


class Short(unittest.TestCase):
    def test_all_stays_well(self):
        command = [sys.executable, REPOSITORY / "tests/soak/soak.py", "--minutes", "1.5", "--no-reloads"]
        with subprocess.Popen(command, env=os.environ, stdin=subprocess.DEVNULL) as soak:
            try:
                status = soak.wait(LIMIT_SECONDS)
            finally:
                soak.send_signal(signal.SIGTERM)  # it removes what it started
                soak.wait()
        self.assertEqual(status, 0, "what failed stands above")


if __name__ == "__main__":
    unittest.main()

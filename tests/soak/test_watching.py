"""That a soak notices what it is for: growth, and what is not true."""

import io
import unittest
from contextlib import redirect_stdout

from support import parse_page
from watching import MIB, Log, Sampler, Truth, claims_of_page, claims_of_state, host_of

BRICK = ("brick", "node1:/srv/b")


class Growth(unittest.TestCase):
    def failures(self, resource, values, with_memory=True):
        sampler = Sampler(Log(), {1: None})
        sampler.samples[1] = [{"rss": 100 * MIB, "fds": 50, resource: value} for value in values]
        with redirect_stdout(io.StringIO()):
            sampler.check_growth(with_memory)
        return list(sampler._log.failures)

    def test_descriptors(self):
        self.assertEqual(self.failures("fds", [50, 58] * 50), [])
        self.assertEqual(self.failures("fds", [50] * 80 + [500] + [50] * 19), [], "a moment is no leak")
        self.assertEqual(
            self.failures("fds", range(50, 150)), ["exporter 1 has more and more descriptors: 79.5, then 139.5"]
        )

    def test_memory(self):
        self.assertEqual(self.failures("rss", [30 * MIB] * 20 + [100 * MIB] * 80), [], "it has to warm up")
        leak = [100 * MIB + number * MIB for number in range(100)]
        self.assertEqual(
            self.failures("rss", leak), ["exporter 1 takes more and more memory: 129.5 MiB, then 189.5 MiB"]
        )
        self.assertEqual(self.failures("rss", leak, with_memory=False), [])

    def test_no_sample(self):
        self.assertEqual(self.failures("fds", []), ["exporter 1 could not be looked at"])


class WhatIsTrue(unittest.TestCase):
    def setUp(self):
        self.truth = Truth()

    def test_a_claim_is_wrong_after_a_while(self):
        self.truth.set(BRICK, value=False)
        self.assertEqual(self.truth.contradicted({BRICK: True}, 0), ["brick node1:/srv/b runs"])
        self.assertEqual(self.truth.contradicted({BRICK: True}, 60), [])
        self.assertEqual(self.truth.contradicted({BRICK: False}, 0), [])

    def test_what_is_being_changed_or_not_known_is_not_wrong(self):
        self.truth.set(BRICK, value=None)
        self.assertEqual(self.truth.contradicted({BRICK: True, ("glusterd", 1): False}, 0), [])

    def test_claims_of_a_state(self):
        state = {
            "cluster": {"up": True},
            "volumes": {"v": {"bricks": {"node1:/srv/b": {"online": False}, "node1:/srv/unknown": {}}}},
            "peers": {
                "1": {"host": host_of(1), "local": True, "connected": True},
                "2": {"host": host_of(2), "local": False, "connected": False},
            },
        }
        self.assertEqual(
            claims_of_state(1, state), {BRICK: False, ("peer", 1, host_of(2)): False, ("glusterd", 1): True}
        )

    def test_claims_of_a_page(self):
        page = (
            "glusterfs_up 0\n"
            'glusterfs_brick_online{volume="v",host="node1",brick="/srv/b"} 1\n'
            f'glusterfs_peer_connected{{host="{host_of(1)}",peer_uuid="1"}} 1\n'
            f'glusterfs_peer_connected{{host="{host_of(3)}",peer_uuid="3"}} 0\n'
        )
        self.assertEqual(
            claims_of_page(1, parse_page(page)),
            {BRICK: True, ("peer", 1, host_of(3)): False, ("glusterd", 1): False},
        )


if __name__ == "__main__":
    unittest.main()

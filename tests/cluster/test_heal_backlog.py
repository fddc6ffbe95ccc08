"""How many entries wait for heal: the page, which counts links on the bricks' disks, against Gluster's own count."""

import sys
import threading
import time
import unittest

from cluster_support import (
    CLUSTER_NUMBER,
    LAYOUTS,
    NODES,
    ClusterTestCase,
    by_brick,
    cluster,
    fast_config,
    samples_after_run,
)
from support import wait_until

# One brick of each: of the arbiter volume a data brick of the second subvolume.
LOST = {"rep3": 0, "arb": 4, "disp": 2}
SIZES = (50, 5000)


def setUpModule():
    cluster.bring_up()


def gluster_counts(volume):
    """{"host:path": entries} of the bricks that run; None where Gluster can't say."""
    if LAYOUTS[volume].disperse == 0:
        return cluster.heal_count(volume)
    return cluster.heal_summary(volume) if CLUSTER_NUMBER == 1 else None


class Backlog(ClusterTestCase):
    def setUp(self):
        # Told by the bricks' own nodes and nobody else: these exporters never start the gluster command.
        self.exporters = [
            self.start_exporter(
                flags=["--gluster.source=rpc", "--cluster.leader=never", f"--gluster.socket={cluster.socket(node)}"],
                config=fast_config(default="1s"),
                address=cluster.address(node),
            ).wait_ready(60)
            for node in NODES
        ]

    def on_pages(self, volume):
        """{"host:path": entries} as the exporter of each brick's node says after a look at it that began now."""
        counts = {}
        began = time.time()
        for exporter in self.exporters:
            samples = samples_after_run(exporter, "heal_index", "processes", since=began)
            counts.update(by_brick(samples, "glusterfs_brick_heal_pending_entries", volume))
        return counts

    def assert_same_counts(self, volume, what):
        """Gives what both say, which has to hold still for the moment it takes to ask both."""

        def quiet():
            before = gluster_counts(volume)
            pages = self.on_pages(volume)
            return (pages, before) if gluster_counts(volume) == before else None

        pages, by_gluster = wait_until(quiet, f"the backlog of {volume} holds still", 60)
        if by_gluster is not None:
            self.assertEqual(pages, by_gluster, f"{volume}, {what}")
        counts = [pages.get(str(brick)) for brick in LAYOUTS[volume].bricks]
        compared = "" if by_gluster is not None else " (not compared: heal info works in cluster 1 only)"
        print(f"\n{volume}, {what}: {counts}{compared}", end="", file=sys.stderr)
        return counts

    def write(self, folders, numbers):
        """The same files into all volumes, as fast as they take them."""

        def write_into(folder):
            for number in numbers:
                (folder / f"waits-{number}").write_bytes(b"x")

        threads = [threading.Thread(target=write_into, args=(folder,)) for folder in folders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def assert_no_backlog(self, what):
        for volume in LOST:
            counts = self.assert_same_counts(volume, what)
            self.assertEqual(counts, [0] * len(LAYOUTS[volume].bricks), f"{volume}, {what}")

    def test_from_nothing_to_thousands_and_back(self):
        folders = [self.mount_or_skip(volume) for volume in LOST]
        self.assert_no_backlog("at first")
        for volume, index in LOST.items():
            self.addCleanup(cluster.revive, volume)
            cluster.kill_brick(volume, index)

        written = 0
        for size in SIZES:
            self.write(folders, range(written, size))
            written = size
            what = f"{size} files"
            # The folder that they are in waits as well. The dead brick says nothing of what it knew.
            self.assertEqual(self.assert_same_counts("rep3", what), [None, size + 1, size + 1])
            self.assertEqual(self.assert_same_counts("disp", what), [size + 1, size + 1, None])
            arb = self.assert_same_counts("arb", what)
            self.assertEqual(arb[:3], [0, 0, 0], "the other subvolume lost nothing")
            self.assertEqual(arb[4], None)
            self.assertEqual(arb[3], arb[5], "an arbiter counts what a data brick counts")
            self.assertTrue(size / 4 < arb[3] < size * 3 / 4, arb)  # about half of the files are in this subvolume

        began = time.monotonic()
        for volume in LOST:
            cluster.revive(volume)
        for volume in LOST:
            cluster.try_gluster("volume", "heal", volume)  # refused while it is at it
        wait_until(
            lambda: all(count == 0 for volume in LOST for count in self.on_pages(volume).values()),
            "all is healed",
            limit=240,
            pause=1,
        )
        print(f"\nhealed {time.monotonic() - began:.0f} s after the bricks were told to start", end="", file=sys.stderr)
        self.assert_no_backlog("healed")
        print(file=sys.stderr)


if __name__ == "__main__":
    unittest.main()

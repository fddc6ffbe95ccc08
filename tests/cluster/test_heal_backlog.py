"""How many entries wait for heal: the page, which counts links on the bricks' disks, against Gluster's own count."""

import os
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

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
from support import ASK_THE_CLUSTER, wait_until

# One brick of each: of the arbiter volume a data brick of the second subvolume.
LOST = {"rep3": 0, "arb": 4, "disp": 2}
FEW = 50
HEALED = 500
MANY = 5000


def setUpModule():
    cluster.bring_up()


def gluster_counts(volume):
    """{"host:path": entries} of the bricks that run; None where Gluster can't say."""
    if LAYOUTS[volume].disperse == 0:
        return cluster.heal_count(volume)
    return cluster.heal_summary(volume) if CLUSTER_NUMBER == 1 else None


class Backlog(ClusterTestCase):
    def setUp(self):
        self.began = time.monotonic()
        # Told by the bricks' own nodes and nobody else: these exporters never start the gluster command.
        self.exporters = [
            self.start_exporter(
                flags=["--gluster.source=rpc", "--cluster.leader=never", f"--gluster.socket={cluster.socket(node)}"],
                config=fast_config(default="1s", without=ASK_THE_CLUSTER + ("version",)),
                address=cluster.address(node),
            ).wait_ready(60)
            for node in NODES
        ]

    def tell(self, text):
        print(f"\n[{time.monotonic() - self.began:4.0f} s] {text}", end="", file=sys.stderr)

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
        self.tell(f"{volume}, {what}: {counts}{compared}")
        return counts

    @staticmethod
    def for_all_files(act, folders, numbers):
        """act(path) of the same files in all volumes, as fast as they take it."""
        with ThreadPoolExecutor(2 * len(folders)) as pool:
            for _ in pool.map(act, (folder / f"file-{number}" for number in numbers for folder in folders)):
                pass

    def heal(self, limit):
        """The self-heal daemon starts when it is connected to the brick and leaves what it could not heal at once for
        ten minutes later, so it is told to again and again. That is refused while it is at it."""
        waiting = [None]

        def is_healed():
            waiting[0] = {name: sum(self.on_pages(name).values()) for name in LOST}
            for name, count in waiting[0].items():
                if count:
                    cluster.try_gluster("volume", "heal", name)
            return not any(waiting[0].values())

        try:
            wait_until(is_healed, "all is healed", limit, pause=2)
        except AssertionError as error:
            raise AssertionError(f"{error}: {waiting[0]}") from None

    def assert_no_backlog(self, what):
        for volume in LOST:
            counts = self.assert_same_counts(volume, what)
            self.assertEqual(counts, [0] * len(LAYOUTS[volume].bricks), f"{volume}, {what}")

    def assert_backlog(self, what, count):
        """`count` has the folder that files were made in. The dead brick says nothing of what it knew."""
        self.assertEqual(self.assert_same_counts("rep3", what), [None, count, count])
        self.assertEqual(self.assert_same_counts("disp", what), [count, count, None])
        arb = self.assert_same_counts("arb", what)
        self.assertEqual(arb[:3], [0, 0, 0], "the other subvolume lost nothing")
        self.assertEqual(arb[4], None)
        self.assertEqual(arb[3], arb[5], "an arbiter counts what a data brick counts")
        self.assertTrue(count / 4 < arb[3] < count * 3 / 4, arb)  # about half of the files are in this subvolume

    def test_from_nothing_to_thousands_and_back(self):
        folders = [self.mount_or_skip(volume) for volume in LOST]
        self.assert_no_backlog("at first")
        self.for_all_files(os.mknod, folders, range(FEW, MANY))
        self.tell("files are there")
        for volume, index in LOST.items():
            self.addCleanup(cluster.revive, volume)
            cluster.kill_brick(volume, index)

        self.for_all_files(lambda path: path.write_bytes(b"x"), folders, range(FEW))
        self.assert_backlog(f"{FEW} files written", FEW + 1)
        self.for_all_files(lambda path: path.chmod(0o640), folders, range(FEW, MANY))
        self.assert_backlog(f"{MANY - FEW} files more changed", MANY + 1)
        # Most of them are removed again, since healing thousands of files can take minutes. The bricks list them as
        # before until the self-heal daemon looks for them.
        self.for_all_files(os.unlink, folders, range(HEALED, MANY))
        self.assert_backlog(f"{MANY - HEALED} of these removed", MANY + 1)

        for volume in LOST:
            cluster.revive(volume)
        self.tell("bricks are back")
        self.heal(200)
        self.assert_no_backlog("healed")
        print(file=sys.stderr)


if __name__ == "__main__":
    unittest.main()

"""A healthy cluster: everything the page says about it, held against what the cluster was made of."""

import os
import time
import unittest

from cluster_support import (
    LAYOUTS,
    NODES,
    PROFILES,
    ClusterTestCase,
    by_brick,
    cluster,
    fast_config,
    last_run_began,
    samples_after_run,
    write_files,
)
from support import COLLECTORS, OFF_BY_DEFAULT

ON_BY_DEFAULT = [name for name in COLLECTORS if name not in OFF_BY_DEFAULT]
MEBIBYTE = 1 << 20
FILES = 8
FILE_BYTES = 300_000


def setUpModule():
    cluster.bring_up()


class Healthy(ClusterTestCase):
    """One page, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.volumes = cluster.volumes()
        cls.uuids = cluster.peer_uuids()

    def setUp(self):
        exporter = self.start_exporter_on(1, fast_config())
        self.samples = exporter.wait_for(
            lambda samples: samples if all(last_run_began(samples, name) for name in ON_BY_DEFAULT) else None,
            "every collector has succeeded",
        )

    def volume_values(self, name):
        return self.samples.by("volume", f"glusterfs_volume_{name}")

    def test_volumes(self):
        samples = self.samples
        self.assertEqual(
            {frozenset(labels) for labels in samples.having("glusterfs_volume_info")},
            {
                frozenset(
                    {"volume": name, "volume_id": self.volumes[name].findtext("id"), "type": layout.type, "transport": "tcp"}.items()
                )
                for name, layout in LAYOUTS.items()
            },
        )
        self.assertEqual(samples.by("status", "glusterfs_volumes"), {"created": 0, "started": 4, "stopped": 0})
        for name in LAYOUTS:
            self.assertEqual(samples.state("glusterfs_volume_status", volume=name), "started")
        self.assertEqual(self.volume_values("bricks"), {name: len(of.bricks) for name, of in LAYOUTS.items()})
        self.assertEqual(self.volume_values("bricks_online"), {name: len(of.bricks) for name, of in LAYOUTS.items()})
        self.assertEqual(self.volume_values("subvolumes"), {name: of.subvolumes for name, of in LAYOUTS.items()})
        self.assertEqual(self.volume_values("replica_bricks"), {name: of.replica for name, of in LAYOUTS.items()})
        self.assertEqual(self.volume_values("arbiter_bricks"), {name: of.arbiter for name, of in LAYOUTS.items()})
        self.assertEqual(self.volume_values("disperse_bricks"), {name: of.disperse for name, of in LAYOUTS.items()})
        self.assertEqual(self.volume_values("redundancy_bricks"), {name: of.redundancy for name, of in LAYOUTS.items()})
        self.assertEqual(self.volume_values("profiling_enabled"), {name: 1 for name in LAYOUTS})

    def test_bricks(self):
        described = {}
        for labels, value in self.samples.having("glusterfs_brick_info").items():
            labels = dict(labels)
            self.assertEqual(value, 1)
            self.assertNotEqual(labels["device"], "")
            described[labels["volume"], labels["host"], labels["brick"]] = (
                labels["subvolume"],
                labels["peer_uuid"],
                labels["arbiter"],
            )
        self.assertEqual(
            described,
            {
                (name, brick.host, brick.path): (
                    str(layout.subvolume_of(index)),
                    self.uuids[brick.host],
                    "1" if index in layout.arbiters else "0",
                )
                for name, layout in LAYOUTS.items()
                for index, brick in enumerate(layout.bricks)
            },
        )

    def test_health(self):
        self.assert_all_is_well(self.samples)
        for name, layout in LAYOUTS.items():
            numbers = {str(number) for number in range(layout.subvolumes)}
            met = self.samples.by("subvolume", "glusterfs_subvolume_quorum_met", volume=name)
            self.assertEqual(met, {number: 1 for number in numbers})
            for number in numbers:
                self.assertEqual(self.samples.state("glusterfs_subvolume_health", volume=name, subvolume=number), "up")

    def test_peers(self):
        self.assertEqual(self.samples.value("glusterfs_peers"), 3)
        self.assertEqual(
            {frozenset(labels): value for labels, value in self.samples.having("glusterfs_peer_connected").items()},
            {frozenset({"host": host, "peer_uuid": uuid}.items()): 1 for host, uuid in self.uuids.items()},
        )
        for node in (2, 3):
            self.assertEqual(self.samples.state("glusterfs_peer_state", host=cluster.address(node)), "in_cluster")

    def test_daemons(self):
        self.assertEqual(
            {frozenset(labels): value for labels, value in self.samples.having("glusterfs_daemon_online").items()},
            {
                frozenset({"host": cluster.address(node), "daemon": daemon}.items()): 1
                # The CLI, which tells of the other nodes, does not tell of glusterd.
                for node, daemon in ((1, "glusterd"), *((node, "shd") for node in NODES))
            },
        )

    def test_nothing_waits_for_heal(self):
        for name in ("rep3", "arb", "disp"):
            self.assertEqual(
                by_brick(self.samples, "glusterfs_brick_heal_pending_entries", name),
                {str(brick): 0 for brick in LAYOUTS[name].bricks},
            )
        self.assertEqual(by_brick(self.samples, "glusterfs_brick_heal_pending_entries", "dist"), {})
        self.assertEqual(self.samples.having("glusterfs_heal_backlog_start_timestamp_seconds"), {})

    def test_versions(self):
        said = cluster.gluster("--version").split()[1]
        self.assertEqual(self.samples.having("glusterfs_version_info"), {frozenset({("version", said)}): 1})
        for metric, option in (("op_version", "cluster.op-version"), ("max_op_version", "cluster.max-op-version")):
            answer = cluster.gluster_xml("volume", "get", "all", option)
            self.assertEqual(self.samples.value(f"glusterfs_{metric}"), float(answer.find(".//Value").text))

    def test_a_node_is_never_called_localhost(self):
        named = [key for key in self.samples if any("localhost" in value for _, value in key[1])]
        self.assertEqual(named, [])

    def test_what_is_not_there_is_not_on_the_page(self):
        for name in self.samples.names():
            self.assertFalse(
                name.startswith(("glusterfs_quota_", "glusterfs_rebalance_", "glusterfs_georep_", "glusterfs_bitrot_")),
                name,
            )
        self.assertEqual(self.samples.having("glusterfs_volume_server_quorum_met"), {})

    def test_capacity_is_what_a_mount_says(self):
        for name in LAYOUTS:
            says = os.statvfs(self.mount_or_skip(name))
            size = self.samples.value("glusterfs_volume_size_bytes", volume=name)
            self.assertAlmostEqual(size, says.f_frsize * says.f_blocks, delta=MEBIBYTE, msg=name)
            self.assertEqual(self.samples.value("glusterfs_volume_inodes", volume=name), says.f_files)

    def test_bricks_of_one_disk_say_so(self):
        for name, layout in LAYOUTS.items():
            self.assertEqual(
                by_brick(self.samples, "glusterfs_brick_shares_filesystem", name),
                {str(brick): 1 for brick in layout.bricks},
            )


class Operations(ClusterTestCase):
    """What bricks count, before and after I/O of a known amount."""

    def setUp(self):
        self.exporter = self.start_exporter_on(1, fast_config(profile="1s"))

    def fop_counts(self, samples, volume, fop):
        found = samples.having("glusterfs_brick_fop_duration_seconds_count", volume=volume, fop=fop)
        return {f"{dict(labels)['host']}:{dict(labels)['brick']}": value for labels, value in found.items()}

    def written_bytes(self, samples, volume):
        return by_brick(samples, "glusterfs_brick_write_size_bytes_sum", volume)

    def write_to(self, volume):
        """Samples before and after FILES files were written, and the bytes of them."""
        folder = self.mount_or_skip(volume) / "operations"
        folder.mkdir()
        self.addCleanup(folder.rmdir)
        names = [f"file{number}" for number in range(FILES)]
        before = samples_after_run(self.exporter, *PROFILES)
        write_files(folder, names, FILE_BYTES)
        after = samples_after_run(self.exporter, *PROFILES)
        for name in names:
            (folder / name).unlink()
        return before, after, FILES * FILE_BYTES

    def test_each_replica_counts_what_was_written(self):
        before, after, written = self.write_to("rep3")
        for brick in map(str, LAYOUTS["rep3"].bricks):
            grown = self.written_bytes(after, "rep3")[brick] - self.written_bytes(before, "rep3")[brick]
            self.assertEqual(grown, written, brick)
            for fop, least in (("CREATE", FILES), ("WRITE", FILES), ("FSYNC", FILES), ("LOOKUP", 1)):
                more = self.fop_counts(after, "rep3", fop)[brick] - self.fop_counts(before, "rep3", fop).get(brick, 0)
                self.assertGreaterEqual(more, least, f"{fop} on {brick}")

    def test_each_fragment_of_a_disperse_set_is_half_of_what_was_written(self):
        before, after, written = self.write_to("disp")
        for brick in map(str, LAYOUTS["disp"].bricks):
            grown = self.written_bytes(after, "disp")[brick] - self.written_bytes(before, "disp")[brick]
            self.assertGreaterEqual(grown, written / 2, brick)
            self.assertLess(grown, written, brick)

    def test_durations_are_seconds(self):
        _, samples, _ = self.write_to("rep3")
        counts = samples.having("glusterfs_brick_fop_duration_seconds_count")
        used = {labels: count for labels, count in counts.items() if count > 0}
        self.assertIn("WRITE", {dict(labels)["fop"] for labels in used})
        for labels, count in used.items():
            labels = dict(labels)
            mean = samples.value("glusterfs_brick_fop_duration_seconds_sum", **labels) / count
            least = samples.value("glusterfs_brick_fop_duration_min_seconds", **labels)
            most = samples.value("glusterfs_brick_fop_duration_max_seconds", **labels)
            self.assertTrue(0 < mean < 10, f"{labels}: {mean} s")
            self.assertTrue(least <= mean * (1 + 1e-9) and mean <= most * (1 + 1e-9), f"{labels}: {least} {mean} {most}")

    def test_a_write_takes_no_longer_than_the_test_saw(self):
        """The unit is right: the bricks can't have spent more time on a file than went by, nor a thousandth of it."""
        before = samples_after_run(self.exporter, *PROFILES)
        folder = self.mount_or_skip("rep3")
        began = time.monotonic()
        write_files(folder, ["long"], 64 * MEBIBYTE)
        took = time.monotonic() - began
        after = samples_after_run(self.exporter, *PROFILES)
        (folder / "long").unlink()
        for brick in LAYOUTS["rep3"].bricks:
            labels = {"volume": "rep3", "host": brick.host, "brick": brick.path}
            spent = sum(after.by("fop", "glusterfs_brick_fop_duration_seconds_sum", **labels)[fop]
                        - before.by("fop", "glusterfs_brick_fop_duration_seconds_sum", **labels).get(fop, 0)
                        for fop in ("WRITE", "FSYNC"))
            # Gluster works on up to 16 requests of a brick at a time (performance.io-thread-count).
            self.assertTrue(took / 1000 < spent < took * 16, f"{brick}: {spent} s in {took} s")

    def test_sizes_form_histograms(self):
        _, samples, _ = self.write_to("rep3")
        for brick in LAYOUTS["rep3"].bricks:
            labels = {"volume": "rep3", "host": brick.host, "brick": brick.path}
            name = "glusterfs_brick_write_size_bytes"
            buckets = samples.by("le", f"{name}_bucket", **labels)
            counts = [buckets[le] for le in sorted(buckets, key=float)]
            self.assertEqual(counts, sorted(counts))
            self.assertEqual(buckets["+Inf"], samples.value(f"{name}_count", **labels))
            writes = samples.value("glusterfs_brick_fop_duration_seconds_count", fop="WRITE", **labels)
            self.assertEqual(buckets["+Inf"], writes)


if __name__ == "__main__":
    unittest.main()

"""The queries that a test's cluster need not have an answer to, and why; with series made by hand and what they give.

The short list of exceptions from "every query of every panel gives something on a real cluster". A query that stands
here has a test with promtool instead (test_made_series.py), ten minutes after the series begin.
"""

from typing import NamedTuple

WORKER = {"volume": "v", "secondary": "far::w", "brick": "/b"}
FIRST, SECOND = {**WORKER, "host": "h1"}, {**WORKER, "host": "h2"}
BRICK = {"volume": "v", "host": "h1", "brick": "/b"}
SESSION = {"volume": "v", "secondary": "far::w"}
VOLUME = {"volume": "v"}
COLLECTOR = {"instance": "h1:9713", "collector": "status"}
# In promtool's words: a start, then so much more with each of ten minutes.
STEADY_GROWTH = "0+60x10"  # one a second


class Exceptions(NamedTuple):
    reason: str
    series: list  # (name, labels, values as promtool writes them)
    expected: dict  # query: [(labels, value)]


def _spaces(name, **labels):
    """1000 bytes a second less are free, of which two weeks' worth is left at the end."""
    return [
        (f"glusterfs_{name}_size_bytes", labels, "2000000000x10"),
        (f"glusterfs_{name}_free_bytes", labels, "1210200000-60000x10"),
    ]


EXCEPTIONS = (
    Exceptions(
        "The cluster's bricks lie on the machine's own file system: there are no thin pools.",
        [
            ("glusterfs_thin_pool_data_used_ratio", BRICK, "0.5x10"),
            ("glusterfs_thin_pool_metadata_used_ratio", BRICK, "0.25x10"),
            ("glusterfs_thin_pool_size_bytes", BRICK, "1000x10"),
        ],
        {
            "bricks / Thin pools (table) / A": [(BRICK, 0.5)],
            "bricks / Thin pools (table) / B": [(BRICK, 0.25)],
            "bricks / Thin pools (table) / C": [(BRICK, 1000)],
        },
    ),
    Exceptions(
        "Geo-replication needs a second cluster and ssh.",
        [
            *(
                ("glusterfs_georep_state", {**worker, "state": state}, f"{int(state == now)}x10")
                for worker, now in ((FIRST, "active"), (SECOND, "passive"))
                for state in ("active", "passive", "faulty")
            ),
            ("glusterfs_georep_crawl_state", {**FIRST, "state": "history"}, "1x10"),
            ("glusterfs_georep_crawl_state", {**FIRST, "state": "changelog"}, "0x10"),
            ("glusterfs_georep_last_synced_timestamp_seconds", FIRST, "540x10"),
            ("glusterfs_georep_pending_entries", {**FIRST, "kind": "entry"}, "1x10"),
            ("glusterfs_georep_pending_entries", {**FIRST, "kind": "data"}, "2x10"),
            ("glusterfs_georep_failures", FIRST, "4x10"),
            ("glusterfs_georep_checkpoint_reached", FIRST, "1x10"),
        ],
        {
            "georeplication / Sessions (stat) / A": [({}, 1)],
            "georeplication / Faulty workers (stat) / A": [({}, 0)],
            "georeplication / Active workers (stat) / A": [({}, 1)],
            "georeplication / Furthest behind (stat) / A": [({}, 60)],
            "georeplication / Failures (stat) / A": [({}, 4)],
            "georeplication / Pending (stat) / A": [({}, 3)],
            "georeplication / Workers (state-timeline) / A": [(FIRST, 0), (SECOND, 1)],
            "georeplication / How active workers find changes (state-timeline) / A": [(FIRST, 1)],
            "georeplication / How far behind (timeseries) / A": [(SESSION, 60)],
            "georeplication / Pending by kind (timeseries) / A": [({"kind": "entry"}, 1), ({"kind": "data"}, 2)],
            "georeplication / Failures (timeseries) / A": [(SESSION, 4)],
            "georeplication / Workers (table) / A": [(FIRST, 0), (SECOND, 1)],
            "georeplication / Workers (table) / B": [(FIRST, 1)],
            "georeplication / Workers (table) / C": [(FIRST, 540_000)],
            "georeplication / Workers (table) / D": [(FIRST, 3)],
            "georeplication / Workers (table) / E": [(FIRST, 4)],
            "georeplication / Workers (table) / F": [(FIRST, 1)],
        },
    ),
    Exceptions(
        "Snapshots need thin pools.",
        [
            ("glusterfs_volume_snapshots", VOLUME, "2x10"),
            ("glusterfs_volume_snapshot_soft_limit", VOLUME, "230x10"),
            ("glusterfs_volume_snapshot_hard_limit", VOLUME, "256x10"),
            ("glusterfs_snapshot_created_timestamp_seconds", {**VOLUME, "snapshot": "old"}, "60x10"),
            ("glusterfs_snapshot_created_timestamp_seconds", {**VOLUME, "snapshot": "new"}, "120x10"),
            ("glusterfs_snapshot_activated", {**VOLUME, "snapshot": "old"}, "1x10"),
            ("glusterfs_snapshot_activated", {**VOLUME, "snapshot": "new"}, "0x10"),
        ],
        {
            "volumes / Snapshots (stat) / A": [({}, 2)],
            "quota-and-snapshots / Volumes with snapshots (table) / A": [(VOLUME, 2)],
            "quota-and-snapshots / Volumes with snapshots (table) / B": [(VOLUME, 230)],
            "quota-and-snapshots / Volumes with snapshots (table) / C": [(VOLUME, 256)],
            "quota-and-snapshots / Volumes with snapshots (table) / D": [(VOLUME, 120_000)],
            "quota-and-snapshots / Volumes with snapshots (table) / E": [(VOLUME, 60_000)],
            "quota-and-snapshots / Snapshots (table) / A": [
                ({**VOLUME, "snapshot": "old"}, 60_000),
                ({**VOLUME, "snapshot": "new"}, 120_000),
            ],
            "quota-and-snapshots / Snapshots (table) / B": [
                ({**VOLUME, "snapshot": "old"}, 1),
                ({**VOLUME, "snapshot": "new"}, 0),
            ],
            "quota-and-snapshots / Snapshots by volume (timeseries) / A": [(VOLUME, 2)],
        },
    ),
    Exceptions(
        "`heal info`, which counts these, works on cluster 1 only; and split-brain has to be made by force.",
        [
            ("glusterfs_brick_split_brain_entries", BRICK, "3x10"),
            ("glusterfs_brick_split_brain_entries", {**BRICK, "host": "h2"}, "0x10"),
            ("glusterfs_brick_healing_entries", BRICK, "2x10"),
        ],
        {
            "heal / In split-brain (stat) / A": [({}, 3)],
            "heal / Being healed (stat) / A": [({}, 2)],
            "heal / Bricks with something to heal (table) / C": [(BRICK, 3)],
            "heal / Split-brain by brick (timeseries) / A": [(BRICK, 3), ({**BRICK, "host": "h2"}, 0)],
        },
    ),
    Exceptions(
        "A write is dirty for a moment only.",
        [("glusterfs_brick_heal_dirty_entries", BRICK, "1x10"), ("glusterfs_brick_heal_dirty_entries", SECOND, "0x10")],
        {"heal / Bricks with something to heal (table) / B": [(BRICK, 1)]},
    ),
    Exceptions(
        "A backlog of a few files is gone before it is seen to shrink.",
        [("glusterfs_brick_heal_pending_entries", BRICK, "1000-60x10")],
        {"heal / Done in (stat) / A": [({}, 400)]},
    ),
    Exceptions(
        "A few files are moved at once.",
        [
            ("glusterfs_rebalance_moved_files", {"volume": "v", "host": "h1"}, STEADY_GROWTH),
            ("glusterfs_rebalance_moved_bytes", {"volume": "v", "host": "h1"}, "0+6000x10"),
        ],
        {
            "tasks / Files moved in a second (timeseries) / A": [(VOLUME, 1)],
            "tasks / Bytes moved in a second (timeseries) / A": [(VOLUME, 100)],
        },
    ),
    Exceptions(
        "Others, too, write to the file system that the bricks lie on, or delete: it need not get fuller.",
        [*_spaces("volume", volume="v"), *_spaces("brick", **BRICK)],
        {
            "overview / First full in weeks (stat) / A": [({}, 2)],
            "overview / Space (table) / E": [(VOLUME, 2)],
            "volumes / Space (table) / E": [(VOLUME, 2)],
            "bricks / First full in weeks (stat) / A": [({}, 2)],
            "bricks / Space (table) / E": [(BRICK, 2)],
        },
    ),
    Exceptions(
        "Server quorum is off unless somebody turns it on, and then bricks are ended.",
        [
            ("glusterfs_volume_server_quorum_met", {"volume": "v"}, "0x10"),
            ("glusterfs_volume_server_quorum_met", {"volume": "w"}, "1x10"),
        ],
        {"volumes / Without server quorum (stat) / A": [({}, 1)]},
    ),
    Exceptions(
        "Upcalls need two clients and features.cache-invalidation.",
        [("glusterfs_brick_upcalls_total", {**BRICK, "upcall": "CACHE_INVALIDATION"}, STEADY_GROWTH)],
        {"performance / Upcalls (timeseries) / A": [({"upcall": "CACHE_INVALIDATION"}, 1)]},
    ),
    Exceptions(
        "On a cluster that is well no collector and no command fails, but for a lock now and then.",
        [
            ("glusterfs_scrape_collector_failure_info", {**COLLECTOR, "reason": "timeout"}, "1x10"),
            ("glusterfs_collector_last_success_timestamp_seconds", COLLECTOR, "300x10"),
            ("glusterfs_exporter_command_failures_total", {"command": "volume_status", "reason": "lock"}, STEADY_GROWTH),
        ],
        {
            "exporter / Collectors that fail (table) / A": [({**COLLECTOR, "reason": "timeout"}, 300_000)],
            "exporter / Commands that failed (timeseries) / A": [({"reason": "lock"}, 1)],
        },
    ),
)


def exempt():
    """{query: reason}."""
    return {query: group.reason for group in EXCEPTIONS for query in group.expected}

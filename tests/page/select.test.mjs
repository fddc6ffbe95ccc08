import assert from "node:assert/strict";
import { test } from "node:test";

import { bannersFor } from "../../src/web/assets/banners.js";
import { aheadOf } from "../../src/web/assets/clock.js";
import * as select from "../../src/web/assets/select.js";
import { fromDocument } from "../../src/web/assets/state.js";
import { backOff } from "../../src/web/assets/stream.js";

const NOON = Date.UTC(2026, 10, 21, 12);
const at = (seconds) => new Date(NOON + 1000 * seconds).toISOString();

const brick = (place, more) => ({ host: `n${place}`, path: "/b", place, subvolume: 0, ...more });
const state = fromDocument({
  cluster: { taken_at: at(0), version: "10.3" },
  node: { exporter_version: "0.1.0", page_version: "aa" },
  peers: { u1: { connected: true, local: true }, u2: { connected: false, local: false } },
  volumes: {
    rep: {
      status: "started",
      health: "degraded",
      operations_per_second: 30,
      mean_latency_seconds: 0.001,
      bricks: {
        "n2:/b": brick(2),
        "n0:/b": brick(0, { online: true, size_bytes: 100, free_bytes: 40, device: "sda" }),
        "n1:/b": brick(1, { online: false }),
      },
    },
    old: { status: "stopped", bricks: { "n0:/old": brick(0, { size_bytes: 100, free_bytes: 40, device: "sda" }) } },
  },
  collectors: {
    a: { enabled: true, standby: false, interval_seconds: 5, next_run: at(3) },
    b: { enabled: true, standby: false, interval_seconds: 60, next_run: at(2) },
    c: { enabled: true, standby: true, interval_seconds: 1, next_run: at(1) },
    d: { enabled: false, standby: false, interval_seconds: 1 },
  },
});

test("bricks in Gluster's order", () => {
  assert.deepEqual(
    select.bricksOf("rep", state.volumes.rep).map(({ key }) => key),
    ["n0:/b", "n1:/b", "n2:/b"],
  );
});

test("states of bricks and volumes", () => {
  const states = select.allBricks(state).map((row) => [select.brickState(row.brick), select.brickStateText(row)]);
  assert.deepEqual(states, [
    ["online", "online"],
    ["offline", "offline"],
    ["unknown", "unknown"],
    ["unknown", "not started"],
  ]);
  assert.equal(select.volumeHealth(state.volumes.rep), "degraded");
  assert.equal(select.volumeHealth(state.volumes.old), "stopped");
  assert.equal(select.volumeHealth({ status: "created" }), "stopped");
  assert.equal(select.volumeHealth({ status: "started" }), "unknown");
});

test("the summary counts what is expected to run", () => {
  const { bricks, ...counts } = select.summary(state);
  assert.equal(bricks.length, 4);
  assert.deepEqual(counts, {
    peersUp: 1,
    peers: 2,
    volumesUp: 0,
    volumes: 1,
    volumesStopped: 1,
    bricksOnline: 1,
    bricksUnknown: 1,
    bricksExpected: 3,
    backlog: undefined,
    operations: 30,
    readBytes: undefined,
    writtenBytes: undefined,
    latency: 0.001,
  });
});

test("what is not known yet is not counted as none", () => {
  const counts = select.summary(fromDocument({}));
  for (const key of ["peers", "peersUp", "volumes", "volumesUp", "bricksOnline", "bricksExpected", "operations"]) {
    assert.equal(counts[key], undefined, key);
  }
});

test("a file system is counted once, and that some are not known is told", () => {
  assert.deepEqual(select.diskSpace(select.allBricks(state)), { space: { used: 60, size: 100 }, unknown: 2 });
  assert.deepEqual(select.diskSpace([]), { space: undefined, unknown: 0 });
  assert.equal(select.capacity({ size_bytes: 10 }), undefined);
});

test("polls are those of collectors that run", () => {
  assert.equal(select.pollInterval(state), 5);
  assert.equal(select.nextPoll(state), NOON + 2000);
  assert.equal(select.nextPoll(fromDocument({})), undefined);
});

test("a state is stale after three intervals", () => {
  assert.equal(select.isStale(state, NOON + 15_000), false);
  assert.equal(select.isStale(state, NOON + 15_001), true);
  assert.equal(select.isStale(fromDocument({ cluster: {} }), NOON), false);
});

test("banners stand only while they are true", () => {
  const kinds = (more) =>
    bannersFor({ state, connection: "live", time: NOON, pageVersion: "aa", ...more }).map((banner) => banner.kind);
  assert.deepEqual(kinds({}), []);
  assert.deepEqual(kinds({ connection: "connecting", state: null }), []);
  assert.deepEqual(kinds({ connection: "lost", state: null }), ["lost"]);
  assert.deepEqual(kinds({ connection: "lost", time: NOON + 60_000 }), ["lost", "stale"]);
  assert.deepEqual(kinds({ pageVersion: "bb", served: "aa" }), ["upgraded"]);
  assert.deepEqual(kinds({ pageVersion: "aa", served: "aa" }), []);
  assert.deepEqual(kinds({ pageVersion: "bb", served: "aa", state: null }), ["upgraded"]);
  const peers = {
    u1: { exporter: { version: "0.1.0", gluster_version: "11.1" } },
    u2: { exporter: { version: "0.2.0" } },
  };
  const mixed = fromDocument({ ...state, peers });
  assert.deepEqual(
    bannersFor({ state: mixed, connection: "live", time: NOON, pageVersion: "aa" }).map((banner) => banner.text),
    ["Nodes run different versions: Gluster 10.3, 11.1; exporter 0.1.0, 0.2.0."],
  );
});

test("events come newest first, by number", () => {
  const events = Object.fromEntries([9, 10, 2].map((id) => [id, { id }]));
  assert.deepEqual(
    select.newestEvents(fromDocument({ events })).map(({ id }) => id),
    [10, 9, 2],
  );
  assert.deepEqual(
    select.newestEvents(fromDocument({ events }), 1).map(({ id }) => id),
    [10],
  );
});

test("the most severe alert comes first, then the newest", () => {
  const alerts = {
    a: { name: "a", severity: "warning", starts_at: at(1) },
    b: { name: "b", severity: "critical", starts_at: at(0) },
    c: { name: "c", severity: "warning", starts_at: at(2) },
  };
  assert.deepEqual(
    select.alertList(fromDocument({ alerts })).map(({ fingerprint }) => fingerprint),
    ["b", "c", "a"],
  );
});

test("only links of the web are links", () => {
  assert.equal(select.webLink("https://prometheus/graph"), "https://prometheus/graph");
  for (const url of ["javascript:alert(1)", " https://x", "data:text/html,x", "//x", undefined, 7]) {
    assert.equal(select.webLink(url), undefined, String(url));
  }
});

test("a file on three replicas is one file", () => {
  const file = (count) => ({ top_files: [{ call: "read", file: "/f", count }] });
  const volume = { bricks: { "n0:/b": brick(0, file(5)), "n1:/b": brick(1, file(7)), "n2:/b": brick(2, file(6)) } };
  assert.deepEqual(
    select.topFiles([["rep", volume]]).map(({ file: path, count, brick: on, bricks }) => [path, count, on, bricks]),
    [["/f", 7, "n1:/b", 3]],
  );
});

test("connections are summed by host", () => {
  const volume = {
    bricks: {
      "n0:/b": brick(0, { clients_by_host: { c: 2 } }),
      "n1:/b": brick(1, { clients_by_host: { c: 3, d: 1 } }),
    },
  };
  assert.deepEqual(select.clientsByHost(select.bricksOf("rep", volume)), [
    { host: "c", connections: 5, bricks: 2 },
    { host: "d", connections: 1, bricks: 1 },
  ]);
});

test("the exporter's clock is told from its Date header", () => {
  const header = new Date(NOON).toUTCString();
  assert.equal(aheadOf(header, NOON + 400, NOON + 600), 0);
  assert.equal(aheadOf(header, NOON + 60_400, NOON + 60_600), 60_000);
  assert.equal(aheadOf(header, NOON - 59_600, NOON - 59_400), -60_000);
  assert.equal(aheadOf(null, NOON, NOON), 0);
});

test("pauses between attempts grow, but not for ever", () => {
  const middle = () => 0.5;
  assert.deepEqual(
    [1, 2, 3, 4, 5, 50].map((failures) => backOff(failures, middle)),
    [1000, 2000, 4000, 8000, 15_000, 15_000],
  );
  assert.ok(backOff(1, () => 0) >= 500 && backOff(50, () => 0.999) < 20_000);
});

test("an event looks as bad as what it tells of", () => {
  const look = (kind, labels) => select.eventLook({ kind, labels });
  assert.equal(look("node_bricks_offline", { host: "n1", bricks: "4" }), "bad");
  assert.equal(look("node_bricks_online"), "good");
  assert.equal(look("peer_disconnected"), "bad");
  assert.equal(look("peer_connected"), "good");
  assert.equal(look("leader_changed"), "plain");
  assert.equal(look("volume_health_changed", { state: "up" }), "good");
  assert.equal(look("volume_health_changed", { state: "degraded" }), "warn");
  assert.equal(look("volume_health_changed", { state: "down" }), "bad");
  assert.equal(look("heal_backlog_began"), "warn");
  assert.equal(look("alert_firing", { severity: "critical" }), "bad");
  assert.equal(look("alert_firing", { severity: "info" }), "plain");
  assert.equal(look("alert_firing", {}), "warn");
  assert.equal(look("alert_resolved", { severity: "critical" }), "good");
  for (const [event, expected] of [
    ["VOLUME_STOP", "plain"],
    ["PEER_DISCONNECT", "bad"],
    ["PEER_CONNECT", "good"],
    ["BRICK_DISCONNECTED", "bad"],
    ["BRICK_CONNECTED", "good"],
    ["QUORUM_LOST", "bad"],
    ["QUORUM_REGAINED", "good"],
    ["AFR_SPLIT_BRAIN", "bad"],
    ["EC_MIN_BRICKS_NOT_UP", "bad"],
    ["EC_MIN_BRICKS_UP", "good"],
    ["AFR_SUBVOLS_DOWN", "bad"],
    ["QUOTA_CROSSED_SOFT_LIMIT", "warn"],
    ["GEOREP_FAULTY", "bad"],
    ["POSIX_HEALTH_CHECK_FAILED", "bad"],
  ]) {
    assert.equal(look("gluster_event", { event }), expected, event);
  }
});

const NOON_TEXT = new Date(NOON).toISOString();

test("what is known of a cluster is as old as its document", () => {
  assert.equal(select.knownAt({}), undefined);
  assert.equal(select.knownAt({ taken_at: NOON_TEXT }), NOON);
  const later = new Date(NOON + 5000).toISOString();
  assert.equal(select.knownAt({ taken_at: NOON_TEXT, received_at: later }), NOON);
  assert.equal(select.knownAt({ taken_at: later, received_at: NOON_TEXT }), NOON, "its clock is ahead");
});

test("a cluster is old after two minutes, or three of its own intervals", () => {
  const age = (cluster, seconds) => select.ageState({ taken_at: NOON_TEXT, ...cluster }, NOON + 1000 * seconds);
  assert.equal(select.ageState({ local: false }, NOON), "never");
  assert.equal(age({}, 120), "fresh");
  assert.equal(age({}, 121), "old");
  assert.equal(age({ interval_seconds: 5 }, 120), "fresh");
  assert.equal(age({ interval_seconds: 300 }, 900), "fresh");
  assert.equal(age({ interval_seconds: 300 }, 901), "old");
  assert.equal(age({}, -3600), "fresh");
});

test("the own cluster is first of the list", () => {
  const document = fromDocument({ clusters: { east: { local: false }, local: { local: true }, west: {} } });
  assert.deepEqual(
    select.clusterList(document).map(({ key }) => key),
    ["local", "east", "west"],
  );
  assert.deepEqual(select.clusterList(null), []);
});

test("clusters sort by health, a word that is not known as unknown", () => {
  const order = ["ok", "new_word", "critical", undefined, "degraded"].sort(
    (left, right) => select.clusterSeverity(left) - select.clusterSeverity(right),
  );
  assert.equal(order[0], "critical");
  assert.equal(order[1], "degraded");
  assert.equal(select.clusterSeverity("new_word"), select.clusterSeverity("unknown"));
  assert.equal(select.clusterSeverity("ok"), 3);
});

test("a pushed cluster is told to be old by its own pace, never to be stale", () => {
  const kinds = (pushed, seconds) =>
    bannersFor({ state, connection: "live", time: NOON + 1000 * seconds, pageVersion: "aa", pushed }).map(
      (banner) => banner.kind,
    );
  const pushed = { taken_at: NOON_TEXT, interval_seconds: 60 };
  assert.deepEqual(kinds(pushed, 180), []);
  assert.deepEqual(kinds(pushed, 181), ["old"]);
  assert.deepEqual(kinds({}, 1000), [], "what is not known is not old");
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { rebalanceSecondsLeft, secondsToEmpty } from "../../src/web/assets/estimate.js";
import { History, sparklinePoints } from "../../src/web/assets/history.js";
import { fromDocument, merge } from "../../src/web/assets/state.js";

const at = (seconds) => new Date(Date.UTC(2026, 10, 21, 12) + 1000 * seconds).toISOString();

function stateAt(seconds, fops = {}, volume = {}) {
  return fromDocument({
    cluster: { taken_at: at(seconds) },
    volumes: { rep: { ...volume, bricks: { "n:/b": { fops } } } },
  });
}

test("a sparkline begins at the left with the oldest, and 0 is at the bottom", () => {
  const samples = [
    { at: 0, operations: 0 },
    { at: 5000, operations: 10 },
    { at: 20_000, operations: 5 },
  ];
  assert.equal(sparklinePoints(samples, "operations", 100, 20), "0,20 25,0 100,10");
  assert.equal(sparklinePoints(samples.slice(0, 1), "operations", 100, 20), "", "one point is no line");
  assert.equal(
    sparklinePoints([...samples, { at: 25_000 }], "operations", 100, 20),
    "0,20 25,0 100,10",
    "unknown is not 0",
  );
  assert.equal(
    sparklinePoints(
      [
        { at: 0, latency: 0 },
        { at: 1, latency: 0 },
      ],
      "latency",
      100,
      20,
    ),
    "0,20 100,20",
  );
});

test("the last five minutes are kept", () => {
  const history = new History();
  for (let second = 0; second <= 400; second += 5) history.take(stateAt(second, {}, { operations_per_second: second }));
  const samples = history.of("rep");
  assert.equal(samples[0].operations, 100);
  assert.equal(samples[samples.length - 1].operations, 400);
  history.take(stateAt(400.1, {}, { operations_per_second: 1 }));
  assert.equal(history.of("rep").length, samples.length, "a state between two polls is no sample");
  history.take(stateAt(10, {}, { operations_per_second: 7 }));
  assert.deepEqual(
    history.of("rep").map((sample) => sample.operations),
    [7],
    "the clock was set back",
  );
  history.take(fromDocument({ cluster: { taken_at: at(20) }, volumes: {} }));
  assert.deepEqual(history.of("rep"), [], "the volume is gone");
});

test("the cluster's samples are sums of what is known", () => {
  const history = new History();
  history.take(
    fromDocument({
      cluster: { taken_at: at(0) },
      volumes: {
        a: { operations_per_second: 30, mean_latency_seconds: 0.001, read_bytes_per_second: 5 },
        b: { operations_per_second: 10, mean_latency_seconds: 0.005, heal_pending_entries: 2 },
        c: {},
      },
    }),
  );
  assert.deepEqual(
    history.cluster.map(({ operations, bytes, backlog }) => [operations, bytes, backlog]),
    [[40, 5, 2]],
  );
  assert.ok(Math.abs(history.cluster[0].latency - 0.002) < 1e-9, "weighted by operations");
});

test("rates of operations come from what the counters grew", () => {
  const history = new History();
  history.take(stateAt(0, { READ: { count: 100, seconds_total: 1 }, FORGET: { count: 5 } }));
  assert.equal(history.fopRates("rep"), undefined, "one answer gives no rate");
  history.take(
    stateAt(10, {
      READ: { count: 300, seconds_total: 1.4 },
      FORGET: { count: 5 },
      WRITE: { count: 10, seconds_total: 1 },
    }),
  );
  const rates = history.fopRates("rep");
  assert.deepEqual([...rates.keys()].sort(), ["READ", "WRITE"], "FORGET did not happen");
  assert.equal(rates.get("READ").perSecond, 20);
  assert.ok(Math.abs(rates.get("READ").latency - 0.002) < 1e-9);
  assert.equal(rates.get("WRITE").perSecond, 1);
});

test("a process that started anew counts from 0", () => {
  const history = new History();
  history.take(stateAt(0, { READ: { count: 1000, seconds_total: 10 } }));
  history.take(stateAt(10, { READ: { count: 20, seconds_total: 0.2 } }));
  assert.equal(history.fopRates("rep").get("READ").perSecond, 2);
});

test("when nothing happens any more rates become none", () => {
  const history = new History();
  let state = stateAt(0, { READ: { count: 0, seconds_total: 0 } });
  history.take(state);
  state = merge(state, {
    cluster: { taken_at: at(5) },
    volumes: { rep: { bricks: { "n:/b": { fops: { READ: { count: 50 } } } } } },
  });
  history.take(state);
  assert.equal(history.fopRates("rep").get("READ").perSecond, 10);
  for (let second = 10; second <= 60; second += 5) {
    state = merge(state, { cluster: { taken_at: at(second) } });
    history.take(state);
  }
  assert.equal(history.fopRates("rep").size, 0);
});

test("a backlog that shrinks has an end", () => {
  const samples = (...values) => values.map((backlog, index) => ({ at: index * 10_000, backlog }));
  assert.equal(secondsToEmpty(samples(100, 80, 60)), 30);
  assert.equal(secondsToEmpty(samples(0, 100, 80)), 40, "from its peak");
  assert.equal(secondsToEmpty(samples(60, 80, 100)), undefined, "it grows");
  assert.equal(secondsToEmpty(samples(100)), undefined);
  assert.equal(secondsToEmpty(samples(100, 0)), undefined, "there is none");
  assert.equal(secondsToEmpty(samples(undefined, undefined)), undefined);
});

test("a rebalance has an end where the number of files is known", () => {
  const bricks = [{ inodes: 1000, inodes_free: 600, shares_filesystem: false }];
  assert.equal(rebalanceSecondsLeft({ scanned_files: 100, run_seconds: 10 }, bricks), 30);
  assert.equal(rebalanceSecondsLeft({ scanned_files: 500, run_seconds: 10 }, bricks), undefined);
  assert.equal(rebalanceSecondsLeft({ scanned_files: 0, run_seconds: 10 }, bricks), undefined);
  assert.equal(
    rebalanceSecondsLeft({ scanned_files: 100, run_seconds: 10 }, [{ ...bricks[0], shares_filesystem: true }]),
    undefined,
  );
  assert.equal(
    rebalanceSecondsLeft({ scanned_files: 100, run_seconds: 10 }, [{ inodes: 0, shares_filesystem: false }]),
    undefined,
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { layOut, setKind } from "../../src/web/assets/views/layout.js";

const rows = (volumeName, ...bricks) =>
  bricks.map(([host, subvolume], place) => ({
    key: `${host}:/${volumeName}${place}`,
    volumeName,
    brick: { host, subvolume, place },
  }));

const overlap = (a, b, size) => a.y < b.y + size && b.y < a.y + size && a.x < b.x + b.width && b.x < a.x + a.width;

test("a brick stands in its node's column, and in its subvolume's and volume's box", () => {
  const volumes = [["rep", rows("rep", ["n1", 0], ["n2", 0], ["n1", 1], ["n2", 1])]];
  const drawing = layOut(volumes, ["n1", "n2"], 600);
  const [one, two, three] = drawing.bricks;
  assert.equal(one.x, drawing.hosts[0].x);
  assert.equal(two.x, drawing.hosts[1].x);
  assert.equal(one.y, two.y, "side by side");
  assert.ok(three.y > one.y);
  assert.equal(drawing.sets.length, 2);
  for (const brick of drawing.bricks) {
    const box = drawing.volumes[0];
    assert.ok(
      brick.y >= box.y &&
        brick.y + 30 <= box.y + box.height &&
        brick.x >= box.x &&
        brick.x + brick.width <= box.x + box.width,
    );
  }
  assert.ok(drawing.width <= 600);
});

test("bricks of one node in one subvolume stand below each other", () => {
  const drawing = layOut([["d", rows("d", ["n1", 0], ["n1", 0])]], ["n1"], 400);
  assert.equal(overlap(drawing.bricks[0], drawing.bricks[1], 30), false);
});

test("with many nodes bricks follow one another and name their node", () => {
  const hosts = Array.from({ length: 40 }, (_, number) => `n${number}`);
  const drawing = layOut([["big", rows("big", ...hosts.map((host) => [host, 0]))]], hosts, 800);
  assert.equal(drawing.hosts.length, 0);
  assert.ok(drawing.width <= 800);
  assert.ok(drawing.bricks.every((brick) => brick.withHost));
  for (const [index, brick] of drawing.bricks.entries()) {
    for (const other of drawing.bricks.slice(index + 1)) assert.equal(overlap(brick, other, 30), false);
  }
});

test("subvolumes stand beside each other where they fit", () => {
  const hosts = Array.from({ length: 13 }, (_, number) => `n${number}`);
  const bricks = Array.from({ length: 12 }, (_, place) => [hosts[place], Math.floor(place / 3)]);
  const drawing = layOut([["rep", rows("rep", ...bricks)]], hosts, 1000); // six columns
  assert.deepEqual(
    drawing.sets.map((set) => set.y).map((y) => y === drawing.sets[0].y),
    [true, true, false, false],
  );
  for (const [index, set] of drawing.sets.entries()) {
    for (const brick of drawing.bricks.slice(3 * index, 3 * index + 3)) {
      assert.ok(brick.x >= set.x && brick.x + brick.width <= set.x + set.width, "beside");
      assert.ok(brick.y >= set.y && brick.y + 30 <= set.y + set.height, "below");
    }
    const other = drawing.sets[(index + 1) % 4];
    assert.equal(set.y === other.y && set.x < other.x + other.width && other.x < set.x + set.width, false, "apart");
  }
  assert.ok(drawing.sets.every((set) => set.x + set.width <= drawing.width));
});

test("subvolumes are called what they are", () => {
  assert.equal(setKind({ replica_bricks: 3, arbiter_bricks: 1 }), "replica 3 with 1 arbiter");
  assert.equal(setKind({ replica_bricks: 2, arbiter_bricks: 0 }), "replica 2");
  assert.equal(setKind({ disperse_bricks: 6, redundancy_bricks: 2 }), "disperse 4 + 2");
  assert.equal(setKind({}), "single brick");
});

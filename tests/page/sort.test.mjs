import assert from "node:assert/strict";
import { test } from "node:test";

import { compare, matches, sorted } from "../../src/web/assets/sort.js";

test("numbers by value, texts as people count", () => {
  assert.deepEqual(
    sorted([10, 9, 100], (value) => value),
    [9, 10, 100],
  );
  assert.deepEqual(
    sorted(["node10", "Node9", "node100"], (value) => value),
    ["Node9", "node10", "node100"],
  );
});

test("what is not known comes last in both directions", () => {
  const values = [2, undefined, 1, NaN, 3];
  assert.deepEqual(
    sorted(values, (value) => value),
    [1, 2, 3, undefined, NaN],
  );
  assert.deepEqual(
    sorted(values, (value) => value, true),
    [3, 2, 1, undefined, NaN],
  );
});

test("equal rows keep their order", () => {
  const rows = [
    ["b", 1],
    ["a", 1],
    ["c", 0],
  ];
  assert.deepEqual(
    sorted(rows, (row) => row[1]).map((row) => row[0]),
    ["c", "b", "a"],
  );
  assert.deepEqual(
    sorted(rows, (row) => row[1], true).map((row) => row[0]),
    ["b", "a", "c"],
  );
  assert.equal(compare("a", "A"), 0);
});

test("a filter wants all of its words, in any case and order", () => {
  assert.equal(matches("node1:/srv/rep3 offline", "OFFLINE rep"), true);
  assert.equal(matches("node1:/srv/rep3 offline", "rep online"), false);
  assert.equal(matches("anything", ""), true);
  assert.equal(matches("a.b", "a*b"), false, "no pattern");
});

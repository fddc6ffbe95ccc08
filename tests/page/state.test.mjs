import assert from "node:assert/strict";
import { test } from "node:test";

import { fromDocument, merge } from "../../src/web/assets/state.js";

const plain = (value) => JSON.parse(JSON.stringify(value));

// Appendix A of RFC 7396, without those whose result holds a null, which no state does.
const rfc = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', "{}"],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
  ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

test("merges as RFC 7396 says", () => {
  for (const [target, patch, result] of rfc) {
    assert.deepEqual(
      plain(merge(fromDocument(JSON.parse(target)), JSON.parse(patch))),
      JSON.parse(result),
      `${target} + ${patch}`,
    );
  }
});

test("names of an object's own workings are names like others", () => {
  const state = fromDocument(JSON.parse('{"volumes":{"__proto__":{"health":"up"},"constructor":{"health":"up"}}}'));
  assert.deepEqual(Object.keys(state.volumes), ["__proto__", "constructor"]);
  const next = merge(
    state,
    JSON.parse('{"volumes":{"__proto__":{"health":"down"},"constructor":null,"toString":{"health":"up"}}}'),
  );
  assert.deepEqual(Object.keys(next.volumes), ["__proto__", "toString"]);
  assert.equal(next.volumes["__proto__"].health, "down");
  assert.equal(next.volumes.hasOwnProperty, undefined);
  assert.equal({}.health, undefined, "nothing else was changed");
});

test("what a change does not touch stays the same object, and the old state stays as it was", () => {
  const before = fromDocument({ volumes: { a: { bricks: { x: { online: true }, y: { online: true } } }, b: {} } });
  const after = merge(before, { volumes: { a: { bricks: { x: { online: false } } } } });
  assert.equal(after.volumes.a.bricks.x.online, false);
  assert.equal(before.volumes.a.bricks.x.online, true);
  assert.equal(after.volumes.a.bricks.y, before.volumes.a.bricks.y);
  assert.equal(after.volumes.b, before.volumes.b);
});

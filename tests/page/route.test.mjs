import assert from "node:assert/strict";
import { test } from "node:test";

import { VIEWS, formatRoute, parseRoute, volumeLink } from "../../src/web/assets/route.js";

test("every view has an address", () => {
  for (const view of VIEWS) assert.equal(parseRoute(formatRoute({ view })).view, view);
  assert.equal(formatRoute({ view: "overview" }), "#/");
});

test("an address that is none leads to the overview", () => {
  for (const hash of ["", "#", "#/", "#main", "#/nowhere", "#/constructor", "#//"])
    assert.equal(parseRoute(hash).view, "overview", hash);
  assert.equal(parseRoute("#/volumes/").view, "volumes");
  assert.equal(parseRoute("#/volumes/%zz").view, "volumes");
});

test("volumes of any name have one", () => {
  for (const name of ["rep3", "a/b?c#d", "100%", "مجلد", "🦆", "<b>&\"'", "__proto__", "../x"]) {
    const route = parseRoute(volumeLink(name));
    assert.deepEqual([route.view, route.name], ["volume", name]);
  }
});

test("sort and filter stand in it", () => {
  const route = parseRoute("#/bricks?sort=-iops&q=a%20%26b");
  assert.deepEqual([route.view, route.params.get("sort"), route.params.get("q")], ["bricks", "-iops", "a &b"]);
  assert.deepEqual(parseRoute(formatRoute(route)), route);
});

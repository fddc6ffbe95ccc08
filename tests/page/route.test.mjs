import assert from "node:assert/strict";
import { test } from "node:test";

import { VIEWS, formatRoute, leadTo, parseRoute, volumeLink } from "../../src/web/assets/route.js";

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

test("views of another cluster begin with its name", () => {
  const route = parseRoute("#/@east-1/volumes/a%2Fb?sort=x");
  assert.deepEqual([route.cluster, route.view, route.name, route.params.get("sort")], ["east-1", "volume", "a/b", "x"]);
  assert.equal(formatRoute(route), "#/@east-1/volumes/a%2Fb?sort=x");
  assert.deepEqual(parseRoute("#/@east").cluster, "east");
  assert.equal(parseRoute("#/@east").view, "overview");
  assert.equal(parseRoute("#/@east/nowhere").view, "overview");
});

test("the own cluster is meant without a name, and by local", () => {
  for (const hash of ["#/volumes", "#/@/volumes", "#/@local/volumes"]) {
    assert.equal(parseRoute(hash).cluster, undefined, hash);
    assert.equal(parseRoute(hash).view, "volumes", hash);
  }
});

test("all clusters have one view, of no cluster", () => {
  const route = parseRoute("#/clusters?q=x");
  assert.deepEqual([route.view, route.cluster, route.params.get("q")], ["clusters", undefined, "x"]);
  assert.equal(formatRoute({ view: "clusters", cluster: "east" }), "#/clusters");
  assert.equal(parseRoute("#/@east/clusters").view, "overview");
});

test("links stay with the cluster that is shown", () => {
  leadTo("east");
  assert.equal(volumeLink("v"), "#/@east/volumes/v");
  assert.equal(formatRoute({ view: "overview" }), "#/@east/");
  assert.equal(formatRoute({ view: "peers", cluster: "west" }), "#/@west/peers");
  assert.equal(formatRoute({ view: "peers", cluster: "" }), "#/peers");
  leadTo(undefined);
  assert.equal(volumeLink("v"), "#/volumes/v");
});

import assert from "node:assert/strict";
import { test } from "node:test";

import * as format from "../../src/web/assets/format.js";

test("what is not known is a dash, and 0 is not", () => {
  for (const show of [
    format.bytes,
    format.byteRate,
    format.count,
    format.short,
    format.latency,
    format.percent,
    format.duration,
    format.age,
    format.localTime,
    format.utcTime,
  ]) {
    assert.equal(show(undefined), "–", show.name);
    assert.equal(show(NaN), "–", show.name);
    assert.equal(show(null), "–", show.name);
  }
  assert.equal(format.bytes(0), "0 B");
  assert.equal(format.short(0), "0");
  assert.equal(format.count(0), "0");
  assert.equal(format.percent(0), "0%");
  assert.equal(format.duration(0), "0 s");
});

test("bytes in units of 1024", () => {
  assert.equal(format.bytes(1023), "1023 B");
  assert.equal(format.bytes(1024), "1 KiB");
  assert.equal(format.bytes(1536), "1.50 KiB");
  assert.equal(format.bytes(1024 * 1023.99), "1.00 MiB", "not 1024 KiB");
  assert.equal(format.bytes(12.34 * 1024 ** 3), "12.3 GiB");
  assert.equal(format.bytes(2 ** 64), "16 EiB");
  assert.equal(format.bytes(2 ** 80), "1048576 EiB");
  assert.equal(format.byteRate(2048), "2 KiB/s");
});

test("rates", () => {
  assert.equal(format.short(0.04), "0.0");
  assert.equal(format.short(2.5), "2.5");
  assert.equal(format.short(9.96), "10");
  assert.equal(format.short(812.4), "812");
  assert.equal(format.short(999.7), "1.00 k");
  assert.equal(format.short(45_600_000), "45.6 M");
  assert.equal(format.count(1234567), "1,234,567");
});

test("latencies", () => {
  assert.equal(format.latency(0.00000042), "0.42 µs");
  assert.equal(format.latency(0.00031), "310 µs");
  assert.equal(format.latency(0.0009996), "1.00 ms");
  assert.equal(format.latency(0.0123), "12.3 ms");
  assert.equal(format.latency(2.5), "2.50 s");
});

test("percentages are never rounded to full or empty", () => {
  assert.equal(format.percent(0.5), "50%");
  assert.equal(format.percent(0.001), "<1%");
  assert.equal(format.percent(0.9999), ">99%");
  assert.equal(format.percent(1), "100%");
});

test("durations and ages", () => {
  assert.equal(format.duration(0.25), "250 ms");
  assert.equal(format.duration(1.5), "1.5 s");
  assert.equal(format.duration(59.9), "59 s");
  assert.equal(format.duration(65), "1 min 5 s");
  assert.equal(format.duration(7200), "2 h");
  assert.equal(format.duration(90_000), "1 d 1 h");
  assert.equal(format.duration(-3), "0 s");
  assert.equal(format.age(999), "now");
  assert.equal(format.age(12_900), "12 s ago");
  assert.equal(format.age(119_999), "119 s ago");
  assert.equal(format.age(120_000), "2 min ago");
  assert.equal(format.age(3 * 86_400_000), "3 d ago");
});

test("times", () => {
  const noon = format.parseTime("2026-11-21T12:00:00.003Z");
  assert.equal(noon, Date.UTC(2026, 10, 21, 12, 0, 0, 3));
  assert.equal(format.utcTime(noon), "2026-11-21 12:00:00 UTC");
  assert.equal(format.parseTime("yesterday"), undefined);
  assert.equal(format.parseTime(undefined), undefined);
});

test("long texts lose their middle, never half a character", () => {
  assert.equal(format.shorten("/srv/brick", 10), "/srv/brick");
  assert.equal(format.shorten("/very/long/path/to/brick17", 13), "/ver…/brick17");
  assert.equal(format.shorten("🦆🦆🦆🦆🦆🦆", 4), "🦆…🦆🦆");
  for (let most = 4; most < 12; ++most) assert.equal(Array.from(format.shorten("abcdefghijklmnop", most)).length, most);
});

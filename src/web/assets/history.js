// What the browser remembers of the last minutes: the state itself knows only now.
import { parseTime } from "./format.js";

const WINDOW_MS = 5 * 60_000;
const MIN_STEP_MS = 2000; // a death makes an extra state between two polls
const FOPS_WINDOW_MS = 30_000;

/**
 * @typedef {object} Sample
 * @property {number} at milliseconds
 * @property {number} [operations] per second
 * @property {number} [bytes] read and written per second
 * @property {number} [latency] seconds
 * @property {number} [backlog] entries that wait for heal
 *
 * @typedef {object} FopRate
 * @property {number} perSecond
 * @property {number} [latency] mean, in seconds
 */

export class History {
  constructor() {
    /** @type {Map<string, Sample[]>} */
    this.volumes = new Map();
    /** @type {Map<string, {at: number, totals: Map<string, {count: number, seconds: number}>}[]>} */
    this.fops = new Map();
    this.totals = new Map(); // volume → fop → what was counted while the page is open
    this.lastFops = new Map(); // brick → its fops at the last look
    /** The cluster's, as if it were a volume. @type {Sample[]} */
    this.cluster = [];
  }

  /** @param {import("./state.js").State} state each new one */
  take(state) {
    const at = parseTime(state.cluster?.taken_at);
    if (at === undefined) return;
    const volumes = Object.entries(state.volumes ?? {});
    const sum = { at, operations: undefined, bytes: undefined, latency: undefined, backlog: undefined };
    let seconds = 0;
    for (const [name, volume] of volumes) {
      const sample = {
        at,
        operations: volume.operations_per_second,
        bytes: addKnown(volume.read_bytes_per_second, volume.written_bytes_per_second),
        latency: volume.mean_latency_seconds,
        backlog: volume.heal_pending_entries,
      };
      let samples = this.volumes.get(name);
      if (samples === undefined) this.volumes.set(name, (samples = []));
      push(samples, sample);
      for (const key of ["operations", "bytes", "backlog"]) sum[key] = addKnown(sum[key], sample[key]);
      seconds += (sample.operations ?? 0) * (sample.latency ?? 0);
      this.#takeFops(name, volume, at);
    }
    if (sum.operations > 0) sum.latency = seconds / sum.operations;
    push(this.cluster, sum);
    this.#forget(new Set(volumes.map(([name]) => name)));
  }

  /** Empty for a volume that was never seen. @returns {Sample[]} oldest first */
  of(volume) {
    return this.volumes.get(volume) ?? [];
  }

  /**
   * What a volume's bricks did within the last half minute.
   * @returns {Map<string, FopRate> | undefined} undefined until two answers of the bricks are known
   */
  fopRates(volume) {
    const marks = this.fops.get(volume);
    if (marks === undefined || marks.length < 2) return undefined;
    const first = marks[0];
    const last = marks[marks.length - 1];
    const elapsed = (last.at - first.at) / 1000;
    const rates = new Map();
    for (const [fop, total] of last.totals) {
      const before = first.totals.get(fop) ?? { count: 0, seconds: 0 };
      const number = total.count - before.count;
      if (number <= 0) continue;
      const spent = total.seconds - before.seconds;
      rates.set(fop, { perSecond: number / elapsed, latency: spent > 0 ? spent / number : undefined });
    }
    return rates;
  }

  #takeFops(name, volume, at) {
    let totals = this.totals.get(name);
    let known = false;
    let changed = false;
    for (const [key, brick] of Object.entries(volume.bricks ?? {})) {
      if (brick.fops === undefined) continue;
      known = true;
      const id = `${name}\n${key}`;
      const before = this.lastFops.get(id);
      if (before === brick.fops) continue; // a change leaves what it does not touch the same object
      this.lastFops.set(id, brick.fops);
      changed = true;
      if (before === undefined) continue;
      if (totals === undefined) this.totals.set(name, (totals = new Map()));
      addGrowth(totals, before, brick.fops);
    }
    if (!known) {
      this.fops.delete(name);
      return;
    }
    let marks = this.fops.get(name);
    if (marks === undefined) this.fops.set(name, (marks = []));
    const last = marks[marks.length - 1];
    // Marks stand where the bricks answered, so that a window holds whole polls; idle bricks answer the same again.
    if (last !== undefined && (at - last.at < MIN_STEP_MS || (!changed && at - last.at < 6000))) return;
    const copy = new Map();
    for (const [fop, total] of totals ?? []) copy.set(fop, { ...total });
    marks.push({ at, totals: copy });
    while (marks.length > 2 && at - marks[0].at > FOPS_WINDOW_MS) marks.shift();
  }

  #forget(names) {
    for (const name of this.volumes.keys()) {
      if (names.has(name)) continue;
      this.volumes.delete(name);
      this.fops.delete(name);
      this.totals.delete(name);
      for (const id of this.lastFops.keys()) if (id.startsWith(`${name}\n`)) this.lastFops.delete(id);
    }
  }
}

/** Counters that fell belong to a process that started anew: what it counted since is what grew. */
function addGrowth(totals, before, after) {
  for (const [fop, now] of Object.entries(after)) {
    const old = before[fop];
    const restarted = old !== undefined && now.count < old.count;
    const from = old === undefined || restarted ? { count: 0, seconds_total: 0 } : old;
    let total = totals.get(fop);
    if (total === undefined) totals.set(fop, (total = { count: 0, seconds: 0 }));
    total.count += now.count - from.count;
    total.seconds += Math.max(0, (now.seconds_total ?? 0) - (from.seconds_total ?? 0));
  }
}

function push(samples, sample) {
  // The exporter's clock was set back: what was before is of another time.
  if (samples.length > 0 && sample.at < samples[samples.length - 1].at) samples.length = 0;
  const last = samples[samples.length - 1];
  if (last !== undefined && sample.at - last.at < MIN_STEP_MS) return;
  samples.push(sample);
  while (samples.length > 0 && sample.at - samples[0].at > WINDOW_MS) samples.shift();
}

export function addKnown(left, right) {
  if (left === undefined) return right;
  return right === undefined ? left : left + right;
}

/**
 * The points of a line through `samples`, from the oldest at the left; 0 is at the bottom.
 * @param {Sample[]} samples
 * @param {"operations"|"bytes"|"latency"|"backlog"} key
 * @returns {string} for <polyline points>; empty when there are not two known samples
 */
export function sparklinePoints(samples, key, width, height) {
  const known = samples.filter((sample) => sample[key] !== undefined);
  if (known.length < 2) return "";
  const first = known[0].at;
  const span = known[known.length - 1].at - first;
  const most = Math.max(...known.map((sample) => sample[key]));
  return known
    .map((sample) => {
      const x = ((sample.at - first) / span) * width;
      const y = most > 0 ? height - (sample[key] / most) * height : height;
      return `${round(x)},${round(y)}`;
    })
    .join(" ");
}

const round = (value) => Math.round(value * 10) / 10;

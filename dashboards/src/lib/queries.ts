// Words of PromQL that the dashboards share. Every selector is made here, so that none forgets what was chosen at the
// top of the dashboard.

const CHOSEN = 'job=~"$job", cluster=~"$cluster"';

// What a panel about volumes, hosts, bricks adds to it.
export const VOLUME = 'volume=~"$volume"';
export const HOST = 'host=~"$host"';
export const BRICK = 'brick=~"$brick"';
export const INSTANCE = 'instance=~"$instance"';

// Labels that tell one thing from all others. Where nobody has given a label "cluster" it is empty, which changes nothing.
export const A_VOLUME = "cluster, volume";
export const A_HOST = "cluster, host";
export const A_BRICK = "cluster, volume, host, brick";

/** A selector. */
export function all(metric: string, ...matchers: string[]): string {
  return `${metric}{${[CHOSEN, ...matchers].join(", ")}}`;
}

/**
 * One series for each thing. Two exporters can both speak for the cluster for a moment while they find out who leads;
 * this is also what keeps the thing from standing twice.
 */
export function one(op: "max" | "min" | "sum", by: string, metric: string, ...matchers: string[]): string {
  return `${op} by (${by}) (${all(metric, ...matchers)})`;
}

/** The rate of a counter. */
export function rate(by: string, counter: string, ...matchers: string[]): string {
  return `sum by (${by}) (rate(${all(counter, ...matchers)}[$__rate_interval]))`;
}

/** The same over the whole time range: to choose what is shown. */
export function rateOfRange(by: string, counter: string, ...matchers: string[]): string {
  return `sum by (${by}) (rate(${all(counter, ...matchers)}[$__range] @ end()))`;
}

/**
 * The highest `count`, chosen once for the whole time range: a plain topk chooses anew at each step, and the panel ends
 * up with many more lines.
 */
export function top(count: number, now: string, overRange: string): string {
  return `${now} and topk(${count}, ${overRange})`;
}

export function topRate(count: number, by: string, counter: string, ...matchers: string[]): string {
  return top(count, rate(by, counter, ...matchers), rateOfRange(by, counter, ...matchers));
}

export function topGauge(count: number, op: "max" | "sum", by: string, gauge: string, ...matchers: string[]): string {
  return top(
    count,
    one(op, by, gauge, ...matchers),
    `${op} by (${by}) (max_over_time(${all(gauge, ...matchers)}[$__range] @ end()))`,
  );
}

/** Mean duration of operations: only rate by rate says what it was in a window. Nothing while there are none. */
export function latency(by: string, ...matchers: string[]): string {
  const summary = "glusterfs_brick_fop_duration_seconds";
  return `${rate(by, `${summary}_sum`, ...matchers)} / (${rate(by, `${summary}_count`, ...matchers)} > 0)`;
}

/** The latencies of those `count` that took the most time together. */
export function topLatency(count: number, by: string, ...matchers: string[]): string {
  return `${latency(by, ...matchers)} and topk(${count}, ${rateOfRange(by, "glusterfs_brick_fop_duration_seconds_sum", ...matchers)})`;
}

/** How many of them are 0: 0 only while that is known. */
export function countOfZeros(by: string, metric: string, ...matchers: string[]): string {
  const values = one("min", by, metric, ...matchers);
  return `count(${values} == 0) or 0 * count(${values})`;
}

/**
 * A state set as one number for each thing: the place of its state in `states`, which run from good to bad. A thing
 * without the set (unknown, or not asked) has none.
 */
export function stateNumber(by: string, metric: string, states: readonly string[], ...matchers: string[]): string {
  const parts = states.map((state, number) => `${number} * (${all(metric, ...matchers, `state="${state}"`)} == 1)`);
  return `max by (${by}) (${parts.join(" or ")})`;
}

/** The same for a line over time: the 20 that were worst. */
export function worstStates(by: string, metric: string, states: readonly string[], ...matchers: string[]): string {
  const worst = states.map(
    (state, number) => `${number} * max_over_time(${all(metric, ...matchers, `state="${state}"`)}[$__range] @ end())`,
  );
  return top(20, stateNumber(by, metric, states, ...matchers), `max by (${by}) (${worst.join(" or ")})`);
}

/** 0 or 1 over time, the 20 that were 0 most. */
export function worstOnline(by: string, metric: string, ...matchers: string[]): string {
  const gone = `max by (${by}) (1 - avg_over_time(${all(metric, ...matchers)}[$__range] @ end()))`;
  return top(20, one("min", by, metric, ...matchers), gone);
}

/** How much of it is used, 0 to 1. `what` is volume or brick, `unit` size_bytes/free_bytes or inodes/inodes_free. */
export function usedRatio(by: string, size: string, free: string, ...matchers: string[]): string {
  return `1 - ${one("max", by, free, ...matchers)} / ${one("max", by, size, ...matchers)}`;
}

export function topUsedRatio(count: number, by: string, size: string, free: string, ...matchers: string[]): string {
  const least = `max by (${by}) (min_over_time(${all(free, ...matchers)}[$__range] @ end()))`;
  const most = `max by (${by}) (max_over_time(${all(size, ...matchers)}[$__range] @ end()))`;
  return top(count, `(${usedRatio(by, size, free, ...matchers)})`, `1 - ${least} / ${most}`);
}

/**
 * Bytes more in a week, by what the chosen days showed. Growth of what is used, so that a volume that was made larger
 * does not look as if it had shrunk. Nothing for what has not been watched for so long: the first minutes of a cluster
 * would promise that it is full tomorrow.
 */
export function weeklyGrowth(by: string, size: string, free: string, ...matchers: string[]): string {
  const slope = (metric: string) => `max by (${by}) (deriv(${all(metric, ...matchers)}[$growth]))`;
  const watched = `max by (${by}) (${all(free, ...matchers)} offset $growth)`;
  return `604800 * (${slope(size)} - ${slope(free)} and ${watched})`;
}

/** Weeks until nothing is free; nothing for what does not grow. */
export function weeksLeft(by: string, size: string, free: string, ...matchers: string[]): string {
  return `${one("max", by, free, ...matchers)} / (${weeklyGrowth(by, size, free, ...matchers)} > 0)`;
}

/**
 * Entries that wait for heal. Each brick of a set knows nearly the same ones, so the brick that knows most of them
 * speaks for its set.
 */
export function healPending(by: string, ...matchers: string[]): string {
  const pending = one("max", A_BRICK, "glusterfs_brick_heal_pending_entries", ...matchers);
  const info = one("max", `${A_BRICK}, subvolume`, "glusterfs_brick_info", ...matchers);
  const ofSet = `max by (cluster, volume, subvolume) (${pending} * on (${A_BRICK}) group_left (subvolume) ${info})`;
  return by ? `sum by (${by}) (${ofSet})` : `sum(${ofSet})`;
}

/**
 * What the bricks' processes of each host take together. Bricks that share a process all show that process's numbers, so
 * this is the mean of the bricks times the number of processes: exact when none share one, and when all do.
 */
export function brickProcesses(perBrick: (by: string) => string, ...matchers: string[]): string {
  const started = one("max", A_BRICK, "glusterfs_brick_start_time_seconds", ...matchers);
  const processes = `count by (${A_HOST}) (count_values by (${A_HOST}) ("start", ${started}))`;
  return `avg by (${A_HOST}) (${perBrick(A_BRICK)}) * ${processes}`;
}

/** Things that are 0 now, with what they are in the label "what"; and when they were last seen not to be, in ms. */
export interface Down {
  now: string;
  lastUp: string;
}

export function down(what: string, by: string, metric: string, ...matchers: string[]): Down {
  const is = `${one("max", by, metric, ...matchers)} == 0`;
  const up = `max_over_time(timestamp(${all(metric, ...matchers)} == 1)[$__range:$__interval])`;
  const named = (expr: string) => `label_replace(${expr}, "what", "${what}", "", "")`;
  return { now: named(is), lastUp: named(`1000 * max by (${by}) (${up}) and ${is}`) };
}

/** Bytes of the bricks' file systems of each host: one that several bricks share counts once. */
export function ofFileSystems(metric: string, ...matchers: string[]): string {
  const info = one("max", `${A_BRICK}, device`, "glusterfs_brick_info", ...matchers, 'device!=""');
  const withDevice = `${one("max", A_BRICK, metric, ...matchers)} * on (${A_BRICK}) group_left (device) ${info}`;
  return `sum by (${A_HOST}) (max by (${A_HOST}, device) (${withDevice}))`;
}

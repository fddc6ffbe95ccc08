// Panels that stand on more than one dashboard.
import { barPanel, linePanel, type NumberColumn, type Panel, SERIES, statePanel, WEEKS, FULLNESS } from "./panels";
import {
  A_BRICK,
  A_HOST,
  A_VOLUME,
  HOST,
  all,
  brickProcesses,
  one,
  rate,
  rateOfRange,
  top,
  topGauge,
  topLatency,
  topRate,
  topUsedRatio,
  usedRatio,
  weeklyGrowth,
  weeksLeft,
  worstStates,
} from "./queries";
import { HEALTH } from "./states";

export const FOPS = "glusterfs_brick_fop_duration_seconds_count";
export const READ = "glusterfs_brick_read_size_bytes_sum";
export const WRITTEN = "glusterfs_brick_write_size_bytes_sum";

type Size = { width: number; height: number };

const WHAT_OPERATIONS =
  "As bricks see it: a write to a volume with three replicas is an operation on three bricks. Needs profiling.";

export function volumeHealth(size: Size, ...matchers: string[]): Panel {
  return statePanel({
    ...size,
    title: "Health of volumes",
    description:
      "Degraded: bricks are missing, all files are served. Partial: some files are out of reach. Down: all are. A gap: the volume was stopped, or nobody knew. Of more than 20 volumes those that were worst in this time.",
    expr: worstStates(A_VOLUME, "glusterfs_volume_health", HEALTH.names, ...matchers),
    legend: "{{volume}}",
    mapping: HEALTH.mapping,
    links: [SERIES.toVolume, SERIES.toBricksOfVolume],
  });
}

export function operationsByVolume(size: Size, ...matchers: string[]): Panel {
  return linePanel({
    ...size,
    title: "Operations by volume",
    description: `Operations a second on the bricks of the ten busiest volumes. ${WHAT_OPERATIONS}`,
    unit: "ops",
    queries: [{ expr: topRate(10, A_VOLUME, FOPS, ...matchers), legend: "{{volume}}" }],
    links: [SERIES.toVolume],
  });
}

export function latencyByVolume(size: Size, ...matchers: string[]): Panel {
  return linePanel({
    ...size,
    title: "Latency by volume",
    description:
      "Mean time a brick took for an operation, of the ten volumes whose operations took most time. Without the network and without the client. Needs profiling.",
    unit: "s",
    queries: [{ expr: topLatency(10, A_VOLUME, ...matchers), legend: "{{volume}}" }],
    links: [SERIES.toVolume],
  });
}

export function throughput(size: Size, ...matchers: string[]): Panel {
  return linePanel({
    ...size,
    title: "Throughput",
    description: `Bytes a second read from and written to all bricks together. ${WHAT_OPERATIONS}`,
    unit: "binBps",
    queries: [
      { expr: rate("", READ, ...matchers), legend: "read" },
      { expr: rate("", WRITTEN, ...matchers), legend: "written" },
    ],
  });
}

export function connections(size: Size, ...matchers: string[]): Panel {
  return linePanel({
    ...size,
    title: "Clients by volume",
    description:
      "Connections to the brick that has most of them, of ten volumes: a client connects to every brick of its volume. Gluster's own daemons are among them.",
    unit: "short",
    decimals: 0,
    queries: [{ expr: topGauge(10, "max", A_VOLUME, "glusterfs_brick_clients", ...matchers), legend: "{{volume}}" }],
    links: [SERIES.toVolume],
  });
}

/** What there is to say of space. Each thing is a row of a table. */
export function spaceColumns(by: string, size: string, free: string, ...matchers: string[]): NumberColumn[] {
  return [
    {
      name: "Used",
      expr: usedRatio(by, size, free, ...matchers),
      unit: "percentunit",
      min: 0,
      max: 1,
      decimals: 1,
      as: "bar",
      steps: FULLNESS,
    },
    { name: "Free", expr: one("max", by, free, ...matchers), unit: "bytes", width: 90 },
    { name: "Size", expr: one("max", by, size, ...matchers), unit: "bytes", width: 90 },
    { name: "Growth a week", expr: weeklyGrowth(by, size, free, ...matchers), unit: "bytes", width: 115 },
    {
      name: "Weeks left",
      expr: weeksLeft(by, size, free, ...matchers),
      decimals: 1,
      as: "state",
      steps: WEEKS,
      width: 95,
    },
  ];
}

export const VOLUME_SIZE = "glusterfs_volume_size_bytes";
export const VOLUME_FREE = "glusterfs_volume_free_bytes";
export const BRICK_SIZE = "glusterfs_brick_size_bytes";
export const BRICK_FREE = "glusterfs_brick_free_bytes";

export function usedOverTime(
  size: Size,
  title: string,
  by: string,
  of: [string, string],
  legend: string,
  ...matchers: string[]
): Panel {
  return linePanel({
    ...size,
    title,
    description: "The ten that came closest to full in this time. Orange from 80 %, red from 90 %.",
    unit: "percentunit",
    max: 1,
    decimals: 1,
    steps: FULLNESS,
    queries: [{ expr: topUsedRatio(10, by, ...of, ...matchers), legend }],
    links: [by === A_VOLUME ? SERIES.toVolume : SERIES.toBrick],
  });
}

const BRICK_CPU = "glusterfs_brick_cpu_seconds_total";
const BRICK_MEMORY = "glusterfs_brick_resident_memory_bytes";
const DAEMON_CPU = "glusterfs_daemon_cpu_seconds_total";
const DAEMON_MEMORY = "glusterfs_daemon_resident_memory_bytes";

function both(bricks: string, daemons: string): string {
  return `((${bricks}) + (${daemons}) or (${daemons}))`;
}

/** What Gluster's processes on each host take. */
export function hostCpu(...matchers: string[]): string {
  return both(
    brickProcesses((by) => rate(by, BRICK_CPU, ...matchers), ...matchers),
    rate(A_HOST, DAEMON_CPU, ...matchers),
  );
}

export function hostMemory(...matchers: string[]): string {
  return both(
    brickProcesses((by) => one("max", by, BRICK_MEMORY, ...matchers), ...matchers),
    one("sum", A_HOST, DAEMON_MEMORY, ...matchers),
  );
}

/** To choose the hosts that are shown; here it does no harm that a process may count once for each of its bricks. */
function mostOfRange(gauge: string): string {
  return `sum by (${A_HOST}) (max_over_time(${all(gauge, HOST)}[$__range] @ end()))`;
}

export function cpuByHost(size: Size): Panel {
  return linePanel({
    ...size,
    title: "CPU by host",
    description:
      "Cores that Gluster's bricks and daemons keep busy, of the twenty hosts where it is most. Nothing else that runs there.",
    unit: "short",
    decimals: 2,
    queries: [
      {
        expr: top(20, hostCpu(HOST), both(rateOfRange(A_HOST, BRICK_CPU, HOST), rateOfRange(A_HOST, DAEMON_CPU, HOST))),
        legend: "{{host}}",
      },
    ],
    links: [SERIES.toHost],
  });
}

export function memoryByHost(size: Size): Panel {
  return linePanel({
    ...size,
    title: "Memory by host",
    description:
      "What Gluster's bricks and daemons hold in RAM, of the twenty hosts where it is most. Nothing else that runs there.",
    unit: "bytes",
    queries: [
      {
        expr: top(20, hostMemory(HOST), both(mostOfRange(BRICK_MEMORY), mostOfRange(DAEMON_MEMORY))),
        legend: "{{host}}",
      },
    ],
    links: [SERIES.toHost],
  });
}

export function fullestBricks(size: Size, count: number, ...matchers: string[]): Panel {
  return barPanel({
    ...size,
    title: "Fullest bricks",
    description: "How full the file systems are that the bricks lie on.",
    unit: "percentunit",
    max: 1,
    decimals: 1,
    steps: FULLNESS,
    expr: `topk(${count}, ${usedRatio(A_BRICK, BRICK_SIZE, BRICK_FREE, ...matchers)})`,
    legend: "{{host}}:{{brick}}",
    links: [SERIES.toBrick],
  });
}

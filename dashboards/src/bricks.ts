import { BRICK_FREE, BRICK_SIZE, FOPS, READ, WRITTEN, spaceColumns, usedOverTime } from "./lib/common-panels";
import { type Contents, brickVariable, growthVariable, hostVariable, volumeVariable } from "./lib/dashboard";
import {
  BRICK_COLUMN,
  CLUSTER_COLUMN,
  FULLNESS,
  HOST_COLUMN,
  NONE_IS_GOOD,
  SERIES,
  VOLUME_COLUMN,
  linePanel,
  statPanel,
  statePanel,
  tablePanel,
} from "./lib/panels";
import {
  A_BRICK,
  BRICK,
  HOST,
  VOLUME,
  countOfZeros,
  one,
  rate,
  topGauge,
  topLatency,
  topRate,
  topUsedRatio,
  usedRatio,
  weeksLeft,
  worstOnline,
} from "./lib/queries";
import { NO_YES, ONLINE } from "./lib/states";

const LINE = { width: 8, height: 10 };
const STAT = { width: 4, height: 4 };
const THESE = [VOLUME, HOST, BRICK];
const LEGEND = "{{host}}:{{brick}}";

interface OfBricks {
  title: string;
  description: string;
  unit: string;
  decimals?: number;
}

function gaugeOfBricks(metric: string, options: OfBricks) {
  return linePanel({
    ...LINE,
    ...options,
    description: `${options.description} The ten with most.`,
    queries: [{ expr: topGauge(10, "max", A_BRICK, metric, ...THESE), legend: LEGEND }],
    links: [SERIES.toBrick],
  });
}

function rateOfBricks(counter: string, options: OfBricks) {
  return linePanel({
    ...LINE,
    ...options,
    description: `${options.description} The ten with most.`,
    queries: [{ expr: topRate(10, A_BRICK, counter, ...THESE), legend: LEGEND }],
    links: [SERIES.toBrick],
  });
}

function poolColumn(metric: string, name: string) {
  return {
    name,
    expr: one("max", A_BRICK, metric, ...THESE),
    unit: "percentunit",
    min: 0,
    max: 1,
    decimals: 1,
    as: "bar" as const,
    steps: FULLNESS,
  };
}

export const bricks: Contents = {
  uid: "glusterfs-bricks",
  title: "GlusterFS / Bricks",
  description: "Bricks: which run, how full they are, what they do and what they take.",
  variables: [volumeVariable, hostVariable, brickVariable, growthVariable],
  rows: [
    {
      title: "",
      panels: [
        statPanel({
          ...STAT,
          title: "Bricks",
          description: "Of what is chosen.",
          unit: "short",
          queries: [{ expr: `count(${one("max", A_BRICK, "glusterfs_brick_info", ...THESE)})`, legend: "bricks" }],
        }),
        statPanel({
          ...STAT,
          title: "Offline",
          description: "Bricks of started volumes that do not run.",
          unit: "short",
          steps: NONE_IS_GOOD,
          queries: [{ expr: countOfZeros(A_BRICK, "glusterfs_brick_online", ...THESE), legend: "offline" }],
        }),
        statPanel({
          ...STAT,
          title: "Fullest",
          description: "How full the fullest brick's file system is.",
          unit: "percentunit",
          decimals: 1,
          steps: FULLNESS,
          queries: [{ expr: `max(${usedRatio(A_BRICK, BRICK_SIZE, BRICK_FREE, ...THESE)})`, legend: "used" }],
        }),
        statPanel({
          ...STAT,
          title: "First full in weeks",
          description: "Weeks until the first brick is full if it grows on as it did in the chosen days.",
          unit: "short",
          decimals: 1,
          steps: [
            [null, "red"],
            [4, "orange"],
            [12, "green"],
          ],
          absent: "no growth seen",
          queries: [{ expr: `min(${weeksLeft(A_BRICK, BRICK_SIZE, BRICK_FREE, ...THESE)})`, legend: "weeks" }],
        }),
        statPanel({
          ...STAT,
          title: "Operations",
          description: "Operations a second on the chosen bricks. Needs profiling.",
          unit: "ops",
          decimals: 1,
          queries: [{ expr: rate("", FOPS, ...THESE), legend: "operations" }],
        }),
        statPanel({
          ...STAT,
          title: "Pending operations",
          description: "Operations that the bricks' processes work on now.",
          unit: "short",
          queries: [
            { expr: `sum(${one("max", A_BRICK, "glusterfs_brick_pending_calls", ...THESE)})`, legend: "pending" },
          ],
        }),
        statePanel({
          title: "Bricks online",
          description:
            "A gap: the volume was stopped, or nobody could ask about the brick. Of more than 20 bricks those that were down longest.",
          width: 24,
          height: 11,
          expr: worstOnline(A_BRICK, "glusterfs_brick_online", ...THESE),
          legend: "{{volume}} {{host}}:{{brick}}",
          mapping: ONLINE,
          links: [SERIES.toVolume, SERIES.toHost, SERIES.toBrick],
        }),
        tablePanel({
          title: "Bricks",
          description: "Each brick, where it lies and how it fares.",
          width: 24,
          height: 11,
          labels: [
            CLUSTER_COLUMN,
            VOLUME_COLUMN,
            HOST_COLUMN,
            BRICK_COLUMN,
            { label: "subvolume", name: "Subvolume", width: 100 },
            { label: "device", name: "Device" },
            { label: "fs_type", name: "File system", width: 105 },
          ],
          numbers: [
            {
              name: "Info",
              expr: one("max", `${A_BRICK}, subvolume, device, fs_type`, "glusterfs_brick_info", ...THESE),
              as: "hidden",
            },
            {
              name: "State",
              expr: one("min", A_BRICK, "glusterfs_brick_online", ...THESE),
              mapping: ONLINE,
              as: "state",
              width: 80,
            },
            {
              name: "Since",
              expr: `1000 * ${one("max", A_BRICK, "glusterfs_brick_start_time_seconds", ...THESE)}`,
              unit: "dateTimeFromNow",
              width: 120,
            },
            {
              name: "Used",
              expr: usedRatio(A_BRICK, BRICK_SIZE, BRICK_FREE, ...THESE),
              unit: "percentunit",
              min: 0,
              max: 1,
              decimals: 1,
              as: "bar",
              steps: FULLNESS,
            },
            { name: "Operations", expr: rate(A_BRICK, FOPS, ...THESE), unit: "ops", decimals: 1, width: 105 },
            {
              name: "To heal",
              expr: one("max", A_BRICK, "glusterfs_brick_heal_pending_entries", ...THESE),
              unit: "short",
              width: 80,
            },
          ],
          sortBy: "State",
          descending: false,
        }),
      ],
    },
    {
      title: "Space",
      panels: [
        tablePanel({
          title: "Space",
          description: "The file systems that the bricks lie on. Those that share one all show its numbers.",
          width: 24,
          height: 10,
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN, HOST_COLUMN, BRICK_COLUMN],
          numbers: [
            ...spaceColumns(A_BRICK, BRICK_SIZE, BRICK_FREE, ...THESE),
            {
              name: "Shared",
              expr: one("max", A_BRICK, "glusterfs_brick_shares_filesystem", ...THESE),
              mapping: NO_YES,
              width: 80,
            },
          ],
          sortBy: "Used",
        }),
        usedOverTime({ width: 12, height: 10 }, "Space used", A_BRICK, [BRICK_SIZE, BRICK_FREE], LEGEND, ...THESE),
        linePanel({
          width: 12,
          height: 10,
          title: "Inodes used",
          description: "The ten bricks whose file systems came closest to holding as many files as they can.",
          unit: "percentunit",
          max: 1,
          decimals: 1,
          queries: [
            {
              expr: topUsedRatio(10, A_BRICK, "glusterfs_brick_inodes", "glusterfs_brick_inodes_free", ...THESE),
              legend: LEGEND,
            },
          ],
          links: [SERIES.toBrick],
        }),
        tablePanel({
          title: "Thin pools",
          description:
            "LVM thin pools that bricks lie in. A pool that fills up takes its bricks down, and so does its metadata space.",
          width: 24,
          height: 8,
          absent: "none known",
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN, HOST_COLUMN, BRICK_COLUMN],
          numbers: [
            poolColumn("glusterfs_thin_pool_data_used_ratio", "Data used"),
            poolColumn("glusterfs_thin_pool_metadata_used_ratio", "Metadata used"),
            {
              name: "Size",
              expr: one("max", A_BRICK, "glusterfs_thin_pool_size_bytes", ...THESE),
              unit: "bytes",
              width: 90,
            },
          ],
          sortBy: "Data used",
        }),
      ],
    },
    {
      title: "Load",
      panels: [
        rateOfBricks(FOPS, { title: "Operations", description: "Operations a second. Needs profiling.", unit: "ops" }),
        linePanel({
          ...LINE,
          title: "Latency",
          description: "Mean time of an operation, of the ten bricks whose operations took most time. Needs profiling.",
          unit: "s",
          queries: [{ expr: topLatency(10, A_BRICK, ...THESE), legend: LEGEND }],
          links: [SERIES.toBrick],
        }),
        gaugeOfBricks("glusterfs_brick_pending_calls", {
          title: "Pending operations",
          description: "Operations that the brick's process works on.",
          unit: "short",
        }),
        rateOfBricks(READ, {
          title: "Read",
          description: "Bytes a second read from the brick. Needs profiling.",
          unit: "binBps",
        }),
        rateOfBricks(WRITTEN, {
          title: "Written",
          description: "Bytes a second written to the brick. Needs profiling.",
          unit: "binBps",
        }),
        gaugeOfBricks("glusterfs_brick_clients", {
          title: "Clients",
          description: "Connections to the brick, those of Gluster's own daemons among them.",
          unit: "short",
          decimals: 0,
        }),
      ],
    },
    {
      title: "What their processes take",
      panels: [
        rateOfBricks("glusterfs_brick_cpu_seconds_total", {
          title: "CPU",
          description: "Cores kept busy. Bricks that share a process all show that process's.",
          unit: "short",
          decimals: 3,
        }),
        gaugeOfBricks("glusterfs_brick_resident_memory_bytes", {
          title: "Memory",
          description: "RAM. Bricks that share a process all show that process's.",
          unit: "bytes",
        }),
        linePanel({
          ...LINE,
          title: "Heap",
          description: "Heap of all chosen bricks together: in use, free (kept for later), mapped (large blocks).",
          unit: "bytes",
          stack: true,
          legendTable: false,
          queries: [
            {
              expr: `sum by (state) (${one("max", `${A_BRICK}, state`, "glusterfs_brick_heap_bytes", ...THESE)})`,
              legend: "{{state}}",
            },
          ],
        }),
        gaugeOfBricks("glusterfs_brick_threads", {
          title: "Threads",
          description: "Threads of the process.",
          unit: "short",
          decimals: 0,
        }),
        gaugeOfBricks("glusterfs_brick_open_fds", {
          title: "Open files",
          description: "File descriptors of the process. It keeps one for each file that a client has open.",
          unit: "short",
          decimals: 0,
        }),
        linePanel({
          ...LINE,
          title: "Cached inodes",
          description:
            "Inodes in memory of all chosen bricks: active (in use), lru (kept for later), purge (about to go).",
          unit: "short",
          stack: true,
          legendTable: false,
          queries: [
            {
              expr: `sum by (list) (${one("max", `${A_BRICK}, list`, "glusterfs_brick_cached_inodes", ...THESE)})`,
              legend: "{{list}}",
            },
          ],
        }),
      ],
    },
  ],
};

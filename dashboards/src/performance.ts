import { FOPS, READ, WRITTEN, latencyByVolume, operationsByVolume, throughput } from "./lib/common-panels";
import { type Contents, hostVariable, volumeVariable } from "./lib/dashboard";
import {
  BRICK_COLUMN,
  HOST_COLUMN,
  SERIES,
  VOLUME_COLUMN,
  linePanel,
  sizePanel,
  statPanel,
  tablePanel,
} from "./lib/panels";
import {
  A_BRICK,
  A_HOST,
  A_VOLUME,
  HOST,
  VOLUME,
  all,
  latency,
  one,
  rate,
  topGauge,
  topLatency,
  topRate,
} from "./lib/queries";
import { ON } from "./lib/states";

const LINE = { width: 8, height: 9 };
const HALF = { width: 12, height: 10 };
const STAT = { width: 4, height: 4 };
const THESE = [VOLUME, HOST];

const READ_SIZES = "glusterfs_brick_read_size_bytes";
const WRITE_SIZES = "glusterfs_brick_write_size_bytes";

function sizes(title: string, histogram: string, what: string) {
  return sizePanel({
    ...HALF,
    title,
    description: `How many ${what} a second were up to how large. The last row is everything from 1 MiB on. Needs profiling.`,
    expr: rate("le", `${histogram}_bucket`, ...THESE),
  });
}

function quantile(share: number, histogram: string): string {
  return `histogram_quantile(${share}, ${rate("le", `${histogram}_bucket`, ...THESE)})`;
}

export const performance: Contents = {
  uid: "glusterfs-performance",
  title: "GlusterFS / Performance",
  description:
    "Operations, their latency and sizes, as the bricks see them. Needs `gluster volume profile VOLUME start`.",
  variables: [volumeVariable, hostVariable],
  from: "now-1h",
  rows: [
    {
      title: "",
      panels: [
        statPanel({
          ...STAT,
          title: "Operations",
          description: "Operations a second on all chosen bricks.",
          unit: "ops",
          decimals: 1,
          queries: [{ expr: rate("", FOPS, ...THESE), legend: "operations" }],
        }),
        statPanel({
          ...STAT,
          title: "Latency",
          description: "Mean time a brick takes for an operation.",
          unit: "s",
          queries: [{ expr: latency("", ...THESE), legend: "latency" }],
          absent: "no operations",
        }),
        statPanel({
          ...STAT,
          title: "Read",
          description: "Bytes a second read from all chosen bricks.",
          unit: "binBps",
          queries: [{ expr: rate("", READ, ...THESE), legend: "read" }],
        }),
        statPanel({
          ...STAT,
          title: "Written",
          description: "Bytes a second written to all chosen bricks.",
          unit: "binBps",
          queries: [{ expr: rate("", WRITTEN, ...THESE), legend: "written" }],
        }),
        statPanel({
          ...STAT,
          title: "Share of reads",
          description: "Reads among reads and writes.",
          unit: "percentunit",
          decimals: 0,
          absent: "no operations",
          queries: [
            {
              expr: `${rate("", FOPS, ...THESE, 'fop="READ"')} / (${rate("", FOPS, ...THESE, 'fop=~"READ|WRITE"')} > 0)`,
              legend: "reads",
            },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Volumes not profiled",
          description: "Volumes without profiling: this dashboard knows nothing of them.",
          unit: "short",
          steps: [
            [null, "green"],
            [1, "orange"],
          ],
          queries: [
            {
              expr: `count(${one("min", A_VOLUME, "glusterfs_volume_profiling_enabled", VOLUME)} == 0) or 0 * count(${one("min", A_VOLUME, "glusterfs_volume_profiling_enabled", VOLUME)})`,
              legend: "not profiled",
            },
          ],
        }),
        operationsByVolume(LINE, ...THESE),
        latencyByVolume(LINE, ...THESE),
        throughput(LINE, ...THESE),
      ],
    },
    {
      title: "Kinds of operations",
      panels: [
        linePanel({
          ...HALF,
          title: "Operations by kind",
          description: "The ten most frequent ones.",
          unit: "ops",
          queries: [{ expr: topRate(10, "fop", FOPS, ...THESE), legend: "{{fop}}" }],
        }),
        linePanel({
          ...HALF,
          title: "Latency by kind",
          description: "Mean time, of the ten kinds that took most time together.",
          unit: "s",
          queries: [{ expr: topLatency(10, "fop", ...THESE), legend: "{{fop}}" }],
        }),
        linePanel({
          ...HALF,
          title: "Time by kind",
          description:
            "Seconds a second that bricks spend on each of the ten kinds that take most: where the time goes.",
          unit: "short",
          decimals: 3,
          stack: true,
          queries: [
            { expr: topRate(10, "fop", "glusterfs_brick_fop_duration_seconds_sum", ...THESE), legend: "{{fop}}" },
          ],
        }),
        linePanel({
          ...HALF,
          title: "Operations by host",
          description: "On the bricks of the ten busiest hosts.",
          unit: "ops",
          queries: [{ expr: topRate(10, A_HOST, FOPS, ...THESE), legend: "{{host}}" }],
          links: [SERIES.toHost],
        }),
        tablePanel({
          title: "Kinds of operations",
          description: "All kinds that were seen. Shortest and longest are of all time since the bricks started.",
          width: 24,
          height: 11,
          labels: [{ label: "fop", name: "Operation" }],
          numbers: [
            { name: "Rate", expr: rate("fop", FOPS, ...THESE), unit: "ops", decimals: 2 },
            { name: "Mean", expr: latency("fop", ...THESE), unit: "s" },
            {
              name: "Shortest ever",
              expr: one("min", "fop", "glusterfs_brick_fop_duration_min_seconds", ...THESE),
              unit: "s",
            },
            {
              name: "Longest ever",
              expr: one("max", "fop", "glusterfs_brick_fop_duration_max_seconds", ...THESE),
              unit: "s",
            },
          ],
          sortBy: "Rate",
        }),
      ],
    },
    {
      title: "Sizes",
      panels: [
        sizes("Reads by size", READ_SIZES, "reads"),
        sizes("Writes by size", WRITE_SIZES, "writes"),
        linePanel({
          ...HALF,
          title: "Size of a read",
          description:
            "Half of the reads are smaller than the median, one in twenty is larger than the 95th percentile. Gluster counts in powers of two, so these are near, not exact; nothing is told beyond 1 MiB.",
          unit: "bytes",
          queries: [
            { expr: quantile(0.5, READ_SIZES), legend: "median" },
            { expr: quantile(0.95, READ_SIZES), legend: "95th percentile" },
            {
              expr: `${rate("", `${READ_SIZES}_sum`, ...THESE)} / (${rate("", `${READ_SIZES}_count`, ...THESE)} > 0)`,
              legend: "mean",
            },
          ],
        }),
        linePanel({
          ...HALF,
          title: "Size of a write",
          description: "As for reads. Many small writes cost more than few large ones.",
          unit: "bytes",
          queries: [
            { expr: quantile(0.5, WRITE_SIZES), legend: "median" },
            { expr: quantile(0.95, WRITE_SIZES), legend: "95th percentile" },
            {
              expr: `${rate("", `${WRITE_SIZES}_sum`, ...THESE)} / (${rate("", `${WRITE_SIZES}_count`, ...THESE)} > 0)`,
              legend: "mean",
            },
          ],
        }),
      ],
    },
    {
      title: "Details",
      panels: [
        linePanel({
          ...HALF,
          title: "Longest operation",
          description:
            "Of each kind since its brick started, of the ten longest. It only ever grows, until the brick starts anew.",
          unit: "s",
          queries: [
            {
              expr: topGauge(10, "max", "fop", "glusterfs_brick_fop_duration_max_seconds", ...THESE),
              legend: "{{fop}}",
            },
          ],
        }),
        linePanel({
          ...HALF,
          title: "Upcalls",
          description:
            "Notifications that bricks sent to clients, cache invalidations most of all. Only with features.cache-invalidation.",
          unit: "cps",
          queries: [{ expr: topRate(10, "upcall", "glusterfs_brick_upcalls_total", ...THESE), legend: "{{upcall}}" }],
        }),
        tablePanel({
          title: "Busiest files",
          description:
            "Calls on the 25 files and directories that were used most since the bricks started. Needs the exporter's collector top.",
          width: 16,
          height: 11,
          absent: "not asked for",
          labels: [
            VOLUME_COLUMN,
            HOST_COLUMN,
            BRICK_COLUMN,
            { label: "call", name: "Call", width: 80 },
            { label: "file", name: "File" },
          ],
          numbers: [
            {
              name: "Calls",
              expr: `topk(25, max by (${A_BRICK}, call, file) (${all("glusterfs_top_file_calls", ...THESE)}))`,
              unit: "short",
              width: 80,
            },
          ],
          sortBy: "Calls",
        }),
        tablePanel({
          title: "Profiling",
          description: "Which volumes tell of their operations.",
          width: 8,
          height: 11,
          labels: [VOLUME_COLUMN],
          numbers: [
            {
              name: "Profiling",
              expr: one("min", A_VOLUME, "glusterfs_volume_profiling_enabled", VOLUME),
              mapping: ON,
              as: "state",
            },
          ],
          sortBy: "Profiling",
          descending: false,
        }),
      ],
    },
  ],
};

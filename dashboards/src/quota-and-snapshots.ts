import { type Contents, volumeVariable } from "./lib/dashboard";
import {
  CLUSTER_COLUMN,
  FULLNESS,
  NONE_IS_GOOD,
  SERIES,
  VOLUME_COLUMN,
  barPanel,
  linePanel,
  statPanel,
  tablePanel,
} from "./lib/panels";
import { A_VOLUME, VOLUME, all, one, top, topGauge } from "./lib/queries";
import { ACTIVATED, NO_YES } from "./lib/states";

const STAT = { width: 4, height: 4 };
const A_PATH = `${A_VOLUME}, path`;
const A_SNAPSHOT = `${A_VOLUME}, snapshot`;
const PATH = "{{volume}} {{path}}";
const NO_QUOTA = "none known";
const NO_SNAPSHOTS = "none known";

const used = `${one("max", A_PATH, "glusterfs_quota_used_bytes", VOLUME)} / ${one("max", A_PATH, "glusterfs_quota_hard_limit_bytes", VOLUME)}`;
const objects = `(${one("max", A_PATH, "glusterfs_quota_files", VOLUME)} + ${one("max", A_PATH, "glusterfs_quota_directories", VOLUME)}) / ${one("max", A_PATH, "glusterfs_quota_objects_limit", VOLUME)}`;
const usedOverRange = `max by (${A_PATH}) (max_over_time(${all("glusterfs_quota_used_bytes", VOLUME)}[$__range] @ end())) / max by (${A_PATH}) (min_over_time(${all("glusterfs_quota_hard_limit_bytes", VOLUME)}[$__range] @ end()))`;

export const quotaAndSnapshots: Contents = {
  uid: "glusterfs-quota-and-snapshots",
  title: "GlusterFS / Quota and snapshots",
  description: "Directories with limits and how near they are to them; snapshots and how many more there may be.",
  variables: [volumeVariable],
  rows: [
    {
      title: "Quota",
      panels: [
        statPanel({
          ...STAT,
          title: "Directories with a limit",
          description: "On the space they may take.",
          unit: "short",
          absent: NO_QUOTA,
          queries: [
            { expr: `count(${one("max", A_PATH, "glusterfs_quota_hard_limit_bytes", VOLUME)})`, legend: "directories" },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Beyond the soft limit",
          description: "Directories that take more than Gluster warns of.",
          unit: "short",
          steps: [
            [null, "green"],
            [1, "orange"],
          ],
          absent: NO_QUOTA,
          queries: [
            {
              expr: `sum(${one("max", A_PATH, "glusterfs_quota_soft_limit_exceeded", VOLUME)})`,
              legend: "directories",
            },
          ],
        }),
        statPanel({
          ...STAT,
          title: "At the hard limit",
          description: "Directories in which nothing can be written any more.",
          unit: "short",
          steps: NONE_IS_GOOD,
          absent: NO_QUOTA,
          queries: [
            {
              expr: `sum(${one("max", A_PATH, "glusterfs_quota_hard_limit_exceeded", VOLUME)})`,
              legend: "directories",
            },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Fullest directory",
          description: "Share of its hard limit.",
          unit: "percentunit",
          decimals: 1,
          steps: FULLNESS,
          absent: NO_QUOTA,
          queries: [{ expr: `max(${used})`, legend: "used" }],
        }),
        statPanel({
          ...STAT,
          title: "Most objects",
          description: "Share of the limit on files and directories.",
          unit: "percentunit",
          decimals: 1,
          steps: FULLNESS,
          absent: NO_QUOTA,
          queries: [{ expr: `max(${objects})`, legend: "used" }],
        }),
        statPanel({
          ...STAT,
          title: "Space given away",
          description: "Sum of the hard limits. It may well be more than there is.",
          unit: "bytes",
          absent: NO_QUOTA,
          queries: [
            { expr: `sum(${one("max", A_PATH, "glusterfs_quota_hard_limit_bytes", VOLUME)})`, legend: "bytes" },
          ],
        }),
        barPanel({
          title: "Fullest directories",
          description: "Share of the hard limit.",
          width: 8,
          height: 10,
          unit: "percentunit",
          max: 1,
          decimals: 1,
          steps: FULLNESS,
          expr: `topk(10, ${used})`,
          legend: PATH,
          links: [SERIES.toVolume],
        }),
        linePanel({
          title: "Share of the hard limit",
          description: "Of the ten directories that came closest.",
          width: 8,
          height: 10,
          unit: "percentunit",
          decimals: 1,
          steps: FULLNESS,
          queries: [{ expr: top(10, `(${used})`, usedOverRange), legend: PATH }],
          links: [SERIES.toVolume],
        }),
        linePanel({
          title: "Space used",
          description: "Of the ten directories that take most.",
          width: 8,
          height: 10,
          unit: "bytes",
          queries: [{ expr: topGauge(10, "max", A_PATH, "glusterfs_quota_used_bytes", VOLUME), legend: PATH }],
          links: [SERIES.toVolume],
        }),
        tablePanel({
          title: "Directories",
          description: "Every directory with a limit. A limit on objects counts the directory itself, too.",
          width: 24,
          height: 10,
          absent: NO_QUOTA,
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN, { label: "path", name: "Directory" }],
          numbers: [
            { name: "Used", expr: one("max", A_PATH, "glusterfs_quota_used_bytes", VOLUME), unit: "bytes", width: 90 },
            {
              name: "Soft limit",
              expr: one("max", A_PATH, "glusterfs_quota_soft_limit_bytes", VOLUME),
              unit: "bytes",
              width: 95,
            },
            {
              name: "Hard limit",
              expr: one("max", A_PATH, "glusterfs_quota_hard_limit_bytes", VOLUME),
              unit: "bytes",
              width: 95,
            },
            { name: "Share", expr: used, unit: "percentunit", min: 0, max: 1, decimals: 1, as: "bar", steps: FULLNESS },
            {
              name: "Beyond soft",
              expr: one("max", A_PATH, "glusterfs_quota_soft_limit_exceeded", VOLUME),
              mapping: NO_YES,
              as: "state",
              width: 105,
            },
            {
              name: "At hard",
              expr: one("max", A_PATH, "glusterfs_quota_hard_limit_exceeded", VOLUME),
              mapping: NO_YES,
              as: "state",
              width: 80,
            },
            { name: "Files", expr: one("max", A_PATH, "glusterfs_quota_files", VOLUME), unit: "short", width: 75 },
            {
              name: "Directories",
              expr: one("max", A_PATH, "glusterfs_quota_directories", VOLUME),
              unit: "short",
              width: 100,
            },
            {
              name: "Objects limit",
              expr: one("max", A_PATH, "glusterfs_quota_objects_limit", VOLUME),
              unit: "short",
              width: 110,
            },
            { name: "Share of objects", expr: objects, unit: "percentunit", decimals: 1, width: 130 },
          ],
          sortBy: "Share",
        }),
      ],
    },
    {
      title: "Snapshots",
      panels: [
        tablePanel({
          title: "Volumes with snapshots",
          description:
            "How many there are and may be. At the soft limit Gluster warns, or deletes the oldest; at the hard limit it takes no more.",
          width: 12,
          height: 9,
          absent: NO_SNAPSHOTS,
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN],
          numbers: [
            { name: "Snapshots", expr: one("max", A_VOLUME, "glusterfs_volume_snapshots", VOLUME), unit: "short" },
            {
              name: "Soft limit",
              expr: one("max", A_VOLUME, "glusterfs_volume_snapshot_soft_limit", VOLUME),
              unit: "short",
            },
            {
              name: "Hard limit",
              expr: one("max", A_VOLUME, "glusterfs_volume_snapshot_hard_limit", VOLUME),
              unit: "short",
            },
            {
              name: "Newest",
              expr: `1000 * ${one("max", A_VOLUME, "glusterfs_snapshot_created_timestamp_seconds", VOLUME)}`,
              unit: "dateTimeFromNow",
            },
            {
              name: "Oldest",
              expr: `1000 * ${one("min", A_VOLUME, "glusterfs_snapshot_created_timestamp_seconds", VOLUME)}`,
              unit: "dateTimeFromNow",
            },
          ],
          sortBy: "Snapshots",
        }),
        tablePanel({
          title: "Snapshots",
          description: "Each snapshot, and whether it can be mounted.",
          width: 12,
          height: 9,
          absent: NO_SNAPSHOTS,
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN, { label: "snapshot", name: "Snapshot" }],
          numbers: [
            {
              name: "Taken",
              expr: `1000 * ${one("max", A_SNAPSHOT, "glusterfs_snapshot_created_timestamp_seconds", VOLUME)}`,
              unit: "dateTimeFromNow",
            },
            {
              name: "Activated",
              expr: one("max", A_SNAPSHOT, "glusterfs_snapshot_activated", VOLUME),
              mapping: ACTIVATED,
              as: "state",
              width: 95,
            },
          ],
          sortBy: "Taken",
        }),
        linePanel({
          title: "Snapshots by volume",
          description: "Of the ten volumes with most.",
          width: 24,
          height: 9,
          unit: "short",
          decimals: 0,
          queries: [
            { expr: topGauge(10, "max", A_VOLUME, "glusterfs_volume_snapshots", VOLUME), legend: "{{volume}}" },
          ],
          links: [SERIES.toVolume],
        }),
      ],
    },
  ],
};

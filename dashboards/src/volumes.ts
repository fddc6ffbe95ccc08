import {
  VOLUME_FREE,
  VOLUME_SIZE,
  connections,
  latencyByVolume,
  operationsByVolume,
  spaceColumns,
  usedOverTime,
  volumeHealth,
  FOPS,
  READ,
  WRITTEN,
} from "./lib/common-panels";
import { type Contents, growthVariable, volumeVariable } from "./lib/dashboard";
import {
  CLUSTER_COLUMN,
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
  A_VOLUME,
  VOLUME,
  all,
  countOfZeros,
  healPending,
  one,
  stateNumber,
  top,
  topGauge,
  topRate,
  topUsedRatio,
  worstStates,
} from "./lib/queries";
import { HEALTH, MET, ON, SUBVOLUME_HEALTH, TASK_STATE, VOLUME_STATUS } from "./lib/states";

const LINE = { width: 8, height: 9 };
const STAT = { width: 4, height: 4 };
const A_SUBVOLUME = `${A_VOLUME}, subvolume`;

/** Operations of one kind, the most frequent ones first. */
function operations(title: string, description: string, fops: string[]) {
  return linePanel({
    width: 6,
    height: 9,
    title,
    description: `${description} Operations a second on the bricks of the chosen volumes. Needs profiling.`,
    unit: "ops",
    queries: [{ expr: topRate(10, "fop", FOPS, VOLUME, `fop=~"${fops.join("|")}"`), legend: "{{fop}}" }],
  });
}

export const volumes: Contents = {
  uid: "glusterfs-volumes",
  title: "GlusterFS / Volumes",
  description: "Volumes: health, space, operations, options.",
  variables: [volumeVariable, growthVariable],
  rows: [
    {
      title: "",
      panels: [
        statPanel({
          ...STAT,
          title: "Volumes not up",
          description: "Of the chosen volumes that are started.",
          unit: "short",
          steps: NONE_IS_GOOD,
          queries: [{ expr: countOfZeros(A_VOLUME, "glusterfs_volume_health", VOLUME, 'state="up"'), legend: "not up" }],
        }),
        statPanel({
          ...STAT,
          title: "Subvolumes not up",
          description: "Sets of bricks that hold the same files, with bricks missing or down.",
          unit: "short",
          steps: NONE_IS_GOOD,
          queries: [
            { expr: countOfZeros(A_SUBVOLUME, "glusterfs_subvolume_health", VOLUME, 'state="up"'), legend: "not up" },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Bricks offline",
          description: "Of the chosen volumes.",
          unit: "short",
          steps: NONE_IS_GOOD,
          queries: [{ expr: countOfZeros(A_BRICK, "glusterfs_brick_online", VOLUME), legend: "offline" }],
        }),
        statPanel({
          ...STAT,
          title: "Sets without quorum",
          description: "Subvolumes with too few bricks online to serve.",
          unit: "short",
          steps: NONE_IS_GOOD,
          queries: [{ expr: countOfZeros(A_SUBVOLUME, "glusterfs_subvolume_quorum_met", VOLUME), legend: "without" }],
        }),
        statPanel({
          ...STAT,
          title: "Without server quorum",
          description: "Volumes whose bricks were ended because too few nodes are connected. Known only with server quorum on.",
          unit: "short",
          steps: NONE_IS_GOOD,
          absent: "not in use",
          queries: [{ expr: countOfZeros(A_VOLUME, "glusterfs_volume_server_quorum_met", VOLUME), legend: "without" }],
        }),
        statPanel({
          ...STAT,
          title: "Snapshots",
          description: "Snapshots of the chosen volumes.",
          unit: "short",
          absent: "none known",
          queries: [{ expr: `sum(${one("max", A_VOLUME, "glusterfs_volume_snapshots", VOLUME)})`, legend: "snapshots" }],
        }),
        volumeHealth({ width: 12, height: 9 }, VOLUME),
        statePanel({
          title: "Health of subvolumes",
          description:
            "Sets of bricks that hold the same files. Of more than 20 those that were worst in this time.",
          width: 12,
          height: 9,
          expr: worstStates(A_SUBVOLUME, "glusterfs_subvolume_health", SUBVOLUME_HEALTH.names, VOLUME),
          legend: "{{volume}} {{subvolume}}",
          mapping: SUBVOLUME_HEALTH.mapping,
          links: [SERIES.toBricksOfVolume],
        }),
        tablePanel({
          title: "Volumes",
          description: "What each volume is, how it fares and what it works on.",
          width: 24,
          height: 9,
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN, { label: "type", name: "Type" }, { label: "transport", name: "Transport" }],
          numbers: [
            { name: "Info", expr: one("max", `${A_VOLUME}, type, transport`, "glusterfs_volume_info", VOLUME), as: "hidden" },
            { name: "Status", expr: stateNumber(A_VOLUME, "glusterfs_volume_status", VOLUME_STATUS.names, VOLUME), mapping: VOLUME_STATUS.mapping, as: "state", width: 90 },
            { name: "Health", expr: stateNumber(A_VOLUME, "glusterfs_volume_health", HEALTH.names, VOLUME), mapping: HEALTH.mapping, as: "state", width: 90 },
            { name: "Subvolumes", expr: one("max", A_VOLUME, "glusterfs_volume_subvolumes", VOLUME), unit: "short", width: 105 },
            { name: "Replicas", expr: `${one("max", A_VOLUME, "glusterfs_volume_replica_bricks", VOLUME)} > 0`, unit: "short", width: 85 },
            { name: "Arbiters", expr: `${one("max", A_VOLUME, "glusterfs_volume_arbiter_bricks", VOLUME)} > 0`, unit: "short", width: 85 },
            { name: "Disperse", expr: `${one("max", A_VOLUME, "glusterfs_volume_disperse_bricks", VOLUME)} > 0`, unit: "short", width: 85 },
            { name: "Redundancy", expr: `${one("max", A_VOLUME, "glusterfs_volume_redundancy_bricks", VOLUME)} > 0`, unit: "short", width: 105 },
            { name: "Bricks", expr: one("max", A_VOLUME, "glusterfs_volume_bricks", VOLUME), unit: "short", width: 75 },
            { name: "Online", expr: one("max", A_VOLUME, "glusterfs_volume_bricks_online", VOLUME), unit: "short", width: 75 },
            { name: "To heal", expr: healPending(A_VOLUME, VOLUME), unit: "short", width: 80 },
            { name: "Task", expr: stateNumber(A_VOLUME, "glusterfs_rebalance_state", TASK_STATE.names, VOLUME), mapping: TASK_STATE.mapping, as: "state", width: 100 },
            { name: "Profiling", expr: one("max", A_VOLUME, "glusterfs_volume_profiling_enabled", VOLUME), mapping: ON, width: 90 },
          ],
          sortBy: "Health",
        }),
      ],
    },
    {
      title: "Space",
      panels: [
        tablePanel({
          title: "Space",
          description: "What users of each volume can store. Growth is that of the chosen days.",
          width: 12,
          height: 9,
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN],
          numbers: spaceColumns(A_VOLUME, VOLUME_SIZE, VOLUME_FREE, VOLUME),
          sortBy: "Used",
        }),
        usedOverTime({ width: 6, height: 9 }, "Space used", A_VOLUME, [VOLUME_SIZE, VOLUME_FREE], "{{volume}}", VOLUME),
        linePanel({
          width: 6,
          height: 9,
          title: "Inodes used",
          description: "The ten that came closest to holding as many files as they can.",
          unit: "percentunit",
          max: 1,
          decimals: 1,
          queries: [
            {
              expr: topUsedRatio(10, A_VOLUME, "glusterfs_volume_inodes", "glusterfs_volume_inodes_free", VOLUME),
              legend: "{{volume}}",
            },
          ],
          links: [SERIES.toVolume],
        }),
      ],
    },
    {
      title: "Operations",
      panels: [
        operationsByVolume(LINE, VOLUME),
        latencyByVolume(LINE, VOLUME),
        connections(LINE, VOLUME),
        linePanel({
          width: 12,
          height: 9,
          title: "Read by volume",
          description: "Bytes a second read from the bricks of ten volumes. Needs profiling.",
          unit: "binBps",
          queries: [{ expr: topRate(10, A_VOLUME, READ, VOLUME), legend: "{{volume}}" }],
          links: [SERIES.toVolume],
        }),
        linePanel({
          width: 12,
          height: 9,
          title: "Written by volume",
          description: "Bytes a second written to the bricks of ten volumes, each replica counted. Needs profiling.",
          unit: "binBps",
          queries: [{ expr: topRate(10, A_VOLUME, WRITTEN, VOLUME), legend: "{{volume}}" }],
          links: [SERIES.toVolume],
        }),
        operations("Reads and writes", "Contents of files.", ["READ", "WRITE", "FSYNC", "FLUSH", "FALLOCATE", "DISCARD", "ZEROFILL"]),
        operations("Locks", "Locks, of applications and of Gluster's translators.", ["LK", "INODELK", "FINODELK", "ENTRYLK", "FENTRYLK", "LEASE", "GETACTIVELK", "SETACTIVELK"]),
        operations("Inodes", "Attributes of files.", ["ACCESS", "FSTAT", "STAT", "GETXATTR", "FGETXATTR", "SETXATTR", "FSETXATTR", "REMOVEXATTR", "FREMOVEXATTR", "SETATTR", "FSETATTR", "TRUNCATE", "FTRUNCATE", "XATTROP", "FXATTROP", "RCHECKSUM", "SEEK"]),
        operations("Entries", "Names in directories.", ["LOOKUP", "CREATE", "OPEN", "OPENDIR", "READDIR", "READDIRP", "MKDIR", "MKNOD", "RENAME", "RMDIR", "UNLINK", "LINK", "SYMLINK", "READLINK"]),
      ],
    },
    {
      title: "Details",
      panels: [
        linePanel({
          ...LINE,
          title: "Waiting for heal",
          description: "Entries that wait for heal, of the ten volumes with most of them.",
          unit: "short",
          queries: [
            {
              expr: top(
                10,
                healPending(A_VOLUME, VOLUME),
                `max by (${A_VOLUME}) (max_over_time(${all("glusterfs_brick_heal_pending_entries", VOLUME)}[$__range] @ end()))`,
              ),
              legend: "{{volume}}",
            },
          ],
          links: [SERIES.toVolume],
        }),
        linePanel({
          ...LINE,
          title: "Bricks online",
          description: "Of the ten volumes with most bricks. A gap: one of them could not be asked about.",
          unit: "short",
          decimals: 0,
          queries: [{ expr: topGauge(10, "max", A_VOLUME, "glusterfs_volume_bricks_online", VOLUME), legend: "{{volume}}" }],
          links: [SERIES.toBricksOfVolume],
        }),
        linePanel({
          ...LINE,
          title: "Volumes by status",
          description: "How many volumes were created, started, stopped by their administrators. Of all, not only the chosen ones.",
          unit: "short",
          decimals: 0,
          legendTable: false,
          queries: [{ expr: one("sum", "status", "glusterfs_volumes"), legend: "{{status}}" }],
        }),
        tablePanel({
          title: "Options",
          description: "Options that were set, of those that the exporter's configuration names.",
          width: 12,
          height: 9,
          absent: "none known",
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN, { label: "option", name: "Option" }, { label: "value", name: "Value" }],
          numbers: [
            { name: "Set", expr: one("max", `${A_VOLUME}, option, value`, "glusterfs_volume_option_info", VOLUME), as: "hidden" },
          ],
          sortBy: "Volume",
          descending: false,
        }),
        tablePanel({
          title: "Quorum",
          description: "Whether enough bricks of each subvolume are online to serve.",
          width: 12,
          height: 9,
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN, { label: "subvolume", name: "Subvolume" }],
          numbers: [
            { name: "Quorum", expr: one("min", A_SUBVOLUME, "glusterfs_subvolume_quorum_met", VOLUME), mapping: MET, as: "state" },
            { name: "Bricks online", expr: one("max", A_SUBVOLUME, "glusterfs_subvolume_bricks_online", VOLUME), unit: "short" },
          ],
          sortBy: "Quorum",
          descending: false,
        }),
      ],
    },
  ],
};

import { type Contents, hostVariable, volumeVariable } from "./lib/dashboard";
import {
  BRICK_COLUMN,
  CLUSTER_COLUMN,
  FEW_ARE_TOLERABLE,
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
  A_HOST,
  A_VOLUME,
  HOST,
  VOLUME,
  all,
  countOfZeros,
  healPending,
  one,
  rate,
  top,
  topGauge,
  topRate,
  worstOnline,
} from "./lib/queries";
import { ONLINE } from "./lib/states";

const STAT = { width: 4, height: 4 };
const HALF = { width: 12, height: 10 };
const THESE = [VOLUME, HOST];
const LEGEND = "{{volume}} {{host}}:{{brick}}";
const PENDING = "glusterfs_brick_heal_pending_entries";

export const heal: Contents = {
  uid: "glusterfs-heal",
  title: "GlusterFS / Heal",
  description: "What waits for self-heal, since when, and whether it gets less.",
  variables: [volumeVariable, hostVariable],
  rows: [
    {
      title: "",
      panels: [
        statPanel({
          ...STAT,
          title: "Waiting for heal",
          description:
            "Of each replica or disperse set as many entries as the brick counts that knows most. A few come and go with every write.",
          unit: "short",
          steps: FEW_ARE_TOLERABLE,
          queries: [{ expr: healPending("", ...THESE), legend: "entries" }],
        }),
        statPanel({
          ...STAT,
          title: "In split-brain",
          description:
            "Entries of which the bricks disagree so that Gluster cannot heal them: somebody has to decide. Looked for only while something waits.",
          unit: "short",
          steps: NONE_IS_GOOD,
          absent: "not looked for",
          queries: [
            { expr: `sum(${one("max", A_BRICK, "glusterfs_brick_split_brain_entries", ...THESE)})`, legend: "entries" },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Being healed",
          description: "Entries that may be in the middle of being healed. Looked for only while something waits.",
          unit: "short",
          absent: "not looked for",
          queries: [
            { expr: `sum(${one("max", A_BRICK, "glusterfs_brick_healing_entries", ...THESE)})`, legend: "entries" },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Oldest backlog",
          description:
            "For how long something has been waiting whenever it was looked at. While files are written all the time that is always, and does no harm: the numbers below tell.",
          unit: "dtdurations",
          absent: "none known",
          queries: [
            {
              expr: `max(time() - ${one("min", A_VOLUME, "glusterfs_heal_backlog_start_timestamp_seconds", VOLUME)})`,
              legend: "waiting",
            },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Done in",
          description: "How long until nothing waits, if it gets less as fast as in the last quarter of an hour.",
          unit: "dtdurations",
          absent: "does not get less",
          queries: [
            {
              expr: `max(sum by (${A_VOLUME}) (${all(PENDING, ...THESE)}) / (0 - sum by (${A_VOLUME}) (deriv(${all(PENDING, ...THESE)}[15m])) > 0))`,
              legend: "left",
            },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Self-heal daemons offline",
          description: "Without its daemon a node heals only what clients happen to use.",
          unit: "short",
          steps: NONE_IS_GOOD,
          queries: [{ expr: countOfZeros(A_HOST, "glusterfs_daemon_online", HOST, 'daemon="shd"'), legend: "offline" }],
        }),
        linePanel({
          ...HALF,
          title: "Waiting by volume",
          description: "Entries that wait for heal, of the ten volumes with most.",
          unit: "short",
          queries: [
            {
              expr: top(
                10,
                healPending(A_VOLUME, ...THESE),
                `max by (${A_VOLUME}) (max_over_time(${all(PENDING, ...THESE)}[$__range] @ end()))`,
              ),
              legend: "{{volume}}",
            },
          ],
          links: [SERIES.toVolume],
        }),
        linePanel({
          ...HALF,
          title: "Waiting by brick",
          description:
            "Entries that the brick knows to wait for heal, on itself or on others, of the ten bricks with most.",
          unit: "short",
          queries: [{ expr: topGauge(10, "max", A_BRICK, PENDING, ...THESE), legend: LEGEND }],
          links: [SERIES.toBrick],
        }),
      ],
    },
    {
      title: "Details",
      panels: [
        tablePanel({
          title: "Bricks with something to heal",
          description: "Bricks that know of entries that wait, or that do not run.",
          width: 14,
          height: 10,
          absent: "none known",
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN, HOST_COLUMN, BRICK_COLUMN],
          numbers: [
            { name: "Waiting", expr: `${one("max", A_BRICK, PENDING, ...THESE)} > 0`, unit: "short", width: 80 },
            {
              name: "Dirty",
              expr: `${one("max", A_BRICK, "glusterfs_brick_heal_dirty_entries", ...THESE)} > 0`,
              unit: "short",
              width: 80,
            },
            {
              name: "Split-brain",
              expr: `${one("max", A_BRICK, "glusterfs_brick_split_brain_entries", ...THESE)} > 0`,
              unit: "short",
              width: 95,
            },
            {
              name: "State",
              expr: `${one("min", A_BRICK, "glusterfs_brick_online", ...THESE)} == 0`,
              mapping: ONLINE,
              as: "state",
              width: 80,
            },
          ],
          sortBy: "Waiting",
        }),
        tablePanel({
          title: "Volumes with something to heal",
          description: "Since when something has been waiting, as far as the exporter has seen.",
          width: 10,
          height: 10,
          absent: "none known",
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN],
          numbers: [
            {
              name: "Since",
              expr: `1000 * ${one("min", A_VOLUME, "glusterfs_heal_backlog_start_timestamp_seconds", VOLUME)}`,
              unit: "dateTimeFromNow",
            },
            { name: "Waiting", expr: `${healPending(A_VOLUME, ...THESE)} > 0`, unit: "short" },
          ],
          sortBy: "Waiting",
        }),
        statePanel({
          title: "Self-heal daemons",
          description: "Of more than 20 those that were down longest.",
          ...HALF,
          expr: worstOnline(A_HOST, "glusterfs_daemon_online", HOST, 'daemon="shd"'),
          legend: "{{host}}",
          mapping: ONLINE,
          links: [SERIES.toHost],
        }),
        linePanel({
          ...HALF,
          title: "CPU of self-heal daemons",
          description: "Cores kept busy, of the ten that take most. It is high while they work.",
          unit: "short",
          decimals: 3,
          queries: [
            {
              expr: topRate(10, A_HOST, "glusterfs_daemon_cpu_seconds_total", HOST, 'daemon="shd"'),
              legend: "{{host}}",
            },
          ],
          links: [SERIES.toHost],
        }),
        linePanel({
          ...HALF,
          title: "Dirty entries",
          description:
            "Entries with a write of which the brick does not know whether it was finished, of the ten bricks with most.",
          unit: "short",
          queries: [
            { expr: topGauge(10, "max", A_BRICK, "glusterfs_brick_heal_dirty_entries", ...THESE), legend: LEGEND },
          ],
          links: [SERIES.toBrick],
        }),
        linePanel({
          ...HALF,
          title: "Operations that heal",
          description:
            "Locks and marks that replication and healing set on bricks. They come with every write, and more of them while something is healed. Needs profiling.",
          unit: "ops",
          queries: [
            {
              expr: topRate(
                10,
                "fop",
                "glusterfs_brick_fop_duration_seconds_count",
                ...THESE,
                'fop=~"INODELK|FINODELK|ENTRYLK|FENTRYLK|XATTROP|FXATTROP"',
              ),
              legend: "{{fop}}",
            },
          ],
        }),
        linePanel({
          ...HALF,
          title: "Split-brain by brick",
          description: "Entries in split-brain, of the ten bricks with most.",
          unit: "short",
          decimals: 0,
          queries: [
            { expr: topGauge(10, "max", A_BRICK, "glusterfs_brick_split_brain_entries", ...THESE), legend: LEGEND },
          ],
          links: [SERIES.toBrick],
        }),
        linePanel({
          ...HALF,
          title: "Read and written while healing",
          description:
            "Bytes a second on all chosen bricks: what is healed is read from one brick and written to another. Needs profiling.",
          unit: "binBps",
          queries: [
            { expr: rate("", "glusterfs_brick_read_size_bytes_sum", ...THESE), legend: "read" },
            { expr: rate("", "glusterfs_brick_write_size_bytes_sum", ...THESE), legend: "written" },
          ],
        }),
      ],
    },
  ],
};

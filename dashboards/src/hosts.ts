import {
  BRICK_FREE,
  BRICK_SIZE,
  FOPS,
  READ,
  WRITTEN,
  cpuByHost,
  fullestBricks,
  memoryByHost,
} from "./lib/common-panels";
import { type Contents, hostVariable } from "./lib/dashboard";
import {
  BRICK_COLUMN,
  CLUSTER_COLUMN,
  FULLNESS,
  HOST_COLUMN,
  NONE_IS_GOOD,
  SERIES,
  VOLUME_COLUMN,
  barPanel,
  linePanel,
  statPanel,
  statePanel,
  tablePanel,
} from "./lib/panels";
import {
  A_BRICK,
  A_HOST,
  HOST,
  all,
  countOfZeros,
  ofFileSystems,
  one,
  stateNumber,
  topGauge,
  topLatency,
  topRate,
  usedRatio,
  worstOnline,
} from "./lib/queries";
import { CONNECTED, ONLINE, PEER_STATE } from "./lib/states";

const STAT = { width: 4, height: 4 };
const LINE = { width: 8, height: 9 };
const DAEMON = `${A_HOST}, daemon`;
const LEGEND = "{{host}} {{daemon}}";

function daemons(title: string, description: string, unit: string, metric: string, decimals?: number) {
  return linePanel({
    ...LINE,
    title,
    description: `${description} The ten with most.`,
    unit,
    ...(decimals === undefined ? {} : { decimals }),
    queries: [{ expr: topGauge(10, "max", DAEMON, metric, HOST), legend: LEGEND }],
    links: [SERIES.toHost],
  });
}

export const hosts: Contents = {
  uid: "glusterfs-hosts",
  title: "GlusterFS / Hosts and daemons",
  description: "The nodes of the trusted pool: their membership, daemons, bricks, and what Gluster takes of them.",
  variables: [hostVariable],
  rows: [
    {
      title: "",
      panels: [
        statPanel({
          ...STAT,
          title: "Nodes",
          description: "Of the trusted pools of all chosen clusters.",
          unit: "short",
          queries: [{ expr: `sum(${one("max", "cluster", "glusterfs_peers")})`, legend: "nodes" }],
        }),
        statPanel({
          ...STAT,
          title: "Disconnected",
          description: "Nodes whose glusterd is not connected to that of the exporter that leads.",
          unit: "short",
          steps: NONE_IS_GOOD,
          queries: [{ expr: countOfZeros(A_HOST, "glusterfs_peer_connected", HOST), legend: "disconnected" }],
        }),
        statPanel({
          ...STAT,
          title: "Daemons offline",
          description: "Daemons that should run and do not.",
          unit: "short",
          steps: NONE_IS_GOOD,
          queries: [{ expr: countOfZeros(DAEMON, "glusterfs_daemon_online", HOST), legend: "offline" }],
        }),
        statPanel({
          ...STAT,
          title: "Bricks offline",
          description: "Bricks of started volumes on the chosen hosts that do not run.",
          unit: "short",
          steps: NONE_IS_GOOD,
          queries: [{ expr: countOfZeros(A_BRICK, "glusterfs_brick_online", HOST), legend: "offline" }],
        }),
        statPanel({
          ...STAT,
          title: "Versions",
          description:
            "How many versions of Gluster are installed. More than one: an upgrade is under way, or was forgotten.",
          unit: "short",
          steps: [
            [null, "green"],
            [2, "orange"],
          ],
          queries: [{ expr: `count(count by (version) (${all("glusterfs_version_info")}))`, legend: "versions" }],
        }),
        statPanel({
          ...STAT,
          title: "Operating version",
          description:
            "The one that the cluster runs at, and the highest that all nodes support. Where they differ new features wait to be turned on.",
          unit: "none",
          queries: [
            { expr: `max(${all("glusterfs_op_version")})`, legend: "now" },
            { expr: `max(${all("glusterfs_max_op_version")})`, legend: "highest" },
          ],
        }),
        statePanel({
          title: "Nodes",
          description: "Whether the node's glusterd is connected. Of more than 20 those that were gone longest.",
          width: 12,
          height: 9,
          expr: worstOnline(A_HOST, "glusterfs_peer_connected", HOST),
          legend: "{{host}}",
          mapping: CONNECTED,
          links: [SERIES.toHost],
        }),
        statePanel({
          title: "Daemons",
          description: "Daemons that should run. Of more than 20 those that were down longest.",
          width: 12,
          height: 9,
          expr: worstOnline(DAEMON, "glusterfs_daemon_online", HOST),
          legend: LEGEND,
          mapping: ONLINE,
          links: [SERIES.toHost],
        }),
        tablePanel({
          title: "Hosts",
          description:
            "Gluster tells no membership of the node that is asked. The space is that of the bricks' file systems.",
          width: 24,
          height: 9,
          labels: [CLUSTER_COLUMN, HOST_COLUMN],
          numbers: [
            {
              name: "Node",
              expr: one("min", A_HOST, "glusterfs_peer_connected", HOST),
              mapping: CONNECTED,
              as: "state",
              width: 110,
            },
            {
              name: "Membership",
              expr: stateNumber(A_HOST, "glusterfs_peer_state", PEER_STATE.names, HOST),
              mapping: PEER_STATE.mapping,
              as: "state",
              width: 110,
            },
            {
              name: "Daemons",
              expr: `count by (${A_HOST}) (${one("max", DAEMON, "glusterfs_daemon_online", HOST)})`,
              unit: "short",
              width: 85,
            },
            {
              name: "Running",
              expr: `sum by (${A_HOST}) (${one("max", DAEMON, "glusterfs_daemon_online", HOST)})`,
              unit: "short",
              width: 85,
            },
            {
              name: "Bricks",
              expr: `count by (${A_HOST}) (${one("max", A_BRICK, "glusterfs_brick_info", HOST)})`,
              unit: "short",
              width: 75,
            },
            {
              name: "Online",
              expr: `sum by (${A_HOST}) (${one("max", A_BRICK, "glusterfs_brick_online", HOST)})`,
              unit: "short",
              width: 75,
            },
            {
              name: "Used",
              expr: `1 - ${ofFileSystems(BRICK_FREE, HOST)} / ${ofFileSystems(BRICK_SIZE, HOST)}`,
              unit: "percentunit",
              min: 0,
              max: 1,
              decimals: 1,
              as: "bar",
              steps: FULLNESS,
            },
            { name: "Free", expr: ofFileSystems(BRICK_FREE, HOST), unit: "bytes", width: 90 },
            { name: "Size", expr: ofFileSystems(BRICK_SIZE, HOST), unit: "bytes", width: 90 },
            {
              name: "To heal",
              expr: `sum by (${A_HOST}) (${one("max", A_BRICK, "glusterfs_brick_heal_pending_entries", HOST)})`,
              unit: "short",
              width: 80,
            },
          ],
          sortBy: "Node",
          descending: false,
        }),
      ],
    },
    {
      title: "Bricks of the hosts",
      panels: [
        linePanel({
          ...LINE,
          title: "Operations",
          description: "Operations a second on the bricks of the ten busiest hosts. Needs profiling.",
          unit: "ops",
          queries: [{ expr: topRate(10, A_HOST, FOPS, HOST), legend: "{{host}}" }],
          links: [SERIES.toHost],
        }),
        linePanel({
          ...LINE,
          title: "Latency",
          description:
            "Mean time of an operation on the host's bricks. A host that stands out may have a slow disk. Needs profiling.",
          unit: "s",
          queries: [{ expr: topLatency(10, A_HOST, HOST), legend: "{{host}}" }],
          links: [SERIES.toHost],
        }),
        linePanel({
          ...LINE,
          title: "Throughput",
          description:
            "Bytes a second read from and written to the bricks, of the five busiest hosts each. Needs profiling.",
          unit: "binBps",
          queries: [
            { expr: topRate(5, A_HOST, READ, HOST), legend: "{{host}} read" },
            { expr: topRate(5, A_HOST, WRITTEN, HOST), legend: "{{host}} written" },
          ],
          links: [SERIES.toHost],
        }),
        fullestBricks({ width: 8, height: 13 }, 10, HOST),
        barPanel({
          title: "Most space used",
          description: "Bytes used on the file systems that the bricks lie on.",
          width: 8,
          height: 13,
          unit: "bytes",
          expr: `topk(10, ${one("max", A_BRICK, BRICK_SIZE, HOST)} - ${one("max", A_BRICK, BRICK_FREE, HOST)})`,
          legend: "{{host}}:{{brick}}",
          links: [SERIES.toBrick],
        }),
        tablePanel({
          title: "Bricks",
          description: "Of the chosen hosts.",
          width: 8,
          height: 13,
          labels: [VOLUME_COLUMN, HOST_COLUMN, BRICK_COLUMN],
          numbers: [
            {
              name: "State",
              expr: one("min", A_BRICK, "glusterfs_brick_online", HOST),
              mapping: ONLINE,
              as: "state",
              width: 75,
            },
            {
              name: "Used",
              expr: usedRatio(A_BRICK, BRICK_SIZE, BRICK_FREE, HOST),
              unit: "percentunit",
              decimals: 1,
              width: 70,
            },
          ],
          sortBy: "State",
          descending: false,
        }),
      ],
    },
    {
      title: "What Gluster takes",
      panels: [
        cpuByHost({ width: 12, height: 9 }),
        memoryByHost({ width: 12, height: 9 }),
        linePanel({
          ...LINE,
          title: "CPU of daemons",
          description: "Cores kept busy. The ten with most.",
          unit: "short",
          decimals: 3,
          queries: [{ expr: topRate(10, DAEMON, "glusterfs_daemon_cpu_seconds_total", HOST), legend: LEGEND }],
          links: [SERIES.toHost],
        }),
        daemons("Memory of daemons", "RAM.", "bytes", "glusterfs_daemon_resident_memory_bytes"),
        daemons("Open files of daemons", "File descriptors.", "short", "glusterfs_daemon_open_fds", 0),
        daemons("Threads of daemons", "Threads.", "short", "glusterfs_daemon_threads", 0),
        tablePanel({
          title: "Daemons",
          description: "Each daemon, and since when it has been running.",
          width: 8,
          height: 9,
          labels: [HOST_COLUMN, { label: "daemon", name: "Daemon" }],
          numbers: [
            {
              name: "State",
              expr: one("min", DAEMON, "glusterfs_daemon_online", HOST),
              mapping: ONLINE,
              as: "state",
              width: 80,
            },
            {
              name: "Since",
              expr: `1000 * ${one("max", DAEMON, "glusterfs_daemon_start_time_seconds", HOST)}`,
              unit: "dateTimeFromNow",
            },
          ],
          sortBy: "State",
          descending: false,
        }),
        tablePanel({
          title: "Versions",
          description: "What is installed, by the exporters that tell it.",
          width: 8,
          height: 9,
          labels: [CLUSTER_COLUMN, { label: "instance", name: "Exporter" }, { label: "version", name: "Gluster" }],
          numbers: [
            { name: "Version", expr: one("max", "cluster, instance, version", "glusterfs_version_info"), as: "hidden" },
            { name: "Glusterd", expr: one("min", "cluster, instance", "glusterfs_up"), mapping: ONLINE, as: "state" },
          ],
          sortBy: "Gluster",
          descending: false,
        }),
      ],
    },
  ],
};

import { type Contents, instanceVariable } from "./lib/dashboard";
import {
  CLUSTER_COLUMN,
  type LabelColumn,
  NONE_IS_GOOD,
  linePanel,
  statPanel,
  statePanel,
  tablePanel,
} from "./lib/panels";
import { INSTANCE, all, countOfZeros, one, rate, top, topGauge, topRate, worstOnline } from "./lib/queries";
import { LEADS, ONLINE, SUCCESS } from "./lib/states";

const STAT = { width: 4, height: 4 };
const LINE = { width: 8, height: 9 };
const AN_EXPORTER = "cluster, instance";
const A_COLLECTOR = `${AN_EXPORTER}, collector`;
const EXPORTER_COLUMN: LabelColumn = { label: "instance", name: "Exporter" };
const COMMANDS = "glusterfs_exporter_command_duration_seconds";
const SUCCEEDED = "glusterfs_collector_last_success_timestamp_seconds";
const INTERVAL = "glusterfs_collector_interval_seconds";

/** How many of its intervals have gone by since a collector last succeeded. */
const late = `(time() - ${one("max", A_COLLECTOR, SUCCEEDED, INSTANCE)}) / ${one("max", A_COLLECTOR, INTERVAL, INSTANCE)}`;

function perExporter(title: string, description: string, unit: string, metric: string, decimals?: number) {
  return linePanel({
    ...LINE,
    title,
    description: `${description} Of the ten exporters with most.`,
    unit,
    ...(decimals === undefined ? {} : { decimals }),
    queries: [{ expr: topGauge(10, "max", AN_EXPORTER, metric, INSTANCE), legend: "{{instance}}" }],
  });
}

export const exporter: Contents = {
  uid: "glusterfs-exporter",
  title: "GlusterFS / Exporter",
  description: "Whether the exporters see what they should, how they ask and what they take.",
  variables: [instanceVariable],
  from: "now-1h",
  rows: [
    {
      title: "",
      panels: [
        statPanel({
          ...STAT,
          title: "Exporters down",
          description: "Exporters that Prometheus cannot scrape.",
          unit: "short",
          steps: NONE_IS_GOOD,
          queries: [{ expr: countOfZeros(AN_EXPORTER, "up", INSTANCE), legend: "down" }],
        }),
        statPanel({
          ...STAT,
          title: "Without glusterd",
          description: "Exporters whose glusterd did not answer when last asked.",
          unit: "short",
          steps: NONE_IS_GOOD,
          queries: [{ expr: countOfZeros(AN_EXPORTER, "glusterfs_up", INSTANCE), legend: "without" }],
        }),
        statPanel({
          ...STAT,
          title: "Leaders",
          description: "Exporters that speak for their cluster: one for each. For a moment there may be none or two.",
          unit: "short",
          steps: [
            [null, "red"],
            [1, "green"],
          ],
          queries: [
            { expr: `sum(${one("max", AN_EXPORTER, "glusterfs_exporter_leader", INSTANCE)})`, legend: "leaders" },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Collectors that fail",
          description: "Of all exporters.",
          unit: "short",
          steps: NONE_IS_GOOD,
          queries: [
            { expr: countOfZeros(A_COLLECTOR, "glusterfs_scrape_collector_success", INSTANCE), legend: "failing" },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Latest collector",
          description:
            "Intervals since the last success of the collector that is latest. Some run ten times as seldom while there is nothing for them to see: no thin pools, no geo-replication.",
          unit: "short",
          decimals: 1,
          steps: [
            [null, "green"],
            [12, "orange"],
            [30, "red"],
          ],
          queries: [{ expr: `max(${late})`, legend: "intervals" }],
        }),
        statPanel({
          ...STAT,
          title: "Commands a minute",
          description: "Runs of the gluster command, most of which take the cluster's lock.",
          unit: "short",
          decimals: 1,
          queries: [{ expr: `60 * ${rate("", `${COMMANDS}_count`, INSTANCE)}`, legend: "commands" }],
        }),
        statePanel({
          title: "Exporters",
          description: "Whether Prometheus can scrape them. Of more than 20 those that were gone longest.",
          width: 12,
          height: 12,
          expr: worstOnline(AN_EXPORTER, "up", INSTANCE),
          legend: "{{instance}}",
          mapping: ONLINE,
        }),
        statePanel({
          title: "Collectors",
          description: "Whether the collector's last run succeeded. The 20 that failed most.",
          width: 12,
          height: 12,
          expr: worstOnline(A_COLLECTOR, "glusterfs_scrape_collector_success", INSTANCE),
          legend: "{{instance}} {{collector}}",
          mapping: SUCCESS,
        }),
        tablePanel({
          title: "Exporters",
          description: "Each exporter, whether it leads and what it is.",
          width: 12,
          height: 9,
          labels: [
            CLUSTER_COLUMN,
            EXPORTER_COLUMN,
            { label: "version", name: "Version" },
            { label: "revision", name: "Revision" },
          ],
          numbers: [
            {
              name: "Build",
              expr: one("max", `${AN_EXPORTER}, version, revision`, "glusterfs_exporter_build_info", INSTANCE),
              as: "hidden",
            },
            { name: "Scraped", expr: one("max", AN_EXPORTER, "up", INSTANCE), mapping: ONLINE, as: "state", width: 85 },
            {
              name: "Glusterd",
              expr: one("max", AN_EXPORTER, "glusterfs_up", INSTANCE),
              mapping: ONLINE,
              as: "state",
              width: 90,
            },
            {
              name: "Role",
              expr: one("max", AN_EXPORTER, "glusterfs_exporter_leader", INSTANCE),
              mapping: LEADS,
              as: "state",
              width: 90,
            },
            {
              name: "Started",
              expr: `1000 * ${one("max", AN_EXPORTER, "process_start_time_seconds", INSTANCE)}`,
              unit: "dateTimeFromNow",
            },
          ],
          sortBy: "Scraped",
          descending: false,
        }),
        tablePanel({
          title: "Collectors that fail",
          description: "And why: timeout, lock (Gluster was busy), exit, parse, empty, oversize, spawn, connect.",
          width: 12,
          height: 9,
          absent: "none",
          labels: [
            CLUSTER_COLUMN,
            EXPORTER_COLUMN,
            { label: "collector", name: "Collector" },
            { label: "reason", name: "Reason" },
          ],
          numbers: [
            {
              name: "Last success",
              expr: `1000 * ${one("max", A_COLLECTOR, SUCCEEDED, INSTANCE)} * on (${A_COLLECTOR}) group_left (reason) ${one("max", `${A_COLLECTOR}, reason`, "glusterfs_scrape_collector_failure_info", INSTANCE)}`,
              unit: "dateTimeFromNow",
            },
          ],
          sortBy: "Last success",
          descending: false,
        }),
      ],
    },
    {
      title: "Collectors",
      panels: [
        linePanel({
          ...LINE,
          title: "Slowest collectors",
          description: "How long the last run took, of the ten slowest kinds.",
          unit: "s",
          queries: [
            {
              expr: topGauge(10, "max", "collector", "glusterfs_scrape_collector_duration_seconds", INSTANCE),
              legend: "{{collector}}",
            },
          ],
        }),
        linePanel({
          ...LINE,
          title: "Latest collectors",
          description: "Intervals since the last success, of the ten that have had the fewest successes lately.",
          unit: "short",
          decimals: 1,
          queries: [
            {
              expr: top(
                10,
                `(${late})`,
                `-1 * max by (${A_COLLECTOR}) (changes(${all(SUCCEEDED, INSTANCE)}[$__range] @ end())) * max by (${A_COLLECTOR}) (${all(INTERVAL, INSTANCE)} @ end())`,
              ),
              legend: "{{instance}} {{collector}}",
            },
          ],
        }),
        tablePanel({
          title: "Collectors",
          description: "How often each runs, when it last succeeded and how long it took.",
          width: 8,
          height: 9,
          labels: [EXPORTER_COLUMN, { label: "collector", name: "Collector" }],
          numbers: [
            { name: "Interval", expr: one("max", A_COLLECTOR, INTERVAL, INSTANCE), unit: "s", width: 80 },
            {
              name: "Last success",
              expr: `1000 * ${one("max", A_COLLECTOR, SUCCEEDED, INSTANCE)}`,
              unit: "dateTimeFromNow",
            },
            {
              name: "Took",
              expr: one("max", A_COLLECTOR, "glusterfs_scrape_collector_duration_seconds", INSTANCE),
              unit: "s",
              width: 80,
            },
          ],
          sortBy: "Took",
        }),
      ],
    },
    {
      title: "Commands",
      panels: [
        linePanel({
          ...LINE,
          title: "Commands",
          description: "Runs of the gluster command in a second, of the ten most frequent ones.",
          unit: "cps",
          queries: [{ expr: topRate(10, "command", `${COMMANDS}_count`, INSTANCE), legend: "{{command}}" }],
        }),
        linePanel({
          ...LINE,
          title: "Duration of commands",
          description: "Mean, of the ten commands that took most time together.",
          unit: "s",
          queries: [
            {
              expr: `${rate("command", `${COMMANDS}_sum`, INSTANCE)} / (${rate("command", `${COMMANDS}_count`, INSTANCE)} > 0) and topk(10, sum by (command) (rate(${all(`${COMMANDS}_sum`, INSTANCE)}[$__range] @ end())))`,
              legend: "{{command}}",
            },
          ],
        }),
        linePanel({
          ...LINE,
          title: "Slowest commands",
          description: "The 95th and 99th percentile of all commands, as near as the buckets tell.",
          unit: "s",
          legendTable: false,
          queries: [
            {
              expr: `histogram_quantile(0.95, ${rate("le", `${COMMANDS}_bucket`, INSTANCE)})`,
              legend: "95th percentile",
            },
            {
              expr: `histogram_quantile(0.99, ${rate("le", `${COMMANDS}_bucket`, INSTANCE)})`,
              legend: "99th percentile",
            },
          ],
        }),
        linePanel({
          ...LINE,
          title: "Commands that failed",
          description: "In a second, by reason. A few of lock are no harm: Gluster was busy, and the exporter waits.",
          unit: "cps",
          stack: true,
          legendTable: false,
          queries: [
            { expr: rate("reason", "glusterfs_exporter_command_failures_total", INSTANCE), legend: "{{reason}}" },
          ],
        }),
        tablePanel({
          title: "How questions are answered",
          description:
            "rpc: a daemon's socket. local: the kernel. http: another exporter. cli: the gluster command, also where the others are not to be had.",
          width: 16,
          height: 9,
          labels: [
            { label: "question", name: "Question" },
            { label: "source", name: "Source" },
          ],
          numbers: [
            {
              name: "Exporters",
              expr: `count by (question, source) (${all("glusterfs_exporter_source_info", INSTANCE)})`,
              unit: "short",
            },
          ],
          sortBy: "Source",
          descending: false,
        }),
      ],
    },
    {
      title: "Web",
      panels: [
        linePanel({
          ...LINE,
          title: "Requests",
          description: "HTTP requests answered in a second, by route; the ten most frequent ones.",
          unit: "reqps",
          queries: [
            { expr: topRate(10, "route", "glusterfs_exporter_http_requests_total", INSTANCE), legend: "{{route}}" },
          ],
        }),
        linePanel({
          ...LINE,
          title: "Answers that are no success",
          description: "HTTP answers of 400 and above in a second, by route and code; ten of them.",
          unit: "reqps",
          queries: [
            {
              expr: topRate(10, "route, code", "glusterfs_exporter_http_requests_total", INSTANCE, 'code=~"[45].."'),
              legend: "{{code}} {{route}}",
            },
          ],
        }),
        linePanel({
          ...LINE,
          title: "Notifications",
          description: "What Gluster's events daemon, Alertmanager and other clusters posted in a second, and what became of it.",
          unit: "cps",
          queries: [
            {
              expr: topRate(10, "receiver, result", "glusterfs_exporter_notifications_total", INSTANCE),
              legend: "{{receiver}} {{result}}",
            },
          ],
        }),
      ],
    },
    {
      title: "Webhooks",
      panels: [
        linePanel({
          ...LINE,
          title: "Deliveries",
          description: "Documents delivered or refused for good in a second, of the ten busiest targets and results.",
          unit: "cps",
          queries: [
            {
              expr: topRate(10, "target, result", "glusterfs_exporter_webhook_deliveries_total", INSTANCE),
              legend: "{{target}} {{result}}",
            },
          ],
        }),
        linePanel({
          ...LINE,
          title: "Attempts that failed",
          description: "They are made again. In a second, by target and reason; ten of them.",
          unit: "cps",
          queries: [
            {
              expr: topRate(10, "target, reason", "glusterfs_exporter_webhook_retries_total", INSTANCE),
              legend: "{{target}} {{reason}}",
            },
          ],
        }),
        linePanel({
          ...LINE,
          title: "Documents that wait",
          description: "For delivery, of the ten exporters and targets with most.",
          unit: "short",
          decimals: 0,
          queries: [
            {
              expr: topGauge(10, "max", `${AN_EXPORTER}, target`, "glusterfs_exporter_webhook_queue_entries", INSTANCE),
              legend: "{{instance}} {{target}}",
            },
          ],
        }),
        linePanel({
          ...LINE,
          title: "Room taken by what waits",
          description: "Of memory or, with a spool, of the disk; of the ten exporters and targets with most.",
          unit: "bytes",
          queries: [
            {
              expr: topGauge(10, "max", `${AN_EXPORTER}, target`, "glusterfs_exporter_webhook_queue_bytes", INSTANCE),
              legend: "{{instance}} {{target}}",
            },
          ],
        }),
        linePanel({
          ...LINE,
          width: 16,
          title: "Documents dropped",
          description: "Undelivered for want of room, in a second, of the ten targets with most.",
          unit: "cps",
          queries: [
            {
              expr: topRate(10, "target", "glusterfs_exporter_webhook_dropped_total", INSTANCE),
              legend: "{{target}}",
            },
          ],
        }),
      ],
    },
    {
      title: "What exporters take",
      panels: [
        linePanel({
          ...LINE,
          title: "CPU",
          description: "Cores kept busy, without the commands. Of the ten exporters with most.",
          unit: "short",
          decimals: 4,
          queries: [{ expr: topRate(10, AN_EXPORTER, "process_cpu_seconds_total", INSTANCE), legend: "{{instance}}" }],
        }),
        perExporter("Memory", "RAM.", "bytes", "process_resident_memory_bytes"),
        perExporter("Open files", "File descriptors.", "short", "process_open_fds", 0),
        perExporter("Threads", "Threads.", "short", "process_threads", 0),
        perExporter("Samples in a scrape", "Size of the page.", "short", "scrape_samples_scraped", 0),
        perExporter("Duration of a scrape", "As Prometheus sees it.", "s", "scrape_duration_seconds"),
      ],
    },
  ],
};

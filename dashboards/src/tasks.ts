import { type Contents, volumeVariable } from "./lib/dashboard";
import {
  CLUSTER_COLUMN,
  HOST_COLUMN,
  NONE_IS_GOOD,
  SERIES,
  VOLUME_COLUMN,
  linePanel,
  statPanel,
  statePanel,
  tablePanel,
} from "./lib/panels";
import { A_VOLUME, VOLUME, all, one, stateNumber, top, topGauge, worstStates } from "./lib/queries";
import { SCRUB_STATE, TASK_STATE } from "./lib/states";

const STAT = { width: 4, height: 4 };
const LINE = { width: 8, height: 9 };
const ON_NODE = "cluster, volume, host";
const LEGEND = "{{volume}} {{host}}";

function inState(metric: string, by: string, state: string): string {
  return `sum(${one("max", by, metric, VOLUME, `state="${state}"`)})`;
}

// What a task has done so far stands in gauges, which begin anew with each task. Their slope is how fast it goes.
function speed(gauge: string): string {
  return top(
    10,
    `sum by (${A_VOLUME}) (deriv(${all(gauge, VOLUME)}[5m]) > 0)`,
    `sum by (${A_VOLUME}) (max_over_time(${all(gauge, VOLUME)}[$__range] @ end()))`,
  );
}

export const tasks: Contents = {
  uid: "glusterfs-tasks",
  title: "GlusterFS / Tasks",
  description: "Rebalance, removal of bricks, and the search for files that rotted.",
  variables: [volumeVariable],
  rows: [
    {
      title: "Rebalance and removal of bricks",
      panels: [
        statPanel({
          ...STAT,
          title: "At work",
          description: "Volumes whose files are moved now.",
          unit: "short",
          absent: "none known",
          queries: [{ expr: inState("glusterfs_rebalance_state", A_VOLUME, "in_progress"), legend: "at work" }],
        }),
        statPanel({
          ...STAT,
          title: "Failed",
          description: "Volumes whose last task failed on some node.",
          unit: "short",
          steps: NONE_IS_GOOD,
          absent: "none known",
          queries: [{ expr: inState("glusterfs_rebalance_state", A_VOLUME, "failed"), legend: "failed" }],
        }),
        statPanel({
          ...STAT,
          title: "Files moved",
          description: "By the last task of each chosen volume.",
          unit: "short",
          absent: "none known",
          queries: [
            { expr: `sum(${one("max", ON_NODE, "glusterfs_rebalance_moved_files", VOLUME)})`, legend: "files" },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Bytes moved",
          description: "By the last task of each chosen volume.",
          unit: "bytes",
          absent: "none known",
          queries: [
            { expr: `sum(${one("max", ON_NODE, "glusterfs_rebalance_moved_bytes", VOLUME)})`, legend: "bytes" },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Files that failed",
          description: "Files that the last tasks could not move.",
          unit: "short",
          steps: NONE_IS_GOOD,
          absent: "none known",
          queries: [
            { expr: `sum(${one("max", ON_NODE, "glusterfs_rebalance_failed_files", VOLUME)})`, legend: "files" },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Files skipped",
          description: "Files that the last tasks left where they are, most often for want of space.",
          unit: "short",
          steps: [
            [null, "green"],
            [1, "orange"],
          ],
          absent: "none known",
          queries: [
            { expr: `sum(${one("max", ON_NODE, "glusterfs_rebalance_skipped_files", VOLUME)})`, legend: "files" },
          ],
        }),
        statePanel({
          title: "Tasks",
          description: "Of more than 20 nodes those that were worst in this time.",
          width: 9,
          height: 10,
          expr: worstStates(ON_NODE, "glusterfs_rebalance_state", TASK_STATE.names, VOLUME),
          legend: LEGEND,
          mapping: TASK_STATE.mapping,
          links: [SERIES.toVolume, SERIES.toHost],
        }),
        tablePanel({
          title: "Tasks by node",
          description: "The last task of each volume on each node.",
          width: 15,
          height: 10,
          absent: "none known",
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN, { label: "task", name: "Task" }, HOST_COLUMN],
          numbers: [
            {
              name: "State",
              expr: `${stateNumber(ON_NODE, "glusterfs_rebalance_state", TASK_STATE.names, VOLUME)} * on (${A_VOLUME}) group_left (task) ${one("max", `${A_VOLUME}, task`, "glusterfs_rebalance_info", VOLUME)}`,
              mapping: TASK_STATE.mapping,
              as: "state",
              width: 100,
            },
            {
              name: "Run time",
              expr: one("max", ON_NODE, "glusterfs_rebalance_run_seconds", VOLUME),
              unit: "dtdurations",
              width: 90,
            },
            {
              name: "Scanned",
              expr: one("max", ON_NODE, "glusterfs_rebalance_scanned_files", VOLUME),
              unit: "short",
              width: 80,
            },
            {
              name: "Moved",
              expr: one("max", ON_NODE, "glusterfs_rebalance_moved_files", VOLUME),
              unit: "short",
              width: 75,
            },
            {
              name: "Bytes",
              expr: one("max", ON_NODE, "glusterfs_rebalance_moved_bytes", VOLUME),
              unit: "bytes",
              width: 80,
            },
            {
              name: "Failed",
              expr: one("max", ON_NODE, "glusterfs_rebalance_failed_files", VOLUME),
              unit: "short",
              width: 70,
            },
            {
              name: "Skipped",
              expr: one("max", ON_NODE, "glusterfs_rebalance_skipped_files", VOLUME),
              unit: "short",
              width: 80,
            },
          ],
          sortBy: "State",
        }),
        linePanel({
          ...LINE,
          title: "Files scanned",
          description: "Files that the task has looked at, of the ten volumes with most.",
          unit: "short",
          queries: [
            { expr: topGauge(10, "sum", A_VOLUME, "glusterfs_rebalance_scanned_files", VOLUME), legend: "{{volume}}" },
          ],
          links: [SERIES.toVolume],
        }),
        linePanel({
          ...LINE,
          title: "Files moved in a second",
          description: "In the last five minutes, of the ten volumes with most. Nothing while nothing moves.",
          unit: "cps",
          queries: [{ expr: speed("glusterfs_rebalance_moved_files"), legend: "{{volume}}" }],
          links: [SERIES.toVolume],
        }),
        linePanel({
          ...LINE,
          title: "Bytes moved in a second",
          description: "In the last five minutes, of the ten volumes with most. Nothing while nothing moves.",
          unit: "binBps",
          queries: [{ expr: speed("glusterfs_rebalance_moved_bytes"), legend: "{{volume}}" }],
          links: [SERIES.toVolume],
        }),
      ],
    },
    {
      title: "Bitrot",
      panels: [
        statPanel({
          ...STAT,
          title: "Corrupted objects",
          description: "Files whose content is no longer what it was when it was written. Replicas can mend them.",
          unit: "short",
          steps: NONE_IS_GOOD,
          absent: "none known",
          queries: [
            { expr: `sum(${one("max", ON_NODE, "glusterfs_bitrot_corrupted_objects", VOLUME)})`, legend: "objects" },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Oldest scrub",
          description: "How long ago the last scrub was completed, of the node where that is longest.",
          unit: "dtdurations",
          steps: [
            [null, "green"],
            [2678400, "orange"],
          ],
          absent: "none known",
          queries: [
            {
              expr: `max(time() - ${one("max", ON_NODE, "glusterfs_bitrot_last_scrub_timestamp_seconds", VOLUME)})`,
              legend: "ago",
            },
          ],
        }),
        statePanel({
          title: "Scrubbers",
          description:
            "What the scrubber of each volume does. Of more than 20 volumes those that were worst in this time.",
          width: 16,
          height: 4,
          expr: worstStates(A_VOLUME, "glusterfs_bitrot_scrub_state", SCRUB_STATE.names, VOLUME),
          legend: "{{volume}}",
          mapping: SCRUB_STATE.mapping,
          links: [SERIES.toVolume],
        }),
        tablePanel({
          title: "Scrubs by node",
          description: "The last scrub of each volume on each node.",
          width: 16,
          height: 9,
          absent: "none known",
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN, HOST_COLUMN],
          numbers: [
            {
              name: "Corrupted",
              expr: one("max", ON_NODE, "glusterfs_bitrot_corrupted_objects", VOLUME),
              unit: "short",
              as: "state",
              steps: NONE_IS_GOOD,
              width: 95,
            },
            {
              name: "Scrubbed",
              expr: one("max", ON_NODE, "glusterfs_bitrot_scrubbed_files", VOLUME),
              unit: "short",
              width: 90,
            },
            {
              name: "Skipped",
              expr: one("max", ON_NODE, "glusterfs_bitrot_skipped_files", VOLUME),
              unit: "short",
              width: 80,
            },
            {
              name: "Completed",
              expr: `1000 * ${one("max", ON_NODE, "glusterfs_bitrot_last_scrub_timestamp_seconds", VOLUME)}`,
              unit: "dateTimeFromNow",
            },
            {
              name: "Took",
              expr: one("max", ON_NODE, "glusterfs_bitrot_last_scrub_seconds", VOLUME),
              unit: "dtdurations",
            },
          ],
          sortBy: "Corrupted",
        }),
        linePanel({
          ...LINE,
          title: "Files scrubbed",
          description: "By the last scrub, of the ten volumes and nodes with most.",
          unit: "short",
          queries: [{ expr: topGauge(10, "max", ON_NODE, "glusterfs_bitrot_scrubbed_files", VOLUME), legend: LEGEND }],
          links: [SERIES.toVolume],
        }),
      ],
    },
  ],
};

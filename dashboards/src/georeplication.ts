import { type Contents, hostVariable, volumeVariable } from "./lib/dashboard";
import {
  BRICK_COLUMN,
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
import { A_BRICK, HOST, VOLUME, all, one, stateNumber, top, topGauge, worstStates } from "./lib/queries";
import { CRAWL_STATE, GEOREP_STATE, REACHED } from "./lib/states";

const STAT = { width: 4, height: 4 };
const LINE = { width: 8, height: 9 };
const THESE = [VOLUME, HOST];
const A_SESSION = "cluster, volume, secondary";
const A_WORKER = `${A_BRICK}, secondary`;
const LEGEND = "{{volume}} → {{secondary}}";
const WORKER = "{{volume}} → {{secondary}} {{host}}:{{brick}}";
const SYNCED = "glusterfs_georep_last_synced_timestamp_seconds";
const STATE = "glusterfs_georep_state";
const ABSENT = "none known";

/** Workers in a state. */
function workers(state: string): string {
  return `sum(${one("max", A_WORKER, STATE, ...THESE, `state="${state}"`)})`;
}

/** Up to when the secondary has everything, of the active workers: of the passive ones nobody knows. */
const lag = `time() - min by (${A_SESSION}) (${all(SYNCED, ...THESE)})`;
const lagOverRange = `-1 * min by (${A_SESSION}) (min_over_time(${all(SYNCED, ...THESE)}[$__range] @ end()))`;

function bySession(title: string, description: string, metric: string) {
  return linePanel({
    ...LINE,
    title,
    description: `${description} Of the ten sessions with most.`,
    unit: "short",
    queries: [{ expr: topGauge(10, "sum", A_SESSION, metric, ...THESE), legend: LEGEND }],
    links: [SERIES.toVolume],
  });
}

export const georeplication: Contents = {
  uid: "glusterfs-georeplication",
  title: "GlusterFS / Geo-replication",
  description: "Whether the secondaries follow, how far they are behind, and what fails.",
  variables: [volumeVariable, hostVariable],
  rows: [
    {
      title: "",
      panels: [
        statPanel({
          ...STAT,
          title: "Sessions",
          description: "Pairs of a volume and its secondary.",
          unit: "short",
          absent: ABSENT,
          queries: [{ expr: `count(count by (${A_SESSION}) (${all(STATE, ...THESE)}))`, legend: "sessions" }],
        }),
        statPanel({
          ...STAT,
          title: "Faulty workers",
          description: "Workers that failed and are started again and again.",
          unit: "short",
          steps: NONE_IS_GOOD,
          absent: ABSENT,
          queries: [{ expr: workers("faulty"), legend: "faulty" }],
        }),
        statPanel({
          ...STAT,
          title: "Active workers",
          description: "One brick of each replica set is active; the others are passive and wait to take over.",
          unit: "short",
          absent: ABSENT,
          queries: [{ expr: workers("active"), legend: "active" }],
        }),
        statPanel({
          ...STAT,
          title: "Furthest behind",
          description: "How old the oldest change is that has not reached its secondary for sure.",
          unit: "dtdurations",
          steps: [
            [null, "green"],
            [3600, "orange"],
            [86400, "red"],
          ],
          absent: "unknown",
          queries: [{ expr: `max(${lag})`, legend: "behind" }],
        }),
        statPanel({
          ...STAT,
          title: "Failures",
          description: "Operations that failed on a secondary since the workers started.",
          unit: "short",
          steps: NONE_IS_GOOD,
          absent: ABSENT,
          queries: [
            { expr: `sum(${one("max", A_WORKER, "glusterfs_georep_failures", ...THESE)})`, legend: "failures" },
          ],
        }),
        statPanel({
          ...STAT,
          title: "Pending",
          description: "Operations that have not reached their secondary.",
          unit: "short",
          absent: ABSENT,
          queries: [
            {
              expr: `sum(${one("max", `${A_WORKER}, kind`, "glusterfs_georep_pending_entries", ...THESE)})`,
              legend: "pending",
            },
          ],
        }),
        statePanel({
          title: "Workers",
          description: "One for each brick. Of more than 20 those that were worst in this time.",
          width: 12,
          height: 10,
          expr: worstStates(A_WORKER, STATE, GEOREP_STATE.names, ...THESE),
          legend: WORKER,
          mapping: GEOREP_STATE.mapping,
          links: [SERIES.toVolume, SERIES.toHost],
        }),
        statePanel({
          title: "How active workers find changes",
          description:
            "Changelog: they follow. History: they catch up by old changelogs. Hybrid: they walk through the whole volume.",
          width: 12,
          height: 10,
          expr: worstStates(A_WORKER, "glusterfs_georep_crawl_state", CRAWL_STATE.names, ...THESE),
          legend: WORKER,
          mapping: CRAWL_STATE.mapping,
          links: [SERIES.toVolume, SERIES.toHost],
        }),
      ],
    },
    {
      title: "Details",
      panels: [
        linePanel({
          ...LINE,
          title: "How far behind",
          description:
            "Age of the oldest change that has not reached the secondary for sure, of the ten sessions furthest behind.",
          unit: "dtdurations",
          queries: [{ expr: top(10, lag, lagOverRange), legend: LEGEND }],
          links: [SERIES.toVolume],
        }),
        linePanel({
          ...LINE,
          title: "Pending by kind",
          description:
            "Operations that have not reached their secondary: names (entry), contents (data), attributes (meta).",
          unit: "short",
          stack: true,
          legendTable: false,
          queries: [
            {
              expr: `sum by (kind) (${one("max", `${A_WORKER}, kind`, "glusterfs_georep_pending_entries", ...THESE)})`,
              legend: "{{kind}}",
            },
          ],
        }),
        bySession(
          "Failures",
          "Operations that failed on the secondary since the workers started.",
          "glusterfs_georep_failures",
        ),
        tablePanel({
          title: "Workers",
          description: "Each worker with its state, how far it is and what it could not do.",
          width: 24,
          height: 10,
          absent: ABSENT,
          labels: [CLUSTER_COLUMN, VOLUME_COLUMN, { label: "secondary", name: "Secondary" }, HOST_COLUMN, BRICK_COLUMN],
          numbers: [
            {
              name: "State",
              expr: stateNumber(A_WORKER, STATE, GEOREP_STATE.names, ...THESE),
              mapping: GEOREP_STATE.mapping,
              as: "state",
              width: 100,
            },
            {
              name: "Crawl",
              expr: stateNumber(A_WORKER, "glusterfs_georep_crawl_state", CRAWL_STATE.names, ...THESE),
              mapping: CRAWL_STATE.mapping,
              as: "state",
              width: 100,
            },
            {
              name: "Synced up to",
              expr: `1000 * ${one("max", A_WORKER, SYNCED, ...THESE)}`,
              unit: "dateTimeFromNow",
              width: 130,
            },
            {
              name: "Pending",
              expr: `sum by (${A_WORKER}) (${one("max", `${A_WORKER}, kind`, "glusterfs_georep_pending_entries", ...THESE)})`,
              unit: "short",
              width: 85,
            },
            {
              name: "Failures",
              expr: one("max", A_WORKER, "glusterfs_georep_failures", ...THESE),
              unit: "short",
              width: 85,
            },
            {
              name: "Checkpoint",
              expr: one("max", A_WORKER, "glusterfs_georep_checkpoint_reached", ...THESE),
              mapping: REACHED,
              as: "state",
              width: 100,
            },
          ],
          sortBy: "State",
        }),
      ],
    },
  ],
};

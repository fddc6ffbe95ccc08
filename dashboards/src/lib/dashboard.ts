// What every dashboard has: its variables, links to the others, alerts as annotations, and its panels in rows.
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import { DATASOURCE, type Panel } from "./panels";

const TAG = "glusterfs";

export interface Row {
  title: string;
  panels: Panel[];
}

export interface Contents {
  uid: string;
  title: string;
  description: string;
  variables?: dashboard.VariableModel[];
  from?: string;
  rows: Row[];
}

// ---- variables ----------------------------------------------------------------------------------------------------

const ALL: dashboard.VariableOption = { selected: true, text: ["All"], value: ["$__all"] };

/** The values that a label has in the series that the selector chooses. */
function valuesOf(name: string, label: string, selector: string, description: string, allValue: string) {
  const query = `label_values(${selector}, ${name})`;
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(DATASOURCE)
    .query({ qryType: 1, query, refId: "PrometheusVariableQueryEditor-VariableQuery" })
    .definition(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(allValue)
    .current(ALL)
    .build();
}

const CHOSEN = 'job=~"$job", cluster=~"$cluster"';

const datasource = new dashboard.DatasourceVariableBuilder("datasource")
  .label("Data source")
  .description("The Prometheus that scrapes the exporters.")
  .type("prometheus")
  .build();
const job = valuesOf("job", "Job", "glusterfs_up", "The scrape job of the exporters.", ".+");
// ".*" also matches series without the label.
const cluster = valuesOf(
  "cluster",
  "Cluster",
  'glusterfs_up{job=~"$job"}',
  'A label "cluster" tells clusters apart where one Prometheus has several. Without such a label there is nothing to choose.',
  ".*",
);

export const volumeVariable = valuesOf(
  "volume",
  "Volume",
  `glusterfs_volume_info{${CHOSEN}}`,
  "Volumes of the chosen clusters.",
  ".+",
);
export const hostVariable = valuesOf(
  "host",
  "Host",
  `glusterfs_peer_connected{${CHOSEN}}`,
  "Nodes of the chosen clusters, by the names that Gluster has for them.",
  ".+",
);
/** Of a dashboard that also has volume and host. */
export const brickVariable = valuesOf(
  "brick",
  "Brick",
  `glusterfs_brick_info{${CHOSEN}, volume=~"$volume", host=~"$host"}`,
  "Paths of bricks of the chosen volumes on the chosen hosts.",
  ".+",
);
export const instanceVariable = valuesOf(
  "instance",
  "Exporter",
  `glusterfs_up{${CHOSEN}}`,
  "The exporters, by the addresses that Prometheus scrapes.",
  ".+",
);
export const growthVariable = new dashboard.CustomVariableBuilder("growth")
  .label("Growth of")
  .description(
    "The time over which growth is measured. A longer one sees past the rhythm of days and weeks. Nothing is told of what has not been watched for so long.",
  )
  .values("1h,6h,1d,7d,30d")
  .options([
    { selected: false, text: "1h", value: "1h" },
    { selected: false, text: "6h", value: "6h" },
    { selected: false, text: "1d", value: "1d" },
    { selected: true, text: "7d", value: "7d" },
    { selected: false, text: "30d", value: "30d" },
  ])
  .current({ selected: true, text: "7d", value: "7d" })
  .build();

/** A variable that is built already, as the dashboard's builder takes it. */
function built<T>(value: T) {
  return { build: () => value };
}

// ---- annotations --------------------------------------------------------------------------------------------------

const notes = new dashboard.AnnotationQueryBuilder()
  .name("Annotations & Alerts")
  .builtIn(1)
  .datasource({ type: "grafana", uid: "-- Grafana --" })
  .enable(true)
  .hide(true)
  .iconColor("rgba(0, 211, 255, 1)")
  .type("dashboard");

/** Alerts of Prometheus that fire; their names begin with Gluster. */
export const FIRING = 'ALERTS{alertstate="firing", alertname=~"Gluster.*", cluster=~"$cluster"}';

const alerts = new dashboard.AnnotationQueryBuilder()
  .name("Alerts")
  .datasource(DATASOURCE)
  .enable(true)
  .iconColor("red")
  .target(
    new prometheus.DataqueryBuilder()
      .refId("Alerts")
      .datasource(DATASOURCE)
      .expr(`max by (alertname, severity, cluster, volume, host, brick) (${FIRING})`)
      .range()
      .editorMode(prometheus.QueryEditorMode.Code),
  )
  .expr(`max by (alertname, severity, cluster, volume, host, brick) (${FIRING})`)
  .step("60s")
  .titleFormat("{{alertname}}")
  .textFormat("{{volume}} {{host}} {{brick}}")
  .tagKeys("severity");

// ---- the dashboard ------------------------------------------------------------------------------------------------

export function makeDashboard(contents: Contents): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(contents.title)
    .uid(contents.uid)
    .id(null)
    .description(contents.description)
    .tags([TAG])
    .timezone("browser")
    .editable()
    .refresh("30s")
    .time({ from: contents.from ?? "now-6h", to: "now" })
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .variables([datasource, job, cluster, ...(contents.variables ?? [])].map(built))
    .annotation(notes)
    .annotation(alerts)
    .link(
      new dashboard.DashboardLinkBuilder("GlusterFS")
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags([TAG])
        .tooltip("The other dashboards, with what is chosen here")
        .icon("external link")
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    );
  for (const row of contents.rows) {
    // The first panels need no heading: they are what the dashboard is about.
    if (row.title) builder.withRow(new dashboard.RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panel);
  }
  const made = builder.build();
  made.panels?.forEach((panel, index) => {
    panel.id = index + 1;
  });
  return made;
}

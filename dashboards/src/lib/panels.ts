// The kinds of panels, each with the looks that all panels of its kind share.
import * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as heatmap from "@grafana/grafana-foundation-sdk/heatmap";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as statetimeline from "@grafana/grafana-foundation-sdk/statetimeline";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";

export const DATASOURCE: common.DataSourceRef = { type: "prometheus", uid: "${datasource}" };

export type Panel = Builder<dashboard.Panel>;
type Step = [from: number | null, color: string];

/** What all panels have. Width is of 24 columns, height of some 38 pixels. */
interface Frame {
  title: string;
  description: string;
  width: number;
  height: number;
}

interface Values {
  unit: string;
  decimals?: number;
  min?: number;
  max?: number;
  steps?: Step[];
  mapping?: dashboard.ValueMapping[];
  links?: Link[];
}

interface Query {
  expr: string;
  legend: string;
}

export interface Link {
  title: string;
  url: string;
}

// ---- colours ------------------------------------------------------------------------------------------------------

export const FULLNESS: Step[] = [
  [null, "green"],
  [0.8, "orange"],
  [0.9, "red"],
];
export const WEEKS: Step[] = [
  [null, "red"],
  [4, "orange"],
  [12, "green"],
];
/** For counts of what should not be. */
export const NONE_IS_GOOD: Step[] = [
  [null, "green"],
  [1, "red"],
];
export const FEW_ARE_TOLERABLE: Step[] = [
  [null, "green"],
  [1, "orange"],
  [1000, "red"],
];
export const PLAIN: Step[] = [[null, "blue"]];

function thresholds(steps: Step[]): Builder<dashboard.ThresholdsConfig> {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color })));
}

function scheme(mode: dashboard.FieldColorModeId): Builder<dashboard.FieldColor> {
  return new dashboard.FieldColorBuilder().mode(mode);
}

// ---- queries ------------------------------------------------------------------------------------------------------

function refId(number: number): string {
  return String.fromCharCode("A".charCodeAt(0) + number);
}

function over(query: Query, number: number): prometheus.DataqueryBuilder {
  return new prometheus.DataqueryBuilder()
    .refId(refId(number))
    .datasource(DATASOURCE)
    .expr(query.expr)
    .legendFormat(query.legend)
    .range()
    .editorMode(prometheus.QueryEditorMode.Code);
}

function now(query: Query, number: number): prometheus.DataqueryBuilder {
  return over(query, number).instant();
}

// ---- links --------------------------------------------------------------------------------------------------------

const KEEP = "${datasource:queryparam}&${job:queryparam}&${cluster:queryparam}&${__url_time_range}";

/** A link to the dashboard with that uid, with some of its variables set. */
export function linkTo(title: string, uid: string, variables: Record<string, string>): Link {
  const chosen = Object.entries(variables).map(([name, value]) => `&var-${name}=${value}`);
  return { title, url: `/d/${uid}?${KEEP}${chosen.join("")}` };
}

// From a line, a bar or a number: its labels.
export const SERIES = {
  toVolume: linkTo("Volume ${__field.labels.volume}", "glusterfs-volumes", { volume: "${__field.labels.volume}" }),
  toBricksOfVolume: linkTo("Bricks of ${__field.labels.volume}", "glusterfs-bricks", {
    volume: "${__field.labels.volume}",
  }),
  toHost: linkTo("Host ${__field.labels.host}", "glusterfs-hosts", { host: "${__field.labels.host}" }),
  toBrick: linkTo("Brick ${__field.labels.host}:${__field.labels.brick}", "glusterfs-bricks", {
    volume: "${__field.labels.volume}",
    host: "${__field.labels.host}",
    brick: "${__field.labels.brick:percentencode}",
  }),
};

function linkBuilders(links: Link[]): Builder<dashboard.DashboardLink>[] {
  return links.map(({ title, url }) => new dashboard.DashboardLinkBuilder(title).url(url));
}

// ---- kinds --------------------------------------------------------------------------------------------------------

/** Numbers now, one for each series of each query. */
export function statPanel(
  options: Frame & Values & { queries: Query[]; absent?: string; overrides?: Record<string, Partial<Values>> },
): Panel {
  const panel = new stat.PanelBuilder()
    .title(options.title)
    .description(options.description)
    .span(options.width)
    .height(options.height)
    .datasource(DATASOURCE)
    .unit(options.unit)
    .thresholds(thresholds(options.steps ?? PLAIN))
    .colorScheme(scheme(dashboard.FieldColorModeId.Thresholds))
    .colorMode(common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
    .justifyMode(common.BigValueJustifyMode.Center)
    .textMode(common.BigValueTextMode.Auto) // with names where there are several
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .noValue(options.absent ?? "unknown")
    .targets(options.queries.map(now));
  if (options.mapping) panel.mappings(options.mapping);
  if (options.decimals !== undefined) panel.decimals(options.decimals);
  if (options.links) panel.dataLinks(linkBuilders(options.links));
  for (const [name, values] of Object.entries(options.overrides ?? {})) panel.overrideByName(name, properties(values));
  return panel;
}

/** Lines over time. */
export function linePanel(
  options: Frame & Values & { queries: Query[]; stack?: boolean; legendTable?: boolean },
): Panel {
  const wide = options.width >= 12 && (options.legendTable ?? true);
  const legend = new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .placement(wide ? common.LegendPlacement.Right : common.LegendPlacement.Bottom);
  if (options.legendTable ?? true) {
    legend.displayMode(common.LegendDisplayMode.Table).calcs(["lastNotNull", "max"]).sortBy("Last *").sortDesc(true);
  } else {
    legend.displayMode(common.LegendDisplayMode.List).calcs([]);
  }
  const panel = new timeseries.PanelBuilder()
    .title(options.title)
    .description(options.description)
    .span(options.width)
    .height(options.height)
    .datasource(DATASOURCE)
    .unit(options.unit)
    .min(options.min ?? 0)
    .thresholds(thresholds(options.steps ?? PLAIN))
    .colorScheme(scheme(dashboard.FieldColorModeId.PaletteClassic))
    .lineWidth(1)
    .fillOpacity(options.stack ? 30 : 8)
    .showPoints(common.VisibilityMode.Never)
    .stacking(
      new common.StackingConfigBuilder().mode(options.stack ? common.StackingMode.Normal : common.StackingMode.None),
    )
    .legend(legend)
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
    .targets(options.queries.map(over));
  if (options.steps) {
    panel.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed));
  }
  if (options.max !== undefined) panel.max(options.max);
  if (options.decimals !== undefined) panel.decimals(options.decimals);
  if (options.links) panel.dataLinks(linkBuilders(options.links));
  return panel;
}

/** A row for each thing, coloured by its state over time. */
export function statePanel(
  options: Frame & { expr: string; legend: string; mapping: dashboard.ValueMapping[]; links?: Link[] },
): Panel {
  const panel = new statetimeline.PanelBuilder()
    .title(options.title)
    .description(options.description)
    .span(options.width)
    .height(options.height)
    .datasource(DATASOURCE)
    .unit("none")
    .mappings(options.mapping)
    .thresholds(thresholds([[null, "text"]]))
    .colorScheme(scheme(dashboard.FieldColorModeId.Thresholds))
    .showValue(common.VisibilityMode.Auto)
    .mergeValues(true)
    .rowHeight(0.85)
    .fillOpacity(80)
    .lineWidth(0)
    .legend(new common.VizLegendOptionsBuilder().showLegend(false).displayMode(common.LegendDisplayMode.Hidden))
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Single))
    .targets([over(options, 0)]);
  if (options.links) panel.dataLinks(linkBuilders(options.links));
  return panel;
}

/** The most of something, now, as bars. */
export function barPanel(options: Frame & Values & Query): Panel {
  const panel = new bargauge.PanelBuilder()
    .title(options.title)
    .description(options.description)
    .span(options.width)
    .height(options.height)
    .datasource(DATASOURCE)
    .unit(options.unit)
    .min(options.min ?? 0)
    .thresholds(thresholds(options.steps ?? PLAIN))
    .colorScheme(scheme(dashboard.FieldColorModeId.Thresholds))
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .orientation(common.VizOrientation.Horizontal)
    .valueMode(common.BarGaugeValueMode.Text)
    .namePlacement(common.BarGaugeNamePlacement.Top)
    .sizing(common.BarGaugeSizing.Auto)
    .minVizHeight(16)
    .maxVizHeight(40)
    .showUnfilled(true)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .noValue("unknown")
    .targets([now(options, 0)]);
  if (options.max !== undefined) panel.max(options.max);
  if (options.decimals !== undefined) panel.decimals(options.decimals);
  if (options.links) panel.dataLinks(linkBuilders(options.links));
  return panel;
}

/** How many operations were of which size, over time. `expr` gives a series for each le. */
export function sizePanel(options: Frame & { expr: string }): Panel {
  return new heatmap.PanelBuilder()
    .title(options.title)
    .description(options.description)
    .span(options.width)
    .height(options.height)
    .datasource(DATASOURCE)
    .unit("ops")
    .calculate(false)
    .cellGap(1)
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme("Blues")
        .fill("dark-blue")
        .scale(heatmap.HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64)
        .reverse(false),
    )
    .yAxis(new heatmap.YAxisConfigBuilder().axisPlacement(common.AxisPlacement.Left).unit("bytes"))
    .cellValues(new heatmap.CellValuesBuilder().unit("ops"))
    .rowsFrame(new heatmap.RowsHeatmapOptionsBuilder().layout(common.HeatmapCellLayout.Auto))
    .filterValues(new heatmap.FilterValueRangeBuilder().le(1e-9))
    .targets([over({ expr: options.expr, legend: "{{le}}" }, 0).format(prometheus.PromQueryFormat.Heatmap)]);
}

// ---- tables -------------------------------------------------------------------------------------------------------

/** A column with numbers: a query that gives one for each row. */
export interface NumberColumn extends Partial<Values> {
  name: string;
  expr: string;
  /** "state" colours the cell, "bar" draws a bar from min to max in it; "hidden" is for queries that bring labels only. */
  as?: "text" | "state" | "bar" | "hidden";
  width?: number;
}

/** A column with what a label of the queries says. */
export interface LabelColumn {
  label: string;
  name: string;
  links?: Link[];
  width?: number;
}

/** The words for the values of a label, with links that say which row was meant. */
export const VOLUME_COLUMN: LabelColumn = {
  label: "volume",
  name: "Volume",
  links: [
    linkTo("This volume", "glusterfs-volumes", { volume: "${__value.raw}" }),
    linkTo("Its bricks", "glusterfs-bricks", { volume: "${__value.raw}" }),
    linkTo("Its performance", "glusterfs-performance", { volume: "${__value.raw}" }),
  ],
};
export const HOST_COLUMN: LabelColumn = {
  label: "host",
  name: "Host",
  links: [
    linkTo("This host", "glusterfs-hosts", { host: "${__value.raw}" }),
    linkTo("Its bricks", "glusterfs-bricks", { host: "${__value.raw}" }),
  ],
};
export const BRICK_COLUMN: LabelColumn = {
  label: "brick",
  name: "Brick",
  links: [
    linkTo("This brick", "glusterfs-bricks", {
      brick: "${__value.raw:percentencode}",
      host: '${__data.fields["Host"]}',
    }),
  ],
};
export const CLUSTER_COLUMN: LabelColumn = { label: "cluster", name: "Cluster" };

/** A row for each thing: the labels of all queries and what they say of it. */
export function tablePanel(
  options: Frame & {
    labels: LabelColumn[];
    numbers: NumberColumn[];
    sortBy?: string;
    descending?: boolean;
    absent?: string;
  },
): Panel {
  const { labels, numbers } = options;
  const valueOf = (number: number) => (numbers.length > 1 ? `Value #${refId(number)}` : "Value");
  const columns = [
    ...labels.map(({ label, name }) => [label, name] as const),
    ...numbers.map(({ name }, number) => [valueOf(number), name] as const),
  ];
  const hidden = numbers.flatMap(({ as }, number) => (as === "hidden" ? [valueOf(number)] : []));
  const panel = new table.PanelBuilder()
    .title(options.title)
    .description(options.description)
    .span(options.width)
    .height(options.height)
    .datasource(DATASOURCE)
    .unit("none")
    .thresholds(thresholds([[null, "transparent"]])) // behind a cell without a state
    .colorScheme(scheme(dashboard.FieldColorModeId.Thresholds))
    .cellHeight(common.TableCellHeight.Sm)
    .showHeader(true)
    .filterable(true)
    .noValue(options.absent ?? "unknown")
    .targets(
      numbers.map(({ expr }, number) =>
        now({ expr, legend: "__auto" }, number).format(prometheus.PromQueryFormat.Table),
      ) as Builder<Dataquery>[],
    );
  if (numbers.length > 1) panel.withTransformation({ id: "merge", options: {} });
  panel.withTransformation({
    id: "organize",
    options: {
      excludeByName: Object.fromEntries([["Time", true], ...hidden.map((name) => [name, true])]),
      indexByName: Object.fromEntries(columns.map(([field], index) => [field, index])),
      renameByName: Object.fromEntries(columns),
    },
  });
  // The panel's own noValue is for a table without rows.
  const nothing = { id: "noValue", value: "–" };
  for (const { name, links, width } of labels) {
    const list: dashboard.DynamicConfigValue[] = [nothing];
    if (links) list.push({ id: "links", value: linkBuilders(links).map((link) => link.build()) });
    if (width) list.push({ id: "custom.width", value: width });
    panel.overrideByName(name, list);
  }
  for (const column of numbers) {
    if (column.as === "hidden") continue;
    const list = [nothing, ...properties({ unit: "none", ...column })];
    if (column.as === "state") {
      list.push({ id: "custom.cellOptions", value: { type: "color-background", mode: "basic" } });
    }
    if (column.as === "bar") {
      list.push({ id: "custom.cellOptions", value: { type: "gauge", mode: "basic", valueDisplayMode: "text" } });
    }
    if (column.width) list.push({ id: "custom.width", value: column.width });
    panel.overrideByName(column.name, list);
  }
  if (options.sortBy) {
    panel.sortBy([
      new common.TableSortByFieldStateBuilder().displayName(options.sortBy).desc(options.descending ?? true),
    ]);
  }
  return panel;
}

function properties(values: Partial<Values>): dashboard.DynamicConfigValue[] {
  const list: dashboard.DynamicConfigValue[] = [];
  if (values.unit !== undefined) list.push({ id: "unit", value: values.unit });
  if (values.decimals !== undefined) list.push({ id: "decimals", value: values.decimals });
  if (values.min !== undefined) list.push({ id: "min", value: values.min });
  if (values.max !== undefined) list.push({ id: "max", value: values.max });
  if (values.mapping) list.push({ id: "mappings", value: values.mapping });
  if (values.links) list.push({ id: "links", value: linkBuilders(values.links).map((link) => link.build()) });
  if (values.steps) list.push({ id: "thresholds", value: thresholds(values.steps).build() });
  return list;
}

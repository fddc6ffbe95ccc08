// Draws one dashboard with Grafana's own components, from answers of Prometheus (window.input, see render.py). Timelines
// and heat maps are drawn here: Grafana has these outside of @grafana/ui. Everything that depends on the field
// configuration (units, thresholds, mappings, overrides) and all transformations are Grafana's.
import {
  EventBusSrv,
  FieldType,
  Registry,
  ThemeContext,
  applyFieldOverrides,
  createTheme,
  dateTime,
  getDisplayValueAlignmentFactors,
  getFieldDisplayName,
  getFieldDisplayValues,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from "@grafana/data";
import { BarGauge, BigValue, GlobalStyles, PanelChrome, PanelContextProvider, Table, TimeSeries } from "@grafana/ui";
import React from "react";
import { createRoot } from "react-dom/client";
import { lastValueFrom } from "rxjs";

const { dashboard, answers, from, to, mode } = window.input;
const COLUMN = 1900 / 24;
const ROW = 38;
const GAP = 8;
const HEADER = 32;
const theme = createTheme({ colors: { mode } });
const timeRange = {
  from: dateTime(from * 1000),
  to: dateTime(to * 1000),
  raw: { from: dateTime(from * 1000), to: dateTime(to * 1000) },
};

standardTransformersRegistry.setInit(() =>
  [standardTransformers.mergeTransformer, standardTransformers.organizeFieldsTransformer].map((transformation) => ({
    id: transformation.id,
    name: transformation.name,
    transformation,
  })),
);

// What an override may set. Grafana's own registry lies outside of its packages.
const properties = new Registry(() =>
  [
    "unit",
    "decimals",
    "min",
    "max",
    "mappings",
    "thresholds",
    "links",
    "noValue",
    "color",
    "displayName",
    "custom.width",
    "custom.cellOptions",
  ].map((id) => ({
    id,
    name: id,
    path: id.replace("custom.", ""),
    isCustom: id.startsWith("custom."),
    process: (value) => value,
    shouldApply: () => true,
  })),
);

// ---- answers of Prometheus as Grafana's frames ---------------------------------------------------------------------

function legend(format, labels) {
  if (format === "__auto" || !format) return undefined;
  return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? "").trim() || JSON.stringify(labels);
}

function number(text) {
  return text === "NaN" ? NaN : Number(text);
}

function linesOf(target, result) {
  return result.map(({ metric, values }) => {
    const points = target.instant ? [] : values;
    // A step without a sample is a gap.
    const known = new Map(points.map(([time, value]) => [Math.round(time), number(value)]));
    const times = [];
    for (let time = from; time <= to; time += window.input.step) times.push(time);
    const display = legend(target.legendFormat, metric);
    return {
      refId: target.refId,
      name: display,
      length: times.length,
      fields: [
        { name: "Time", type: FieldType.time, config: {}, values: times.map((time) => time * 1000) },
        {
          name: "Value",
          type: FieldType.number,
          labels: metric,
          config: { displayNameFromDS: display },
          values: times.map((time) => known.get(Math.round(time)) ?? null),
        },
      ],
    };
  });
}

function pointsOf(target, result) {
  return result.map(({ metric, value }) => ({
    refId: target.refId,
    length: 1,
    fields: [
      { name: "Time", type: FieldType.time, config: {}, values: [value[0] * 1000] },
      {
        name: "Value",
        type: FieldType.number,
        labels: metric,
        config: { displayNameFromDS: legend(target.legendFormat, metric) },
        values: [number(value[1])],
      },
    ],
  }));
}

function tableOf(target, result, several) {
  const labels = [...new Set(result.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return {
    refId: target.refId,
    length: result.length,
    fields: [
      { name: "Time", type: FieldType.time, config: {}, values: result.map(({ value }) => value[0] * 1000) },
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        config: {},
        values: result.map(({ metric }) => metric[label] ?? ""),
      })),
      {
        name: several ? `Value #${target.refId}` : "Value",
        type: FieldType.number,
        config: {},
        values: result.map(({ value }) => number(value[1])),
      },
    ],
  };
}

async function framesOf(panel) {
  const filled = panel.targets
    .map((target) => [target, answers[`${panel.id} ${target.refId}`]])
    .filter(([, result]) => result.length > 0);
  const several = panel.targets.length > 1;
  let frames = filled.flatMap(([target, result]) =>
    target.format === "table"
      ? [tableOf(target, result, several)]
      : target.instant
        ? pointsOf(target, result)
        : linesOf(target, result),
  );
  if (panel.transformations?.length) frames = await lastValueFrom(transformDataFrame(panel.transformations, frames));
  const fieldConfig = structuredClone(panel.fieldConfig);
  for (const steps of [
    fieldConfig.defaults.thresholds?.steps,
    ...fieldConfig.overrides.flatMap(({ properties: list }) =>
      list.filter(({ id }) => id === "thresholds").map(({ value }) => value.steps),
    ),
  ]) {
    if (steps) steps[0].value = -Infinity;
  }
  return applyFieldOverrides({
    data: frames,
    fieldConfig,
    fieldConfigRegistry: properties,
    replaceVariables: (text) => text,
    theme,
    timeZone: "utc",
  });
}

// ---- kinds of panels -----------------------------------------------------------------------------------------------

function displayValues(panel, frames) {
  return getFieldDisplayValues({
    data: frames,
    fieldConfig: panel.fieldConfig,
    reduceOptions: panel.options.reduceOptions,
    replaceVariables: (text) => text,
    theme,
    timeZone: "utc",
  });
}

function Stats({ panel, frames, width, height }) {
  const values = displayValues(panel, frames);
  return (
    <div style={{ display: "flex", gap: 4 }}>
      {values.map((value, index) => (
        <BigValue
          theme={theme}
          key={index}
          width={(width - 4 * (values.length - 1)) / values.length}
          height={height}
          value={value.display}
          count={values.length}
          colorMode={panel.options.colorMode}
          graphMode="none"
          justifyMode={panel.options.justifyMode}
          textMode={panel.options.textMode}
        />
      ))}
    </div>
  );
}

function Bars({ panel, frames, width, height }) {
  const values = displayValues(panel, frames);
  const factors = getDisplayValueAlignmentFactors(values);
  const each = Math.min((height - 8 * (values.length - 1)) / Math.max(values.length, 1), 60);
  return (
    <div style={{ display: "flex", flexDirection: "column", gap: 8 }}>
      {values.map((value, index) => (
        <BarGauge
          theme={theme}
          key={index}
          width={width}
          height={each}
          orientation="horizontal"
          field={value.field}
          display={value.view?.getFieldDisplayProcessor?.(value.colIndex)}
          value={value.display}
          displayMode={panel.options.displayMode}
          showUnfilled={panel.options.showUnfilled}
          alignmentFactors={factors}
          valueDisplayMode={panel.options.valueMode}
          namePlacement={panel.options.namePlacement}
          isOverflow={false}
        />
      ))}
    </div>
  );
}

function Lines({ panel, frames, width, height }) {
  const withCalcs = frames.map((frame) => frame);
  return (
    <PanelContextProvider value={{ eventBus: new EventBusSrv(), eventsScope: "one", app: "dashboard" }}>
      <TimeSeries
        frames={withCalcs}
        timeRange={timeRange}
        timeZone="utc"
        width={width}
        height={height}
        legend={panel.options.legend}
        options={panel.options}
        structureRev={1}
      />
    </PanelContextProvider>
  );
}

function Timeline({ frames, width, height }) {
  const rows = frames.map((frame) => ({
    name: getFieldDisplayName(frame.fields[1], frame, frames),
    times: frame.fields[0].values,
    field: frame.fields[1],
  }));
  const names = Math.min(Math.max(...rows.map(({ name }) => name.length), 0) * 6.2 + 8, width / 2);
  const each = (height - 20) / Math.max(rows.length, 1);
  const x = (time) => names + ((time / 1000 - from) / (to - from + window.input.step)) * (width - names);
  return (
    <svg width={width} height={height} style={{ fontSize: 12, fontFamily: "Inter, sans-serif" }}>
      {rows.map(({ name, times, field }, index) => {
        const runs = [];
        times.forEach((time, at) => {
          const value = field.values[at];
          if (value === null) return;
          const last = runs.at(-1);
          if (last && last.value === value && last.to === time) last.to = time + window.input.step * 1000;
          else runs.push({ value, from: time, to: time + window.input.step * 1000 });
        });
        return (
          <g key={index}>
            <text x={names - 6} y={(index + 0.5) * each + 4} textAnchor="end" fill={theme.colors.text.primary}>
              {name}
            </text>
            {runs.map((run, number) => {
              const shown = field.display(run.value);
              const wide = x(run.to) - x(run.from);
              return (
                <g key={number}>
                  <rect
                    x={x(run.from)}
                    y={index * each + each * 0.075}
                    width={wide}
                    height={each * 0.85}
                    fill={shown.color}
                    opacity={0.8}
                  />
                  {wide > 6.5 * shown.text.length && (
                    <text x={x(run.from) + 4} y={(index + 0.5) * each + 4} fill="#fff">
                      {shown.text}
                    </text>
                  )}
                </g>
              );
            })}
          </g>
        );
      })}
      {[0.1, 0.3, 0.5, 0.7, 0.9].map((part) => (
        <text key={part} x={names + part * (width - names)} y={height - 4} fill={theme.colors.text.secondary}>
          {new Date((from + part * (to - from)) * 1000).toISOString().slice(11, 19)}
        </text>
      ))}
    </svg>
  );
}

function HeatMap({ frames, width, height }) {
  const rows = frames
    .map((frame) => ({
      le: Number(frame.fields[1].labels.le.replace("+Inf", "Infinity")),
      values: frame.fields[1].values,
    }))
    .sort((one, other) => one.le - other.le);
  const cells = rows.map(({ le, values }, index) => ({
    le,
    values: values.map((value, at) =>
      value === null ? null : value - (index ? (rows[index - 1].values[at] ?? 0) : 0),
    ),
  }));
  const most = Math.max(...cells.flatMap(({ values }) => values), 1e-9);
  const each = (height - 20) / Math.max(cells.length, 1);
  const wide = (width - 70) / (cells[0]?.values.length ?? 1);
  return (
    <svg width={width} height={height} style={{ fontSize: 11, fontFamily: "Inter, sans-serif" }}>
      {cells.map(({ le, values }, index) => (
        <g key={index}>
          <text x={64} y={height - 20 - (index + 0.5) * each + 4} textAnchor="end" fill={theme.colors.text.primary}>
            {le === Infinity ? "+Inf" : `${Math.round((le + 1) / 102.4) / 10} KiB`}
          </text>
          {values.map(
            (value, at) =>
              value > 1e-9 && (
                <rect
                  key={at}
                  x={70 + at * wide}
                  y={height - 20 - (index + 1) * each}
                  width={wide - 1}
                  height={each - 1}
                  fill="#5794F2"
                  opacity={Math.sqrt(value / most)}
                />
              ),
          )}
        </g>
      ))}
    </svg>
  );
}

const KINDS = { stat: Stats, bargauge: Bars, timeseries: Lines, "state-timeline": Timeline, heatmap: HeatMap };

function Contents({ panel, frames, width, height }) {
  const Kind = KINDS[panel.type];
  if (frames.length === 0 || frames[0].length === 0) {
    // A panel without data shows what noValue says, or "No data".
    const text = panel.fieldConfig.defaults.noValue ?? "No data";
    return panel.type === "stat" ? (
      <BigValue
        theme={theme}
        width={width}
        height={height}
        value={{ text, numeric: NaN, color: theme.visualization.getColorByName("text") }}
        colorMode="value"
        graphMode="none"
        justifyMode="center"
        textMode="value"
      />
    ) : (
      <div style={{ padding: 16, textAlign: "center" }}>{panel.type === "table" ? text : "No data"}</div>
    );
  }
  if (panel.type === "table") {
    return (
      <Table
        data={frames[0]}
        width={width - 14}
        height={height}
        cellHeight={panel.options.cellHeight}
        initialSortBy={panel.options.sortBy}
        timeRange={timeRange}
        showTypeIcons={false}
      />
    );
  }
  return <Kind panel={panel} frames={frames} width={width} height={height} />;
}

class Guard extends React.Component {
  state = {};
  static getDerivedStateFromError(error) {
    return { error };
  }
  render() {
    return this.state.error ? (
      <pre style={{ color: "red" }}>{String(this.state.error.stack)}</pre>
    ) : (
      this.props.children
    );
  }
}

const shown = dashboard.panels.flatMap((panel) => (panel.type === "row" ? [panel, ...panel.panels] : [panel]));
const bottom = Math.max(...shown.map(({ gridPos }) => gridPos.y + gridPos.h));
const frames = new Map(
  await Promise.all(shown.filter(({ type }) => type !== "row").map(async (panel) => [panel.id, await framesOf(panel)])),
);

function Page() {
  return (
    <div
      style={{
        position: "relative",
        width: 24 * COLUMN + GAP,
        height: bottom * ROW + GAP,
        background: theme.colors.background.canvas,
        color: theme.colors.text.primary,
        font: "14px Inter, sans-serif",
      }}
    >
      {shown.map((panel) => {
        const { x, y, w, h } = panel.gridPos;
        const width = w * COLUMN - GAP;
        const height = h * ROW - GAP;
        const style = { position: "absolute", left: x * COLUMN + GAP, top: y * ROW + GAP, width, height };
        if (panel.type === "row")
          return (
            <h6 key={panel.id} style={{ ...style, fontSize: 16, margin: 0 }}>
              {panel.title}
            </h6>
          );
        return (
          <div key={panel.id} style={style}>
            <PanelChrome title={panel.title} description={panel.description} width={width} height={height} padding="sm">
              {(innerWidth, innerHeight) => (
                <Guard>
                  <Contents panel={panel} frames={frames.get(panel.id)} width={innerWidth} height={innerHeight} />
                </Guard>
              )}
            </PanelChrome>
          </div>
        );
      })}
    </div>
  );
}

createRoot(document.getElementById("root")).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <Page />
  </ThemeContext.Provider>,
);
setTimeout(() => {
  document.body.dataset.drawn = "yes";
}, 1500);

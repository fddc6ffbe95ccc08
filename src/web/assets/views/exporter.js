import { h, name, setHidden, setText } from "../dom.js";
import * as format from "../format.js";
import { ago, badge, countdown, facts, longText, note, time } from "../parts.js";
import { entries, nextRun } from "../select.js";
import { table } from "../table.js";

const FETCH_EVERY_MS = 5000;

function agoCell(timeOf) {
  return () => {
    const part = ago();
    return { node: part.node, update: (row) => part.update(timeOf(row)) };
  };
}

function longTextCell(textOf) {
  return () => {
    const part = longText(h("div", { dir: "auto" }));
    return { node: part.node, update: (row) => part.update(textOf(row) ?? "") };
  };
}

function resultOf({ collector }) {
  if (!collector.enabled) return ["disabled", "off"];
  if (collector.standby) return ["standby", "left to the leader"];
  if (collector.success === undefined) return ["unknown", "not run yet"];
  return collector.success ? ["ok", "ok"] : ["failed", "failed"];
}

const collectorColumns = [
  { id: "name", title: "Collector", head: true, sort: (row) => row.key, text: (row) => row.key },
  {
    id: "result",
    title: "Last result",
    sort: (row) => ["failed", "unknown", "ok", "standby", "disabled"].indexOf(resultOf(row)[0]),
    cell: () => {
      const part = badge();
      return { node: part.node, update: (row) => part.update(...resultOf(row)) };
    },
  },
  {
    id: "source",
    title: "Source",
    sort: ({ collector }) => collector.source,
    text: ({ collector }) => collector.source ?? format.UNKNOWN,
  },
  {
    id: "interval",
    title: "Every",
    number: true,
    sort: ({ collector }) => collector.interval_seconds,
    text: ({ collector }) => format.duration(collector.interval_seconds),
  },
  {
    id: "success",
    title: "Last success",
    sort: ({ collector }) => format.parseTime(collector.last_success),
    cell: agoCell(({ collector }) => format.parseTime(collector.last_success)),
  },
  {
    id: "next",
    title: "Next run",
    sort: ({ collector }) => nextRun(collector),
    cell: () => {
      const part = countdown();
      return { node: part.node, update: ({ collector }) => part.update(nextRun(collector)) };
    },
  },
  {
    id: "took",
    title: "Took",
    number: true,
    descending: true,
    sort: ({ collector }) => collector.last_duration_seconds,
    text: ({ collector }) => format.latency(collector.last_duration_seconds),
  },
  {
    id: "failure",
    title: "Failure",
    wide: true,
    text: ({ collector }) =>
      collector.success === false ? [collector.failure_reason, collector.failure_text].filter(Boolean).join(": ") : "",
  },
];

const errorColumns = [
  { id: "kind", title: "Kind", head: true, sort: (row) => row.kind, text: (row) => row.kind },
  { id: "about", title: "About", sort: (row) => row.about, text: (row) => row.about ?? format.UNKNOWN },
  {
    id: "count",
    title: "Times",
    number: true,
    descending: true,
    sort: (row) => row.count,
    text: (row) => format.count(row.count),
  },
  {
    id: "last",
    title: "Last",
    descending: true,
    sort: (row) => format.parseTime(row.last_at),
    cell: agoCell((row) => format.parseTime(row.last_at)),
  },
  { id: "text", title: "Last text", wide: true, cell: longTextCell((row) => row.last_text) },
];

const callColumns = [
  {
    id: "at",
    title: "At",
    descending: true,
    sort: (row) => row.id,
    cell: (row) => {
      const part = time();
      part.update(format.parseTime(row.at));
      return { node: part.node, update() {} };
    },
  },
  { id: "by", title: "By", sort: (row) => row.by, text: (row) => row.by ?? format.UNKNOWN },
  {
    id: "what",
    title: "Question",
    head: true,
    wide: true,
    sort: (row) => row.what,
    cell: (row) => ({ node: name(row.what ?? format.UNKNOWN), update() {} }), // a call that ended never changes
  },
  {
    id: "took",
    title: "Took",
    number: true,
    descending: true,
    sort: (row) => row.duration_seconds,
    text: (row) => format.latency(row.duration_seconds),
  },
  {
    id: "result",
    title: "Result",
    sort: (row) => row.result,
    cell: () => {
      const part = badge();
      return {
        node: part.node,
        update: (row) => part.update(row.result === "ok" ? "ok" : "failed", row.result ?? "unknown"),
      };
    },
  },
  { id: "text", title: "Text", wide: true, minor: true, cell: longTextCell((row) => row.text) },
];

export function create(context) {
  const { address } = context;
  const about = facts();
  const started = ago();
  const took = ago();
  const collectors = table({
    caption: "Collectors",
    columns: collectorColumns,
    keyOf: (row) => row.key,
    attributes: (row) => ({ "data-collector": row.key, "data-result": resultOf(row)[0] }),
    filterBy: (row) => `${row.key} ${row.collector.source ?? ""} ${resultOf(row)[1]}`,
    sortBy: "name",
    always: true,
    address,
  });
  const errors = table({
    caption: "Errors",
    columns: errorColumns,
    keyOf: (row) => `${row.kind}\n${row.about}`,
    attributes: (row) => ({ "data-error": row.kind }),
    filterBy: (row) => `${row.kind} ${row.about ?? ""} ${row.last_text ?? ""}`,
    sortBy: "-count",
    empty: "No errors since the exporter started.",
    address,
    prefix: "errors.",
  });
  const calls = table({
    caption: "Last calls",
    columns: callColumns,
    keyOf: (row) => String(row.id),
    attributes: (row) => ({ "data-call": String(row.id) }),
    filterBy: (row) => `${row.by ?? ""} ${row.what ?? ""} ${row.result ?? ""} ${row.text ?? ""}`,
    sortBy: "-at",
    empty: "No calls yet.",
    address,
    prefix: "calls.",
  });
  const missing = note();
  const inside = h("div", { class: "stack" }, errors.node, calls.node);
  inside.hidden = true;

  let timer = 0;
  let closed = false;

  function say(text) {
    setText(missing, text);
    setHidden(missing, text === "");
  }

  async function load() {
    clearTimeout(timer);
    try {
      const answer = await fetch("api/v1/exporter", { cache: "no-store", signal: AbortSignal.timeout(FETCH_EVERY_MS) });
      if (closed) return;
      if (answer.status === 404) {
        say("This exporter does not tell of its errors and calls (there is no /api/v1/exporter).");
      } else if (!answer.ok) {
        say(`The errors and calls are not known now: /api/v1/exporter answers ${answer.status}.`);
      } else {
        const document = await answer.json();
        if (closed) return;
        errors.update(document.errors ?? []);
        calls.update(document.calls ?? []);
        inside.hidden = false;
        say("");
      }
    } catch {
      if (closed) return;
      say("The errors and calls could not be fetched; it is tried again every five seconds.");
    }
    timer = setTimeout(load, FETCH_EVERY_MS);
  }
  if (context.route.cluster === undefined) {
    load();
  } else {
    say("Its errors and calls are told by that exporter alone: they are not pushed to a hub.");
  }

  return {
    title: "Exporter",
    node: h("div", { class: "stack" }, h("div", { class: "panel" }, about.node), collectors.node, missing, inside),
    update(state) {
      const at = format.parseTime(state.node.started_at);
      if (at !== undefined) started.update(at);
      took.update(format.parseTime(state.cluster.taken_at));
      const leader = state.cluster.leader;
      about.update([
        ["Node", state.node.host ?? format.UNKNOWN],
        ["Version", state.node.exporter_version],
        ["Started", at === undefined ? undefined : started.node],
        ["Picture taken", took.node],
        [
          "Speaks for the cluster",
          leader === undefined
            ? format.UNKNOWN
            : leader
              ? "yes"
              : `no${state.cluster.leader_host ? `, ${state.cluster.leader_host} does` : ""}`,
        ],
        [
          "glusterd of this node",
          state.cluster.up === undefined ? format.UNKNOWN : state.cluster.up ? "answers" : "does not answer",
        ],
        ["Gluster", state.cluster.version],
        [
          "Op-version",
          state.cluster.op_version === undefined
            ? undefined
            : `${state.cluster.op_version} (at most ${state.cluster.max_op_version ?? "unknown"})`,
        ],
      ]);
      collectors.update(entries(state.collectors).map(([key, collector]) => ({ key, collector })));
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

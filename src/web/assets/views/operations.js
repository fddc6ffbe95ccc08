import { h, keyed, setHidden, setText } from "../dom.js";
import * as format from "../format.js";
import { note, plainBar, volumeAnchor } from "../parts.js";
import { bricksOf, entries, topFiles } from "../select.js";
import { table } from "../table.js";

/** Sums of several volumes' rates. */
export function addRates(many) {
  const sums = new Map();
  for (const rates of many) {
    for (const [fop, { perSecond, latency }] of rates) {
      const sum = sums.get(fop) ?? { perSecond: 0, timed: 0, spent: 0 };
      sum.perSecond += perSecond;
      if (latency !== undefined) {
        sum.timed += perSecond;
        sum.spent += perSecond * latency;
      }
      sums.set(fop, sum);
    }
  }
  return [...sums].map(([fop, { perSecond, timed, spent }]) => ({
    fop,
    perSecond,
    latency: timed > 0 ? spent / timed : undefined,
    spent: timed > 0 ? spent : undefined,
  }));
}

function withBar(show, ratioOf) {
  return () => {
    const bar = plainBar();
    const text = h("span");
    return {
      node: h("div", { class: "with-bar" }, text, bar.node),
      update(row) {
        setText(text, show(row));
        bar.update(ratioOf(row));
      },
    };
  };
}

const fopColumns = [
  { id: "fop", title: "Operation", head: true, sort: (row) => row.fop, text: (row) => row.fop },
  {
    id: "rate",
    title: "Per second",
    descending: true,
    sort: (row) => row.perSecond,
    cell: withBar(
      (row) => format.short(row.perSecond),
      (row) => row.perSecond / row.most.perSecond,
    ),
  },
  {
    id: "latency",
    title: "Mean latency",
    descending: true,
    sort: (row) => row.latency,
    cell: withBar(
      (row) => format.latency(row.latency),
      (row) => row.latency / row.most.latency,
    ),
  },
  {
    id: "share",
    title: "Share of time",
    hint: "Of the time that all operations took",
    number: true,
    minor: true,
    descending: true,
    sort: (row) => row.share,
    text: (row) => format.percent(row.share),
  },
];

/** Operations of some volumes by fop. update(names of volumes) */
export function fopTable(context, caption, prefix = "") {
  const list = table({
    caption,
    columns: fopColumns,
    keyOf: (row) => row.fop,
    attributes: (row) => ({ "data-fop": row.fop }),
    filterBy: (row) => row.fop,
    sortBy: "-rate",
    empty: "No operation within the last half minute.",
    address: context.address,
    prefix,
  });
  const wait = note("Rates are there after two answers of the bricks, within some ten seconds.");
  const node = h("div", {}, list.node, wait);
  return {
    node,
    update(names) {
      const known = names.map((volume) => context.history.fopRates(volume)).filter((rates) => rates !== undefined);
      const rows = addRates(known);
      const most = {
        perSecond: Math.max(...rows.map((row) => row.perSecond)),
        latency: Math.max(...rows.map((row) => row.latency ?? 0)),
      };
      const all = rows.reduce((sum, row) => sum + (row.spent ?? 0), 0);
      for (const row of rows) {
        row.most = most;
        row.share = row.spent !== undefined && all > 0 ? row.spent / all : undefined;
      }
      setHidden(wait, known.length > 0);
      setHidden(list.node, known.length === 0);
      list.update(rows);
    },
  };
}

/** The busiest files of some volumes. update(entries of volumes, state) */
export function fileTable(context, prefix = "files.") {
  const list = table({
    caption: "Busiest files",
    columns: [
      { id: "file", title: "File", head: true, wide: true, sort: (row) => row.file, text: (row) => row.file },
      {
        id: "volume",
        title: "Volume",
        wide: true,
        sort: (row) => row.volumeName,
        cell: (row) => ({ node: volumeAnchor(row.volumeName), update() {} }),
      },
      { id: "call", title: "Call", sort: (row) => row.call, text: (row) => row.call },
      {
        id: "count",
        title: "Calls",
        hint: "On the brick where it is busiest, since the brick started",
        number: true,
        descending: true,
        sort: (row) => row.count,
        text: (row) => format.count(row.count),
      },
      { id: "brick", title: "Brick", wide: true, minor: true, sort: (row) => row.brick, text: (row) => row.brick },
    ],
    keyOf: (row) => row.key,
    attributes: (row) => ({ "data-file": row.file }),
    filterBy: (row) => `${row.file} ${row.volumeName} ${row.call}`,
    sortBy: "-count",
    address: context.address,
    prefix,
  });
  const off = note(
    "The busiest files are not collected: the collector ",
    h("code", {}, "top"),
    " is off unless it is asked for with ",
    h("code", {}, "--collector.top"),
    ".",
  );
  const none = note("Gluster has told of no busy files yet.");
  return {
    node: h("div", {}, list.node, off, none),
    update(volumes, state) {
      const files = topFiles(volumes);
      const enabled = state.collectors?.top?.enabled === true;
      list.update(files);
      setHidden(list.node, files.length === 0);
      setHidden(off, files.length > 0 || enabled);
      setHidden(none, files.length > 0 || !enabled);
    },
  };
}

export function create(context) {
  const { address } = context;
  const select = h("select", {
    onchange: () => {
      address.set("volume", select.value === "" ? "" : select.value.slice(1));
      context.refresh();
    },
  });
  const fops = fopTable(context, "Operations");
  const files = fileTable(context);
  const unprofiled = note();
  const large = note("With so many bricks the state leaves out single operations; /metrics has them.");
  let wanted = address.get("volume") ?? "";

  return {
    title: "Operations",
    node: h(
      "div",
      { class: "stack" },
      h("div", { class: "table-tools" }, h("label", {}, "Volume ", select)),
      large,
      fops.node,
      note("Of all bricks, over the last half minute: what a client writes to three replicas counts three times."),
      unprofiled,
      files.node,
    ),
    needs: (state) => (state.volumes === undefined ? "The volumes are not known." : undefined),
    update(state) {
      const volumes = entries(state.volumes);
      keyed(
        select,
        ["", ...volumes.map(([volume]) => `=${volume}`)],
        (value) => value,
        (value) => ({ node: h("option", { value, dir: "auto" }, value === "" ? "all" : value.slice(1)), update() {} }),
      );
      wanted = address.get("volume") ?? "";
      const shown = volumes.filter(([volume]) => wanted === "" || volume === wanted);
      select.value = wanted === "" || shown.length === 0 ? "" : `=${wanted}`;
      const of = shown.length === 0 ? volumes : shown;
      const detailed = of.some(([volume, data]) =>
        bricksOf(volume, data).some(({ brick }) => brick.fops !== undefined),
      );
      setHidden(
        large,
        detailed ||
          of.every(([, data]) =>
            Object.values(data.bricks ?? {}).every((brick) => brick.operations_total === undefined),
          ),
      );
      fops.update(of.map(([volume]) => volume));
      setHidden(fops.node, !detailed);
      const off = of.filter(([, data]) => data.status === "started" && !data.profiling).map(([volume]) => volume);
      setHidden(unprofiled, off.length === 0);
      setText(
        unprofiled,
        `Without profiling there are no operations of ${off.join(", ")}: gluster volume profile VOLUME start.`,
      );
      files.update(of, state);
    },
  };
}

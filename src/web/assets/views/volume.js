import { h, keyed, name, setHidden, setText } from "../dom.js";
import { secondsToEmpty } from "../estimate.js";
import * as format from "../format.js";
import { asOf, badge, capacityBar, facts, note, sparkline } from "../parts.js";
import { formatRoute } from "../route.js";
import { bricksOf, capacity, clientsByHost, entries, volumeHealth } from "../select.js";
import { table } from "../table.js";
import { brickColumns, brickRow, bytesPerSecond } from "./columns.js";
import { setKind } from "./layout.js";
import { fileTable, fopTable } from "./operations.js";
import { tasks } from "./tasks.js";
import { quotaTable, snapshotTable } from "./volume_tables.js";

/** One measure with its line of the last minutes. */
function measure(volume, key, title, show) {
  const line = sparkline(volume, key, title);
  const value = h("div", { class: "value" });
  return {
    node: h("div", { class: "tile" }, h("h2", {}, title), value, line.node),
    update(data, samples) {
      setText(value, show(data));
      line.update(samples);
    },
  };
}

/** Counters are not on the page, what is worked out from them is. */
const isShown = (member) => !member.endsWith("_total");

export function create(context) {
  const volume = context.route.name;
  const { address } = context;
  const health = badge();
  const mark = asOf();
  const bar = capacityBar();
  const about = facts();
  const measures = [
    measure(volume, "operations", "IOPS", (data) => format.short(data.operations_per_second)),
    measure(volume, "bytes", "Read · written", (data) =>
      bytesPerSecond(data) === undefined
        ? format.UNKNOWN
        : `${format.byteRate(data.read_bytes_per_second)} · ${format.byteRate(data.written_bytes_per_second)}`,
    ),
    measure(volume, "latency", "Mean latency", (data) => format.latency(data.mean_latency_seconds)),
  ];
  const fromLeader = note();
  const sets = h("ul", { class: "labels sets" });
  const bricks = table({
    caption: "Bricks",
    columns: brickColumns(context, { withVolume: false }),
    ...brickRow,
    sortBy: "set",
    empty: "The volume has no bricks.",
    address,
  });
  const work = tasks(context, volume);
  const clients = table({
    caption: "Clients by host",
    columns: [
      {
        id: "host",
        title: "Host",
        head: true,
        wide: true,
        sort: (row) => row.host,
        cell: (row) => ({ node: name(row.host), update() {} }),
      },
      {
        id: "bricks",
        title: "Bricks",
        number: true,
        descending: true,
        sort: (row) => row.bricks,
        text: (row) => format.count(row.bricks),
      },
      {
        id: "connections",
        title: "Connections",
        number: true,
        descending: true,
        sort: (row) => row.connections,
        text: (row) => format.count(row.connections),
      },
    ],
    keyOf: (row) => row.host,
    attributes: (row) => ({ "data-client": row.host }),
    filterBy: (row) => row.host,
    sortBy: "-connections",
    empty: "No clients are known.",
    address,
    prefix: "clients.",
  });
  const quota = quotaTable(address);
  const snapshots = snapshotTable(address);
  const options = table({
    caption: "Options set",
    columns: [
      {
        id: "option",
        title: "Option",
        head: true,
        wide: true,
        sort: ([key]) => key,
        cell: ([key]) => ({ node: name(key), update() {} }),
      },
      { id: "value", title: "Value", wide: true, sort: ([, value]) => value, text: ([, value]) => value },
    ],
    keyOf: ([key]) => key,
    filterBy: ([key, value]) => `${key} ${value}`,
    sortBy: "option",
    empty: "No options are set.",
    address,
    prefix: "options.",
  });
  const fops = fopTable(context, "Operations", "fops.");
  const files = fileTable(context);
  const unprofiled = note("There are no operations without profiling: gluster volume profile VOLUME start.");

  const content = h(
    "div",
    { class: "stack" },
    h("div", { class: "headline" }, health.node, mark.node),
    h(
      "div",
      { class: "tiles" },
      h("div", { class: "tile" }, h("h2", {}, "Used"), bar.node),
      ...measures.map((one) => one.node),
    ),
    fromLeader,
    h("div", { class: "panel" }, about.node, sets),
    bricks.node,
    work.node,
    unprofiled,
    fops.node,
    h("div", { class: "columns" }, clients.node, options.node),
    quota.node,
    snapshots.node,
    files.node,
  );
  const gone = note("There is no volume of that name (any more). ", h("a", { href: formatRoute({ view: "volumes" }) }, "All volumes"));

  return {
    title: volume,
    isName: true,
    node: h("div", {}, gone, content),
    needs: (state) => (state.volumes === undefined ? "The volumes are not known." : undefined),
    update(state) {
      const data = state.volumes[volume];
      setHidden(gone, data !== undefined);
      setHidden(content, data === undefined);
      if (data === undefined) return;
      const rows = bricksOf(volume, data);
      const samples = context.history.of(volume);
      health.update(volumeHealth(data));
      mark.update(data, context.leaderHost);
      bar.update(capacity(data));
      for (const one of measures) one.update(data, samples);
      setHidden(fromLeader, !data.from_leader?.some(isShown));
      setText(
        fromLeader,
        `Told by the leader${context.leaderHost ? ` (${context.leaderHost})` : ""}: ${(data.from_leader ?? []).filter(isShown).map(format.words).join(", ")}.`,
      );
      about.update([
        ["Type", format.words(data.type)],
        ["Layout", data.type === "distribute" ? undefined : setKind(data)],
        ["Status", format.words(data.status)],
        ["Id", data.id],
        ["Transport", data.transport],
        ["Profiling", data.profiling ? "on" : "off"],
        [
          "Server quorum",
          data.server_quorum_met === undefined ? undefined : data.server_quorum_met ? "met" : "not met",
        ],
        [
          "Inodes used",
          data.inodes > 0
            ? `${format.count(data.inodes - data.inodes_free)} of ${format.count(data.inodes)}`
            : undefined,
        ],
        [
          "Waiting for heal",
          data.heal_pending_entries === undefined ? undefined : format.count(data.heal_pending_entries),
        ],
      ]);
      const many = entries(data.subvolumes);
      setHidden(sets, many.length < 2 || many.length > 200);
      keyed(
        sets,
        sets.hidden ? [] : many.sort(([left], [right]) => Number(left) - Number(right)),
        ([key]) => key,
        () => {
          const part = badge();
          return {
            node: h("li", {}, part.node),
            update([key, set]) {
              const is = data.status === "started" ? (set.health ?? "unknown") : "stopped";
              part.update(is, `subvolume ${key}: ${format.words(is)}${set.quorum_met === false ? ", no quorum" : ""}`);
            },
          };
        },
      );
      bricks.update(rows);
      work.update(data, rows, secondsToEmpty(samples));
      setHidden(unprofiled, data.profiling || data.status !== "started");
      setHidden(fops.node, !rows.some(({ brick }) => brick.fops !== undefined));
      fops.update([volume]);
      clients.update(clientsByHost(rows));
      options.update(entries(data.options));
      quota.update(data.quota);
      snapshots.update(data.snapshots);
      files.update([[volume, data]], state);
    },
  };
}

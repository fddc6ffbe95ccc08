import { h, keyed, name, setHidden, setClamped, setText } from "../dom.js";
import * as format from "../format.js";
import { badge, capacityBar, longText, note, panel, sparkline, time } from "../parts.js";
import { formatRoute } from "../route.js";
import { alertList, diskSpace, entries, newestEvents, severity, summary, volumeHealth } from "../select.js";
import { table } from "../table.js";
import { severityBadge } from "./alerts.js";
import { eventItem } from "./events.js";
import { volumeColumns, volumeRow } from "./columns.js";

const SOME_EVENTS = 8;
const SOME_ALERTS = 5;

function tile(title, link) {
  const value = h("div", { class: "value" });
  const more = h("div", { class: "quiet more" });
  const node = h("div", { class: "tile" }, h("h2", {}, link ? h("a", { href: link }, title) : title), value, more);
  return {
    node,
    value,
    more,
    show(text, below = "", look = "plain") {
      setText(value, text);
      setText(more, below);
      node.dataset.look = look;
    },
  };
}

const upOf = (up, all) => (all === undefined ? format.UNKNOWN : `${format.count(up)} / ${format.count(all)}`);
const lookOfCount = (up, all) => (all === undefined ? "plain" : up < all ? "bad" : "good");

export function create(context) {
  const peers = tile("Peers connected", formatRoute({ view: "peers" }));
  const volumes = tile("Volumes up", formatRoute({ view: "volumes" }));
  const bricks = tile("Bricks online", formatRoute({ view: "bricks" }));
  const heal = tile("Waiting for heal", `${formatRoute({ view: "volumes" })}?sort=-heal`);
  const space = tile("Disk space of the bricks");
  const bar = capacityBar();
  space.value.append(bar.node);
  const operations = tile("IOPS", formatRoute({ view: "operations" }));
  const traffic = tile("Read and written");
  const latency = tile("Mean latency");
  const lines = [
    [operations, "operations", "IOPS of the cluster"],
    [traffic, "bytes", "Bytes per second of the cluster"],
    [latency, "latency", "Mean latency in the cluster"],
  ].map(([of, key, what]) => {
    const line = sparkline("cluster", key, what);
    of.node.append(line.node);
    return line;
  });

  const reasons = h("ul", { class: "reasons" });
  const why = panel("Why", reasons);
  const alerts = h("ul", { class: "plain alerts" });
  const alertsPanel = panel("Alerts firing", alerts, h("p", {}, h("a", { href: formatRoute({ view: "alerts" }) }, "All alerts")));
  const events = h("ul", { class: "feed" });
  const noEvents = note("Nothing has happened since the exporter started.");
  const list = table({
    caption: "Volumes",
    columns: volumeColumns(context).filter(({ id }) => id !== "type" && id !== "throughput"),
    ...volumeRow,
    sortBy: "health",
    empty: "There are no volumes.",
    address: context.address,
  });
  const unknownVolumes = note("The volumes are not known.");

  const node = h(
    "div",
    {},
    h(
      "div",
      { class: "tiles" },
      ...[peers, volumes, bricks, heal, space, operations, traffic, latency].map((one) => one.node),
    ),
    why,
    alertsPanel,
    h(
      "div",
      { class: "split" },
      h("div", {}, list.node, unknownVolumes),
      panel("Lately", events, noEvents, h("p", {}, h("a", { href: formatRoute({ view: "events" }) }, "All events"))),
    ),
  );

  return {
    title: "Overview",
    node,
    update(state) {
      const counts = summary(state);
      peers.show(upOf(counts.peersUp, counts.peers), "", lookOfCount(counts.peersUp, counts.peers));
      volumes.show(
        upOf(counts.volumesUp, counts.volumes),
        counts.volumesStopped > 0 ? `${format.count(counts.volumesStopped)} not started` : "",
        lookOfCount(counts.volumesUp, counts.volumes),
      );
      const offline = (counts.bricksExpected ?? 0) - (counts.bricksOnline ?? 0) - counts.bricksUnknown;
      bricks.show(
        upOf(counts.bricksOnline, counts.bricksExpected),
        counts.bricksUnknown > 0 ? `${format.count(counts.bricksUnknown)} unknown` : "",
        offline > 0
          ? "bad"
          : counts.bricksUnknown > 0
            ? "warn"
            : lookOfCount(counts.bricksOnline, counts.bricksExpected),
      );
      heal.show(
        format.count(counts.backlog),
        counts.backlog === undefined ? "" : "entries",
        counts.backlog > 0 ? "warn" : "plain",
      );
      const disks = diskSpace(counts.bricks);
      bar.update(disks.space);
      setText(
        space.more,
        disks.unknown > 0 ? `of ${format.plural(disks.unknown, "brick")} not known` : "each file system counted once",
      );
      operations.show(format.short(counts.operations), "", "plain");
      traffic.show(
        counts.readBytes === undefined && counts.writtenBytes === undefined
          ? format.UNKNOWN
          : `${format.byteRate(counts.readBytes)} · ${format.byteRate(counts.writtenBytes)}`,
      );
      latency.show(format.latency(counts.latency));
      for (const line of lines) line.update(context.history.cluster);

      const told = state.cluster.reasons ?? [];
      setHidden(why, told.length < 2 && !(told[0]?.length > 100)); // else the line above says it all
      keyed(
        reasons,
        told,
        (reason) => reason,
        (reason) => ({ node: h("li", { dir: "auto" }, reason), update() {} }),
      );

      const firing = alertList(state);
      setHidden(alertsPanel, firing.length === 0);
      keyed(alerts, firing.slice(0, SOME_ALERTS), (alert) => alert.fingerprint, makeAlert);

      const newest = newestEvents(state, SOME_EVENTS);
      setHidden(noEvents, newest.length > 0);
      keyed(events, newest, (event) => `${event.id} ${event.time}`, eventItem);

      setHidden(list.node, state.volumes === undefined);
      setHidden(unknownVolumes, state.volumes !== undefined);
      list.update(
        entries(state.volumes)
          .map(([volume, data]) => ({ name: volume, volume: data }))
          .sort((left, right) => severity(volumeHealth(left.volume)) - severity(volumeHealth(right.volume))),
      );
    },
  };
}

function makeAlert({ name: alertName }) {
  const state = badge();
  const title = name("");
  const summaryText = longText(h("div", { class: "quiet", dir: "auto" }));
  const since = time();
  return {
    node: h("li", { "data-alert": alertName ?? "" }, state.node, " ", title, summaryText.node, since.node),
    update(alert) {
      state.update(...severityBadge(alert));
      setClamped(title, alert.name ?? format.UNKNOWN);
      summaryText.update(alert.annotations?.summary ?? alert.annotations?.description ?? "");
      since.update(format.parseTime(alert.starts_at));
    },
  };
}

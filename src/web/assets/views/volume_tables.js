// Quota and snapshots of one volume.
import { h, name, setHidden, setText } from "../dom.js";
import * as format from "../format.js";
import { badge, capacityBar, time } from "../parts.js";
import { entries } from "../select.js";
import { table } from "../table.js";

/** update(quota | undefined); hidden while there is none */
export function quotaTable(address) {
  const list = table({
    caption: "Quota",
    columns: [
      {
        id: "path",
        title: "Directory",
        head: true,
        wide: true,
        sort: ({ path }) => path,
        cell: ({ path }) => ({ node: name(path), update() {} }),
      },
      {
        id: "used",
        title: "Used of the limit",
        descending: true,
        sort: ({ limit }) => limit.used_bytes / limit.hard_limit_bytes,
        cell: () => {
          const bar = capacityBar();
          return {
            node: bar.node,
            update: ({ limit }) =>
              bar.update(
                limit.used_bytes !== undefined && limit.hard_limit_bytes > 0
                  ? { used: limit.used_bytes, size: limit.hard_limit_bytes }
                  : undefined,
              ),
          };
        },
      },
      {
        id: "soft",
        title: "Soft limit",
        number: true,
        minor: true,
        sort: ({ limit }) => limit.soft_limit_bytes,
        text: ({ limit }) => format.bytes(limit.soft_limit_bytes),
      },
      {
        id: "state",
        title: "Limit",
        sort: ({ limit }) => (limit.hard_limit_exceeded ? 2 : limit.soft_limit_exceeded ? 1 : 0),
        cell: () => {
          const part = badge();
          return {
            node: part.node,
            update: ({ limit }) =>
              limit.hard_limit_exceeded
                ? part.update("critical", "exceeded")
                : limit.soft_limit_exceeded
                  ? part.update("warning", "soft limit exceeded")
                  : limit.soft_limit_exceeded === undefined
                    ? part.update("unknown")
                    : part.update("ok", "kept"),
          };
        },
      },
      {
        id: "files",
        title: "Files",
        number: true,
        minor: true,
        descending: true,
        sort: ({ limit }) => limit.files,
        text: ({ limit }) => format.count(limit.files),
      },
    ],
    keyOf: ({ path }) => path,
    attributes: ({ path }) => ({ "data-quota": path }),
    filterBy: ({ path }) => path,
    sortBy: "path",
    address,
    prefix: "quota.",
  });
  return {
    node: list.node,
    update(quota) {
      const rows = entries(quota).map(([path, limit]) => ({ path, limit }));
      setHidden(list.node, rows.length === 0);
      list.update(rows);
    },
  };
}

/** update(snapshots | undefined); hidden while there are none */
export function snapshotTable(address) {
  const limits = h("p", { class: "note" });
  const list = table({
    caption: "Snapshots",
    columns: [
      {
        id: "name",
        title: "Name",
        head: true,
        wide: true,
        sort: ({ key }) => key,
        cell: ({ key }) => ({ node: name(key), update() {} }),
      },
      {
        id: "created",
        title: "Created",
        descending: true,
        sort: ({ item }) => format.parseTime(item.created),
        cell: () => {
          const at = time();
          return { node: at.node, update: ({ item }) => at.update(format.parseTime(item.created)) };
        },
      },
      {
        id: "activated",
        title: "State",
        sort: ({ item }) => (item.activated ? 1 : 0),
        cell: () => {
          const part = badge();
          return {
            node: part.node,
            update: ({ item }) =>
              item.activated === undefined
                ? part.update("unknown")
                : part.update(item.activated ? "active" : "stopped", item.activated ? "activated" : "not activated"),
          };
        },
      },
    ],
    keyOf: ({ key }) => key,
    filterBy: ({ key }) => key,
    sortBy: "-created",
    address,
    prefix: "snapshots.",
  });
  const node = h("div", {}, list.node, limits);
  return {
    node,
    update(snapshots) {
      const rows = entries(snapshots?.items).map(([key, item]) => ({ key, item }));
      setHidden(node, rows.length === 0);
      list.update(rows);
      const { hard_limit: hard, soft_limit: soft } = snapshots ?? {};
      setHidden(limits, hard === undefined);
      setText(
        limits,
        `At most ${format.count(hard)}${soft === undefined ? "" : `, a warning from ${format.count(soft)}`}.`,
      );
    },
  };
}

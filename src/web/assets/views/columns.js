// Columns of volumes and bricks, which several views show.
import { h, name } from "../dom.js";
import * as format from "../format.js";
import { addKnown } from "../history.js";
import { asOf, badge, capacityBar, sparkline, volumeAnchor } from "../parts.js";
import { brickState, brickStateText, capacity, severity, volumeHealth } from "../select.js";

const ratio = (object) => {
  const space = capacity(object);
  return space && space.used / space.size;
};

export const bytesPerSecond = (object) => addKnown(object.read_bytes_per_second, object.written_bytes_per_second);

/** "read ↓ written ↑" in one cell. */
const throughput = (object) =>
  bytesPerSecond(object) === undefined
    ? format.UNKNOWN
    : `${format.byteRate(object.read_bytes_per_second)} · ${format.byteRate(object.written_bytes_per_second)}`;

/** Rows are {name, volume}. */
export function volumeColumns(context) {
  const { history } = context;
  return [
    {
      id: "name",
      title: "Volume",
      head: true,
      wide: true,
      sort: ({ name: volume }) => volume,
      cell: ({ name: volume }) => {
        const mark = asOf();
        return {
          node: h("div", {}, volumeAnchor(volume), mark.node),
          update: (row) => mark.update(row.volume, context.leaderHost),
        };
      },
    },
    {
      id: "health",
      title: "Health",
      sort: ({ volume }) => severity(volumeHealth(volume)),
      cell: () => {
        const part = badge();
        return { node: part.node, update: ({ volume }) => part.update(volumeHealth(volume)) };
      },
    },
    {
      id: "type",
      title: "Type",
      minor: true,
      sort: ({ volume }) => volume.type,
      text: ({ volume }) => format.words(volume.type),
    },
    {
      id: "capacity",
      title: "Used",
      descending: true,
      sort: ({ volume }) => ratio(volume),
      cell: () => {
        const part = capacityBar();
        return { node: part.node, update: ({ volume }) => part.update(capacity(volume)) };
      },
    },
    {
      id: "heal",
      title: "To heal",
      hint: "Entries that wait for heal",
      number: true,
      descending: true,
      sort: ({ volume }) => volume.heal_pending_entries,
      text: ({ volume }) => format.count(volume.heal_pending_entries),
    },
    {
      id: "iops",
      title: "IOPS",
      hint: "Operations per second of all bricks, last minutes beside it",
      number: true,
      descending: true,
      sort: ({ volume }) => volume.operations_per_second,
      cell: ({ name: volume }) => {
        const line = sparkline(volume, "operations", `IOPS of ${volume}`);
        const text = h("span");
        return {
          node: h("div", { class: "with-spark" }, line.node, text),
          update: (row) => {
            text.textContent = format.short(row.volume.operations_per_second);
            line.update(history.of(row.name));
          },
        };
      },
    },
    {
      id: "throughput",
      title: "Read · written",
      hint: "Bytes per second of all bricks",
      number: true,
      minor: true,
      descending: true,
      sort: ({ volume }) => bytesPerSecond(volume),
      text: ({ volume }) => throughput(volume),
    },
    {
      id: "latency",
      title: "Latency",
      hint: "Mean of the operations of the last seconds",
      number: true,
      descending: true,
      sort: ({ volume }) => volume.mean_latency_seconds,
      text: ({ volume }) => format.latency(volume.mean_latency_seconds),
    },
  ];
}

export const volumeRow = {
  keyOf: (row) => row.name,
  attributes: ({ name: volume, volume: data }) => ({ "data-volume": volume, "data-health": volumeHealth(data) }),
  filterBy: ({ name: volume, volume: data }) =>
    `${volume} ${data.type} ${format.words(data.type)} ${volumeHealth(data)}`,
};

/** Rows are select.js' BrickRow. */
export function brickColumns(context, { withVolume = true } = {}) {
  const columns = [
    {
      id: "brick",
      title: "Brick",
      head: true,
      wide: true,
      sort: ({ key }) => key,
      cell: ({ key, brick }) => {
        const mark = asOf();
        const extra = brick.arbiter ? [" ", h("span", { class: "tag" }, "arbiter")] : [];
        return {
          node: h("div", {}, name(key), ...extra, mark.node),
          update: (row) => mark.update(row.brick, context.leaderHost),
        };
      },
    },
    {
      id: "state",
      title: "State",
      sort: (row) => ["offline", "unknown", "online", "not started"].indexOf(brickStateText(row)),
      cell: () => {
        const part = badge();
        return { node: part.node, update: (row) => part.update(brickStateText(row)) };
      },
    },
    {
      id: "volume",
      title: "Volume",
      wide: true,
      sort: ({ volumeName }) => volumeName,
      cell: ({ volumeName }) => ({ node: volumeAnchor(volumeName), update() {} }),
    },
    {
      id: "set",
      title: "Subvolume",
      number: true,
      minor: true,
      sort: ({ brick }) => brick.place,
      text: ({ brick }) => String(brick.subvolume),
    },
    {
      id: "capacity",
      title: "Used",
      descending: true,
      sort: ({ brick }) => ratio(brick),
      cell: () => {
        const part = capacityBar();
        return { node: part.node, update: ({ brick }) => part.update(capacity(brick)) };
      },
    },
    number("heal", "To heal", "Entries that wait for heal", (brick) => brick.heal_pending_entries, format.count),
    number("iops", "IOPS", "Operations per second", (brick) => brick.operations_per_second, format.short),
    {
      ...number("throughput", "Read · written", "Bytes per second", bytesPerSecond),
      minor: true,
      text: ({ brick }) => throughput(brick),
    },
    number(
      "latency",
      "Latency",
      "Mean of the operations of the last seconds",
      (brick) => brick.mean_latency_seconds,
      format.latency,
    ),
    {
      ...number(
        "clients",
        "Clients",
        "Connections, Gluster's own daemons among them",
        (brick) => brick.clients,
        format.count,
      ),
      minor: true,
    },
    {
      ...number(
        "memory",
        "Memory",
        "Resident memory of its process",
        (brick) => brick.process?.resident_memory_bytes,
        format.bytes,
      ),
      minor: true,
    },
  ];
  return withVolume ? columns : columns.filter((column) => column.id !== "volume");
}

function number(id, title, hint, valueOf, show) {
  return {
    id,
    title,
    hint,
    number: true,
    descending: true,
    sort: ({ brick }) => valueOf(brick),
    text: ({ brick }) => show(valueOf(brick)),
  };
}

export const brickRow = {
  // One path may serve a volume now and another one next; never two at once.
  keyOf: ({ volumeName, key }) => `${volumeName}\n${key}`,
  attributes: ({ key, brick }) => ({ "data-brick": key, "data-state": brickState(brick) }),
  filterBy: (row) => `${row.key} ${row.volumeName} ${brickStateText(row)}${row.brick.arbiter ? " arbiter" : ""}`,
};

import { h, keyed, name, setHidden, setClamped, setText } from "../dom.js";
import * as format from "../format.js";
import { ago, asOf, badge } from "../parts.js";
import { entries } from "../select.js";
import { table } from "../table.js";

/** Daemons of a node, as words with their states. */
function daemonList() {
  const list = h("ul", { class: "daemons" });
  return {
    node: list,
    update: ({ daemons }) =>
      keyed(
        list,
        daemons,
        ({ daemon }) => daemon,
        () => {
          const part = badge();
          return {
            node: h("li", {}, part.node),
            update: ({ daemon, online }) => part.update(online ? "online" : "offline", daemon),
          };
        },
      ),
  };
}

function columns() {
  return [
    {
      id: "host",
      title: "Node",
      head: true,
      wide: true,
      sort: ({ peer, key }) => peer.host ?? key,
      cell: ({ peer, key }) => {
        const host = name(peer.host ?? key);
        const tags = h("span", { class: "tag" });
        return {
          node: h("div", { title: key }, host, " ", tags),
          update(row) {
            setClamped(host, row.peer.host ?? row.key);
            const is = [row.peer.local && "this node", row.leads && "leader"].filter(Boolean);
            setText(tags, is.join(", "));
            setHidden(tags, is.length === 0);
          },
        };
      },
    },
    {
      id: "state",
      title: "State",
      sort: ({ peer }) => (peer.connected ? 1 : 0),
      cell: () => {
        const part = badge();
        return { node: part.node, update: ({ peer }) => part.update(peer.connected ? "connected" : "disconnected") };
      },
    },
    {
      id: "member",
      title: "Membership",
      minor: true,
      sort: ({ peer }) => peer.state,
      // glusterd says nothing of its own membership: it is a member of the cluster that it tells of.
      text: ({ peer }) => format.words(peer.state ?? (peer.local ? "in_cluster" : undefined)),
    },
    {
      id: "bricks",
      title: "Bricks",
      hint: "Online, of started volumes",
      number: true,
      sort: ({ bricks }) => bricks.all - bricks.online,
      text: ({ bricks }) => (bricks.all === undefined ? format.UNKNOWN : `${bricks.online} / ${bricks.all}`),
    },
    {
      id: "gluster",
      title: "Gluster",
      sort: ({ peer }) => peer.exporter?.gluster_version,
      text: ({ peer }) => peer.exporter?.gluster_version ?? format.UNKNOWN,
    },
    {
      id: "exporter",
      title: "Exporter",
      sort: ({ peer }) => peer.exporter?.version,
      text: ({ peer }) =>
        peer.exporter?.answers === false ? "does not answer" : (peer.exporter?.version ?? format.UNKNOWN),
    },
    {
      id: "report",
      title: "Report",
      hint: "How old what its exporter says of it is",
      sort: ({ peer }) => format.parseTime(peer.exporter?.report_taken_at),
      cell: () => {
        const part = ago();
        return { node: part.node, update: ({ peer }) => part.update(format.parseTime(peer.exporter?.report_taken_at)) };
      },
    },
    { id: "daemons", title: "Daemons", wide: true, cell: daemonList },
  ];
}

function daemonColumns(context) {
  return [
    {
      id: "host",
      title: "Node",
      head: true,
      wide: true,
      sort: ({ daemon }) => daemon.host,
      cell: ({ daemon }) => {
        const mark = asOf();
        return {
          node: h("div", {}, name(daemon.host), mark.node),
          update: (row) => mark.update(row.daemon, context.leaderHost),
        };
      },
    },
    { id: "daemon", title: "Daemon", sort: ({ daemon }) => daemon.daemon, text: ({ daemon }) => daemon.daemon },
    {
      id: "state",
      title: "State",
      sort: ({ daemon }) => (daemon.online ? 1 : 0),
      cell: () => {
        const part = badge();
        return { node: part.node, update: ({ daemon }) => part.update(daemon.online ? "online" : "offline") };
      },
    },
    {
      id: "started",
      title: "Started",
      sort: ({ daemon }) => format.parseTime(daemon.process?.start_time),
      cell: () => {
        const part = ago();
        return { node: part.node, update: ({ daemon }) => part.update(format.parseTime(daemon.process?.start_time)) };
      },
    },
    number("memory", "Memory", (process) => process?.resident_memory_bytes, format.bytes),
    number("cpu", "CPU time", (process) => process?.cpu_seconds_total, format.duration),
    { ...number("threads", "Threads", (process) => process?.threads, format.count), minor: true },
    { ...number("fds", "Descriptors", (process) => process?.open_fds, format.count), minor: true },
  ];
}

function number(id, title, valueOf, show) {
  return {
    id,
    title,
    number: true,
    descending: true,
    sort: ({ daemon }) => valueOf(daemon.process),
    text: ({ daemon }) => show(valueOf(daemon.process)),
  };
}

/** Bricks of started volumes by the node's uuid. */
function brickCounts(state) {
  const counts = new Map();
  for (const [, volume] of entries(state.volumes)) {
    if (volume.status !== "started") continue;
    for (const brick of Object.values(volume.bricks ?? {})) {
      const count = counts.get(brick.peer_uuid) ?? { online: 0, all: 0 };
      count.all += 1;
      count.online += brick.online === true ? 1 : 0;
      counts.set(brick.peer_uuid, count);
    }
  }
  return counts;
}

const ownExporter = (state) => ({
  version: state.node.exporter_version,
  gluster_version: state.cluster.version,
  report_taken_at: state.cluster.taken_at,
});

export function create(context) {
  const peers = table({
    caption: "Peers",
    columns: columns(),
    keyOf: (row) => row.key,
    attributes: ({ key, peer }) => ({ "data-peer": key, "data-state": peer.connected ? "connected" : "disconnected" }),
    filterBy: ({ key, peer }) =>
      `${peer.host ?? ""} ${key} ${peer.connected ? "connected" : "disconnected"} ${peer.state ?? ""}`,
    sortBy: "host",
    empty: "There are no peers.",
    always: true,
    address: context.address,
  });
  const daemons = table({
    caption: "Daemons",
    columns: daemonColumns(context),
    keyOf: (row) => row.key,
    attributes: ({ key }) => ({ "data-daemon": key }),
    filterBy: ({ key, daemon }) => `${key} ${daemon.online ? "online" : "offline"}`,
    sortBy: "host",
    address: context.address,
    prefix: "daemons.",
  });
  return {
    title: "Peers",
    node: h("div", { class: "stack" }, peers.node, daemons.node),
    needs: (state) => (state.peers === undefined ? "The peers are not known." : undefined),
    update(state) {
      const counts = brickCounts(state);
      const allDaemons = entries(state.daemons).map(([key, daemon]) => ({ key, daemon }));
      const rows = entries(state.peers).map(([key, peer]) => ({
        key,
        peer: peer.exporter === undefined && peer.local ? { ...peer, exporter: ownExporter(state) } : peer,
        leads: peer.exporter?.leader ?? (peer.local ? state.cluster.leader === true : false),
        bricks: counts.get(key) ?? (state.volumes === undefined ? {} : { online: 0, all: 0 }),
        daemons: allDaemons
          .map(({ daemon }) => daemon)
          .filter((daemon) => (daemon.peer_uuid === undefined ? daemon.host === peer.host : daemon.peer_uuid === key)),
      }));
      peers.update(rows);
      daemons.update(allDaemons);
    },
  };
}

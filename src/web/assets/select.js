// What views ask of the state. Nothing here touches the page.
import { parseTime } from "./format.js";

/** @typedef {{key: string, volumeName: string, volume: any, brick: any}} BrickRow `key` is "HOST:PATH" */

export const entries = (object) => Object.entries(object ?? {});

/** In Gluster's order. @returns {BrickRow[]} */
export function bricksOf(volumeName, volume) {
  return entries(volume.bricks)
    .map(([key, brick]) => ({ key, volumeName, volume, brick }))
    .sort((left, right) => left.brick.place - right.brick.place);
}

/** @returns {BrickRow[]} */
export const allBricks = (state) =>
  entries(state.volumes).flatMap(([volumeName, volume]) => bricksOf(volumeName, volume));

/** @returns {"online"|"offline"|"unknown"} */
export const brickState = (brick) => (brick.online === undefined ? "unknown" : brick.online ? "online" : "offline");

/** What the state is called where there is room for one word more. */
export function brickStateText({ volume, brick }) {
  return brick.online === undefined && volume.status !== "started" ? "not started" : brickState(brick);
}

/** @returns {"up"|"degraded"|"partial"|"down"|"unknown"|"stopped"} */
export const volumeHealth = (volume) => (volume.status === "started" ? (volume.health ?? "unknown") : "stopped");

/** The worst first. */
const SEVERITY = ["down", "partial", "degraded", "unknown", "up", "stopped"];
export const severity = (health) => SEVERITY.indexOf(health);

/** @returns {{used: number, size: number} | undefined} */
export function capacity(object) {
  const { size_bytes: size, free_bytes: free } = object;
  return size > 0 && free !== undefined ? { used: Math.max(0, size - free), size } : undefined;
}

/** Space on the file systems of all bricks, each counted once; bricks whose space is not known are told of. */
export function diskSpace(bricks) {
  const seen = new Set();
  let used = 0;
  let size = 0;
  let unknown = 0;
  for (const { brick } of bricks) {
    const space = capacity(brick);
    if (space === undefined) {
      unknown += 1;
      continue;
    }
    // A device name alone does not tell two tmpfs apart.
    const id = JSON.stringify([brick.peer_uuid ?? brick.host, brick.device ?? brick.path, brick.size_bytes]);
    if (seen.has(id)) continue;
    seen.add(id);
    used += space.used;
    size += space.size;
  }
  return { space: size > 0 ? { used, size } : undefined, unknown };
}

/** Counts for the overview; undefined members are not known. */
export function summary(state) {
  const bricks = allBricks(state);
  const expected = bricks.filter(({ volume }) => volume.status === "started");
  const volumes = state.volumes === undefined ? undefined : Object.values(state.volumes);
  const started = volumes?.filter((volume) => volume.status === "started");
  const peers = state.peers === undefined ? undefined : Object.values(state.peers);
  return {
    bricks,
    peersUp: peers?.filter((peer) => peer.connected).length,
    peers: peers?.length,
    volumesUp: started?.filter((volume) => volume.health === "up").length,
    volumes: started?.length,
    volumesStopped: volumes === undefined ? 0 : volumes.length - started.length,
    bricksOnline: volumes && expected.filter(({ brick }) => brick.online === true).length,
    bricksUnknown: expected.filter(({ brick }) => brick.online === undefined).length,
    bricksExpected: volumes && expected.length,
    backlog: sumKnown(started, "heal_pending_entries"),
    operations: sumKnown(started, "operations_per_second"),
    readBytes: sumKnown(started, "read_bytes_per_second"),
    writtenBytes: sumKnown(started, "written_bytes_per_second"),
    latency: meanLatency(started ?? []),
  };
}

/** Of those that are known; undefined when none is. */
export function sumKnown(objects, key) {
  const known = (objects ?? []).map((object) => object[key]).filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

/** Weighted by the operations. */
export function meanLatency(volumes) {
  let operations = 0;
  let seconds = 0;
  for (const volume of volumes) {
    if (volume.mean_latency_seconds === undefined || !(volume.operations_per_second > 0)) continue;
    operations += volume.operations_per_second;
    seconds += volume.operations_per_second * volume.mean_latency_seconds;
  }
  return operations > 0 ? seconds / operations : undefined;
}

/** Connections of each host to the bricks. @returns {{host: string, connections: number, bricks: number}[]} */
export function clientsByHost(bricks) {
  const hosts = new Map();
  for (const { brick } of bricks) {
    for (const [host, connections] of entries(brick.clients_by_host)) {
      const sum = hosts.get(host) ?? { host, connections: 0, bricks: 0 };
      sum.connections += connections;
      sum.bricks += 1;
      hosts.set(host, sum);
    }
  }
  return [...hosts.values()];
}

/** The busiest files; a file on several bricks (replicas) counts as on the one where it is busiest. */
export function topFiles(volumes) {
  const files = new Map();
  for (const [volumeName, volume] of volumes) {
    for (const { key, brick } of bricksOf(volumeName, volume)) {
      for (const { call, file, count } of brick.top_files ?? []) {
        const id = JSON.stringify([volumeName, call, file]);
        const before = files.get(id);
        if (before === undefined || before.count < count) {
          files.set(id, { key: id, volumeName, call, file, count, brick: key, bricks: (before?.bricks ?? 0) + 1 });
        } else {
          before.bricks += 1;
        }
      }
    }
  }
  return [...files.values()];
}

const runs = (collector) => collector.enabled && !collector.standby;

/** Seconds between polls: the shortest interval of a collector that runs. */
export function pollInterval(state) {
  const intervals = Object.values(state.collectors ?? {})
    .filter(runs)
    .map((collector) => collector.interval_seconds);
  return intervals.length === 0 ? 5 : Math.min(...intervals);
}

/** Milliseconds since 1970 when the next collector runs, as far as that is told. */
export function nextPoll(state) {
  const times = Object.values(state.collectors ?? {})
    .filter(runs)
    .map(nextRun)
    .filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

export function nextRun(collector) {
  return runs(collector) ? parseTime(collector.next_run) : undefined;
}

/** Older than three intervals, and never for a moment's delay. */
export function isStale(state, now) {
  const taken = parseTime(state.cluster?.taken_at);
  return taken !== undefined && now - taken > Math.max(3000 * pollInterval(state), 10_000);
}

/** What differs between the nodes: [["Gluster", ["10.3", "11.1"]], …]; empty when all run the same. */
export function differingVersions(state) {
  const exporters = new Set();
  const glusters = new Set();
  if (state.node?.exporter_version) exporters.add(state.node.exporter_version);
  if (state.cluster?.version) glusters.add(state.cluster.version);
  for (const peer of Object.values(state.peers ?? {})) {
    if (peer.exporter?.version) exporters.add(peer.exporter.version);
    if (peer.exporter?.gluster_version) glusters.add(peer.exporter.gluster_version);
  }
  return [
    ["Gluster", [...glusters].sort()],
    ["exporter", [...exporters].sort()],
  ].filter(([, versions]) => versions.length > 1);
}

/** Newest first. */
export const newestEvents = (state, most = 200) =>
  Object.values(state.events ?? {})
    .sort((left, right) => right.id - left.id)
    .slice(0, most);

/** How an event of a kind looks; the first that fits. */
const EVENT_LOOKS = [
  [/offline|disconnected/, "bad"],
  [/online|connected|resolved|ended/, "good"],
  [/health_changed|began/, "warn"],
];
/** The same for Gluster's own. What an admin does (a volume is stopped, say) is plain. */
const GLUSTER_LOOKS = [
  [/FAIL|LOST|FAULTY|SPLIT_BRAIN|DISCONNECT|REJECT|CRASH|EXCEEDED|_DOWN$|NOT_UP$|NOT_MET/, "bad"],
  [/REGAINED|QUORUM_MET|_UP$|PEER_CONNECT|BRICK_CONNECTED/, "good"],
  [/SOFT_LIMIT|CROSSED|BITROT_BAD_FILE/, "warn"],
];
const HEALTH_LOOKS = { up: "good", down: "bad", partial: "bad" };
const SEVERITY_LOOKS = { critical: "bad", error: "bad", info: "plain", none: "plain" };

/** @returns {"bad"|"warn"|"good"|"plain"} its text says what it is */
export function eventLook({ kind, labels = {} }) {
  if (kind === "volume_health_changed") return HEALTH_LOOKS[labels.state] ?? "warn";
  if (kind === "alert_firing") return SEVERITY_LOOKS[labels.severity] ?? "warn";
  const [looks, word] = kind === "gluster_event" ? [GLUSTER_LOOKS, labels.event] : [EVENT_LOOKS, kind];
  return looks.find(([pattern]) => pattern.test(word ?? ""))?.[1] ?? "plain";
}

/** Alerts that fire, the most severe and then the newest first. */
export function alertList(state) {
  const weight = (alert) => {
    const at = ["critical", "error", "warning", "info", "none"].indexOf(alert.severity);
    return at < 0 ? 2 : at;
  };
  return entries(state.alerts)
    .map(([fingerprint, alert]) => ({ fingerprint, ...alert }))
    .sort(
      (left, right) => weight(left) - weight(right) || String(right.starts_at).localeCompare(String(left.starts_at)),
    );
}

/** Links in what others send may be anything, "javascript:" too. */
export function webLink(url) {
  return typeof url === "string" && /^https?:\/\//i.test(url) ? url : undefined;
}

/** Older than this, or than three times what a cluster usually takes to tell of itself, is old. */
const OLD_MS = 120_000;

/** When what is known of a cluster was so, by a line of /api/v1/clusters; its clock may be ahead of the hub's. */
export function knownAt(cluster) {
  const times = [parseTime(cluster.taken_at), parseTime(cluster.received_at)].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** @returns {"fresh"|"old"|"never"} */
export function ageState(cluster, now) {
  const at = knownAt(cluster);
  if (at === undefined) return "never";
  return now - at > Math.max(OLD_MS, 3000 * (cluster.interval_seconds ?? 0)) ? "old" : "fresh";
}

/** The lines of /api/v1/clusters, the own cluster first. @returns {{key: string, cluster: any}[]} */
export const clusterList = (document) =>
  entries(document?.clusters)
    .map(([key, cluster]) => ({ key, cluster }))
    .sort((left, right) => Number(right.cluster.local === true) - Number(left.cluster.local === true));

/** The worst first. */
const CLUSTER_SEVERITY = ["critical", "degraded", "unknown", "ok"];
export const clusterSeverity = (health) => {
  const at = CLUSTER_SEVERITY.indexOf(health ?? "unknown");
  return at < 0 ? CLUSTER_SEVERITY.indexOf("unknown") : at;
};

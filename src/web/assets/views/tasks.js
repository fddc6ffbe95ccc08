// What is under way on a volume: heal, rebalance, scrub, geo-replication.
import { h, keyed, setHidden, setText } from "../dom.js";
import { rebalanceSecondsLeft } from "../estimate.js";
import * as format from "../format.js";
import { badge, countdown, facts } from "../parts.js";
import { entries } from "../select.js";

/** One thing under way, on one node or the whole volume. */
function taskItem() {
  const title = h("strong");
  const where = h("bdi", { class: "quiet" });
  const state = badge();
  const left = countdown("about ", "little");
  const leftBox = h("span", { class: "left" }, left.node, " left");
  const detail = facts();
  return {
    node: h("li", { class: "task" }, h("div", { class: "headline" }, title, where, state.node, leftBox), detail.node),
    update(task) {
      setText(title, task.title);
      setText(where, task.where ?? "");
      setHidden(where, !task.where);
      state.update(task.state, task.stateText);
      setHidden(leftBox, task.until === undefined);
      left.update(task.until);
      detail.update(task.facts);
    },
  };
}

const number = (value) => (value === undefined ? undefined : format.count(value));

function healTask(volume, secondsLeft, now) {
  if (!(volume.heal_pending_entries > 0)) return [];
  const since = format.parseTime(volume.heal_backlog_since);
  return [
    {
      key: "heal",
      title: "Self-heal",
      state: "in_progress",
      stateText: "entries wait",
      until: secondsLeft === undefined ? undefined : now + secondsLeft * 1000,
      facts: [
        ["Entries", format.count(volume.heal_pending_entries)],
        ["Waiting for", since === undefined ? undefined : format.duration(Math.floor((now - since) / 1000))],
      ],
    },
  ];
}

function rebalanceTasks(volume, rows, now) {
  return entries(volume.rebalance?.nodes).map(([host, node]) => {
    const own = rows
      .map(({ brick }) => brick)
      .filter((brick) => (node.peer_uuid ? brick.peer_uuid === node.peer_uuid : brick.host === host));
    const left = node.state === "in_progress" ? rebalanceSecondsLeft(node, own) : undefined;
    return {
      key: `rebalance ${host}`,
      title: volume.rebalance.task === "remove_brick" ? "Remove-brick" : "Rebalance",
      where: host,
      state: node.state,
      until: left === undefined ? undefined : now + left * 1000,
      facts: [
        ["Scanned", number(node.scanned_files)],
        ["Moved", `${format.count(node.moved_files)} (${format.bytes(node.moved_bytes)})`],
        ["Failed", number(node.failed_files)],
        ["Skipped", number(node.skipped_files)],
        ["Run time", node.run_seconds === undefined ? undefined : format.duration(node.run_seconds)],
      ],
    };
  });
}

function scrubTasks(volume) {
  if (volume.bitrot === undefined) return [];
  return entries(volume.bitrot.nodes).map(([host, node]) => ({
    key: `scrub ${host}`,
    title: "Scrub",
    where: host,
    state: volume.bitrot.scrub_state,
    facts: [
      ["Scrubbed", number(node.scrubbed_files)],
      ["Skipped", number(node.skipped_files)],
      ["Corrupted", number(node.corrupted_objects)],
      ["Last scrub", node.last_scrub === undefined ? undefined : format.localTime(format.parseTime(node.last_scrub))],
      ["Took", node.last_scrub_seconds === undefined ? undefined : format.duration(node.last_scrub_seconds)],
    ],
  }));
}

function geoTasks(volume) {
  return entries(volume.geo_replication).map(([key, worker]) => ({
    key: `geo ${key}`,
    title: "Geo-replication",
    where: `${worker.host}:${worker.brick} → ${worker.secondary}`,
    state: worker.state,
    facts: [
      ["Crawl", worker.crawl_state === undefined ? undefined : format.words(worker.crawl_state)],
      [
        "Last synced",
        worker.last_synced === undefined ? undefined : format.localTime(format.parseTime(worker.last_synced)),
      ],
      ["Entries", number(worker.pending_entry)],
      ["Data", number(worker.pending_data)],
      ["Metadata", number(worker.pending_meta)],
      ["Failures", number(worker.failures)],
      [
        "Checkpoint",
        worker.checkpoint_reached === undefined ? undefined : worker.checkpoint_reached ? "reached" : "not reached",
      ],
    ],
  }));
}

/** update(volume, its bricks, seconds until the heal backlog is empty | undefined); hidden while nothing is under way */
export function tasks(context) {
  const list = h("ul", { class: "tasks" });
  const node = h("section", { class: "panel" }, h("h2", {}, "Tasks"), list);
  return {
    node,
    update(volume, rows, healSeconds) {
      const now = context.clock.now();
      const all = [
        ...healTask(volume, healSeconds, now),
        ...rebalanceTasks(volume, rows, now),
        ...scrubTasks(volume),
        ...geoTasks(volume),
      ];
      setHidden(node, all.length === 0);
      keyed(list, all, (task) => task.key, taskItem);
    },
  };
}

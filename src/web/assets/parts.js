// Small things that several views show.
import { h, name, s, setAttribute, setClamped, setHidden, setText } from "./dom.js";
import * as format from "./format.js";
import { sparklinePoints } from "./history.js";
import { volumeLink } from "./route.js";

/** Which look a state has; the mark tells it without colour. */
const LOOKS = {
  good: { mark: "✓", states: ["ok", "up", "online", "connected", "completed", "active", "success", "yes"] },
  warn: { mark: "▲", states: ["degraded", "warning", "in_progress", "initializing", "passive"] },
  partial: { mark: "◆", states: ["partial"] },
  bad: {
    mark: "✕",
    states: ["critical", "down", "offline", "disconnected", "failed", "faulty", "failure", "error", "rejected"],
  },
  off: {
    mark: "○",
    states: ["stopped", "not started", "created", "idle", "paused", "standby", "disabled", "off", "not_started"],
  },
  unknown: { mark: "?", states: ["unknown"] },
};
const LOOK_OF = new Map(
  Object.entries(LOOKS).flatMap(([look, { mark, states }]) => states.map((state) => [state, { look, mark }])),
);
export const lookOf = (state) => LOOK_OF.get(state) ?? { look: "unknown", mark: "•" };

/** A state as a word with a mark. @returns {import("./dom.js").Part} update(state, text) */
export function badge() {
  const mark = h("span", { class: "mark", "aria-hidden": "true" });
  const text = h("span");
  const node = h("span", { class: "badge" }, mark, text);
  return {
    node,
    update(state, shown = format.words(state)) {
      const { look, mark: sign } = lookOf(state);
      setAttribute(node, "data-look", look);
      setText(mark, sign);
      setText(text, shown);
    },
  };
}

/** Used of a total, as a bar with its numbers. update(space | undefined, label) */
export function capacityBar() {
  const fill = s("rect", { class: "fill", height: "6", width: "0" });
  const bar = s(
    "svg",
    { class: "bar", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { class: "rail", width: "100", height: "6" }),
    fill,
  );
  const percent = h("span", { class: "percent" });
  const text = h("span", { class: "quiet" });
  const node = h("div", { class: "capacity" }, bar, h("div", { class: "numbers" }, percent, text));
  return {
    node,
    update(space) {
      setAttribute(bar, "class", space ? "bar" : "bar hidden");
      setText(percent, space ? format.percent(space.used / space.size) : format.UNKNOWN);
      setText(text, space ? `${format.bytes(space.used)} of ${format.bytes(space.size)}` : "");
      const ratio = space ? Math.min(1, space.used / space.size) : 0;
      setAttribute(fill, "width", (ratio * 100).toFixed(1));
      setAttribute(fill, "data-look", ratio >= 0.95 ? "bad" : ratio >= 0.85 ? "warn" : "plain");
    },
  };
}

/** A bar without numbers, for comparing rows. update(ratio) */
export function plainBar() {
  const fill = s("rect", { class: "fill", height: "6", width: "0", "data-look": "plain" });
  const node = s(
    "svg",
    { class: "bar", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    fill,
  );
  return {
    node,
    update: (ratio) => setAttribute(fill, "width", (Math.max(0, Math.min(1, ratio || 0)) * 100).toFixed(1)),
  };
}

const SPARK = { width: 100, height: 24 };

/**
 * A line of the last minutes. update(samples)
 * @param {string} of name of the volume, or "cluster"
 * @param {"operations"|"bytes"|"latency"} key
 */
export function sparkline(of, key, what) {
  const line = s("polyline", { points: "" });
  const node = s(
    "svg",
    {
      class: "spark",
      viewBox: `0 -1 ${SPARK.width} ${SPARK.height + 2}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": `${what}, last minutes`,
      "data-sparkline": of,
      "data-series": key,
    },
    line,
  );
  return {
    node,
    update: (samples) => setAttribute(line, "points", sparklinePoints(samples, key, SPARK.width, SPARK.height)),
  };
}

/** A time, local, with UTC in its title. update(milliseconds) */
export function time() {
  const node = h("time");
  return {
    node,
    update(at) {
      setText(node, format.localTime(at));
      setAttribute(node, "title", at === undefined ? "unknown" : format.utcTime(at));
      setAttribute(node, "datetime", at === undefined ? undefined : new Date(at).toISOString());
    },
  };
}

/** How long ago; keeps counting (see tick). update(milliseconds since 1970, prefix, suffix) */
export function ago() {
  const node = h("time", { class: "ago" });
  return {
    node,
    update(at, prefix = "", suffix = "") {
      setAttribute(node, "data-at", at);
      setAttribute(node, "data-prefix", prefix);
      setAttribute(node, "data-suffix", suffix);
      setAttribute(node, "title", at === undefined ? "unknown" : format.utcTime(at));
      setAttribute(node, "datetime", at === undefined ? undefined : new Date(at).toISOString());
      showAge(node, lastTick);
    },
  };
}

/**
 * Time left, which keeps counting. update(milliseconds since 1970 | undefined)
 * @param {string} [due] shown when there is none left
 */
export function countdown(prefix = "", due = "now") {
  const node = h("span", { class: "ago", "data-kind": "left", "data-due": due });
  return {
    node,
    update(until) {
      setAttribute(node, "data-at", until === undefined ? undefined : Math.round(until));
      setAttribute(node, "data-prefix", prefix);
      showAge(node, lastTick);
    },
  };
}

let lastTick = Date.now();

function showAge(node, now) {
  const { at, prefix = "", suffix = "", kind, due } = node.dataset;
  if (at === undefined) {
    setText(node, format.UNKNOWN);
  } else if (kind === "left") {
    const left = (Number(at) - now) / 1000;
    setText(node, left < 1 ? due : `${prefix}${format.duration(Math.floor(left))}`);
  } else {
    setText(node, `${prefix}${format.age(Math.max(0, now - Number(at)))}${suffix}`);
  }
}

/** Brings all ages on the page to `now`, by the exporter's clock. */
export function tick(now) {
  lastTick = now;
  for (const node of document.getElementsByClassName("ago")) showAge(node, now);
}

/** Marks what is known from the leader's report only. update(object with as_of, leader's host) */
export function asOf() {
  const { node, update } = ago();
  setAttribute(node, "class", "as-of");
  setHidden(node, true);
  return {
    node,
    update(object, leaderHost) {
      const at = format.parseTime(object.as_of);
      const unknown = at === undefined;
      if (unknown && node.hidden) return;
      setHidden(node, unknown);
      setAttribute(node, "class", unknown ? "as-of" : "as-of ago");
      if (unknown) setText(node, "");
      else update(at, leaderHost ? `from ${leaderHost}, ` : "as of ");
    },
  };
}

export function volumeAnchor(volume) {
  return h("a", { href: volumeLink(volume) }, name(volume, { inLink: true }));
}

/** Text that may be long. update(text) */
export const longText = (node) => ({ node, update: (value) => setClamped(node, value) });

/** A part whose text alone changes. update(text) */
export function text(node = h("span")) {
  return { node, update: (value) => setText(node, value) };
}

export const note = (...children) => h("p", { class: "note" }, ...children);

/** A titled section. */
export function panel(title, ...children) {
  return h("section", { class: "panel" }, h("h2", {}, title), ...children);
}

/** Names and values. update([[name, text or Part-like node], …]) keeps the nodes where only the text is new. */
export function facts() {
  const node = h("dl", { class: "facts" });
  const cells = new Map();
  return {
    node,
    update(pairs) {
      const wanted = pairs.filter(([, value]) => value !== undefined);
      for (const [key, cell] of cells) {
        if (!wanted.some(([title]) => title === key)) {
          cell.row.remove();
          cells.delete(key);
        }
      }
      for (const [title, value] of wanted) {
        let cell = cells.get(title);
        if (cell === undefined) {
          const dd = h("dd", { dir: "auto" });
          cell = { dd, row: h("div", {}, h("dt", {}, title), dd) };
          cells.set(title, cell);
          node.append(cell.row);
        }
        if (typeof value === "string") setText(cell.dd, value);
        else if (cell.dd.firstChild !== value) cell.dd.replaceChildren(value);
      }
    },
  };
}

import { h, keyed, s, setAttribute, setHidden, setText } from "../dom.js";
import * as format from "../format.js";
import { lookOf, note } from "../parts.js";
import { volumeLink } from "../route.js";
import { bricksOf, brickState, brickStateText, entries, severity, volumeHealth } from "../select.js";
import { compare } from "../sort.js";
import { SIZE, layOut, setKind } from "./layout.js";

/** A drawing of more bricks than this shows nothing and takes long. */
const MOST_BRICKS = 400;
/** A brick as wide as this has room for the word "arbiter". */
const ROOMY = 170;
const CHARACTER = 6.9; // mean width at the font size of the drawing, a little more than it takes

const fitting = (text, width) => format.shorten(text, Math.max(4, Math.floor(width / CHARACTER)));

export function create(context) {
  const { address } = context;
  const select = h("select", {
    onchange: () => {
      address.set("volume", select.value === "" ? "" : select.value.slice(1));
      context.refresh();
    },
  });
  const drawing = s("svg", { class: "topology", role: "group", "aria-label": "Nodes, volumes, subvolumes and bricks" });
  const frame = h(
    "div",
    { class: "drawing", tabindex: "0", role: "region", "aria-label": "Drawing of the topology" },
    drawing,
  );
  const cut = note();
  const none = note("There are no volumes.");
  let state = null;
  let drawn = "";
  let bricks = new Map();
  let volumes = new Map();
  let sets = new Map();
  let hosts = new Map();

  function shownVolumes() {
    const all = entries(state.volumes).sort(
      ([left, a], [right, b]) => severity(volumeHealth(a)) - severity(volumeHealth(b)) || compare(left, right),
    );
    const wanted = address.get("volume");
    const one = all.filter(([volume]) => volume === wanted);
    if (one.length > 0) return one;
    // By name when all fit: a drawing whose parts change places with the health is hard to read.
    let room = MOST_BRICKS;
    const fit = all.filter(([, volume]) => {
      room -= Object.keys(volume.bricks ?? {}).length;
      return room >= 0;
    });
    const some = fit.length > 0 ? fit : all.slice(0, 1);
    return some.sort(([left], [right]) => compare(left, right));
  }

  function draw(shown, cutRows, hostNames) {
    const plan = layOut(cutRows, hostNames, frame.clientWidth || 800);
    bricks = new Map();
    volumes = new Map();
    sets = new Map();
    hosts = new Map();
    setAttribute(drawing, "viewBox", `0 0 ${plan.width} ${plan.height}`);
    setAttribute(drawing, "width", plan.width);
    setAttribute(drawing, "height", plan.height);
    const parts = [];
    for (const volume of plan.volumes) {
      const title = s("text", { x: 10, y: 19, class: "title" }, fitting(volume.name, plan.width * 0.5));
      const health = s("text", { x: volume.width - 10, y: 19, class: "state", "text-anchor": "end" });
      const link = s("a", { href: volumeLink(volume.name) }, s("title", {}, volume.name), title);
      parts.push(
        s(
          "g",
          { transform: `translate(${volume.x} ${volume.y})` },
          s("rect", { class: "volume", width: volume.width, height: volume.height, rx: 8 }),
          link,
          health,
        ),
      );
      volumes.set(volume.name, { health, node: parts[parts.length - 1] });
    }
    for (const set of plan.sets) {
      const label = s("text", { x: 7, y: 13, class: "label" });
      const node = s(
        "g",
        { class: "set", transform: `translate(${set.x} ${set.y})` },
        s("rect", { width: set.width, height: set.height, rx: 6 }),
        label,
      );
      sets.set(`${set.volume}\n${set.key}`, { node, label, width: set.width });
      parts.push(node);
    }
    for (const { host, x } of plan.hosts) {
      const mark = s("text", { x: 10, y: 22, class: "mark" });
      const title = s("title", {}, host);
      const node = s(
        "g",
        { class: "host", transform: `translate(${x} 0)`, role: "img" },
        title,
        s("rect", { width: plan.columnWidth, height: SIZE.head, rx: 6 }),
        mark,
        s("text", { x: 26, y: 22, class: "title" }, fitting(host, plan.columnWidth - 34)),
      );
      hosts.set(host, { node, mark, title });
      parts.push(node);
    }
    const byKey = new Map(cutRows.flatMap(([volume, rows]) => rows.map((row) => [`${volume}\n${row.key}`, row])));
    for (const { volume, key, x, y, width, withHost } of plan.bricks) {
      const row = byKey.get(`${volume}\n${key}`);
      const mark = s("text", { x: 9, y: 20, class: "mark" });
      const title = s("title", {});
      const node = s(
        "g",
        { class: "brick", "data-brick": key, transform: `translate(${x} ${y})`, role: "img" },
        title,
        s("rect", { width, height: SIZE.brick, rx: 5 }),
        mark,
        s(
          "text",
          { x: 25, y: 19.5 },
          fitting(withHost ? key : row.brick.path, width - (row.brick.arbiter ? (width < ROOMY ? 48 : 78) : 32)),
        ),
      );
      if (row.brick.arbiter) {
        node.classList.add("arbiter");
        node.append(
          s("text", { x: width - 8, y: 19.5, class: "kind", "text-anchor": "end" }, width < ROOMY ? "A" : "arbiter"),
        );
      }
      bricks.set(`${volume}\n${key}`, { node, mark, title });
      parts.push(node);
    }
    drawing.replaceChildren(...parts);
  }

  function show() {
    if (state === null) return;
    const all = entries(state.volumes);
    keyed(
      select,
      ["", ...all.map(([volume]) => `=${volume}`).sort()],
      (value) => value,
      (value) => ({ node: h("option", { value, dir: "auto" }, value === "" ? "all" : value.slice(1)), update() {} }),
    );
    const wanted = address.get("volume");
    select.value = all.some(([volume]) => volume === wanted) ? `=${wanted}` : "";

    const shown = shownVolumes();
    const rows = shown.map(([volume, data]) => [volume, bricksOf(volume, data)]);
    const cutRows = rows.map(([volume, of]) => [volume, of.slice(0, MOST_BRICKS)]);
    const left = all.reduce((sum, [, volume]) => sum + Object.keys(volume.bricks ?? {}).length, 0);
    const there = cutRows.reduce((sum, [, of]) => sum + of.length, 0);
    setHidden(cut, there === left || select.value !== "");
    setText(
      cut,
      `Drawn are ${format.count(there)} of ${format.count(left)} bricks, those of the least healthy volumes. Choose a volume to see it.`,
    );
    setHidden(none, all.length > 0);
    setHidden(frame, all.length === 0);

    const used = new Set(cutRows.flatMap(([, of]) => of.map(({ brick }) => brick.host)));
    for (const peer of Object.values(state.peers ?? {})) if (peer.host !== undefined && !wanted) used.add(peer.host);
    const hostNames = [...used].sort((one, other) => compare(one, other));
    const signature = JSON.stringify([
      frame.clientWidth,
      hostNames,
      cutRows.map(([volume, of]) => [volume, of.map(({ key, brick }) => [key, brick.subvolume, brick.arbiter])]),
    ]);
    if (signature !== drawn) {
      drawn = signature;
      draw(shown, cutRows, hostNames);
    }
    paint(shown, cutRows);
  }

  /** States alone, onto what is drawn. */
  function paint(shown, rows) {
    for (const [volume, data] of shown) {
      const health = volumeHealth(data);
      const { look, mark } = lookOf(health);
      const part = volumes.get(volume);
      setText(part.health, `${mark} ${format.words(health)}`);
      setAttribute(part.health, "data-look", look);
      for (const [key, set] of entries(data.subvolumes)) {
        const drawnSet = sets.get(`${volume}\n${key}`);
        if (drawnSet === undefined) continue;
        const state_ = data.status === "started" ? (set.health ?? "unknown") : "stopped";
        setAttribute(drawnSet.node, "data-look", lookOf(state_).look);
        const quorum = set.quorum_met === false ? ", no quorum" : "";
        setText(
          drawnSet.label,
          fitting(`subvolume ${key} · ${setKind(data)} · ${format.words(state_)}${quorum}`, drawnSet.width),
        );
      }
    }
    for (const [volume, of] of rows) {
      for (const row of of) {
        const part = bricks.get(`${volume}\n${row.key}`);
        const text = brickStateText(row);
        const { look, mark } = lookOf(text);
        setAttribute(part.node, "data-state", brickState(row.brick));
        setAttribute(part.node, "data-look", look);
        setText(part.mark, mark);
        const said = `${row.key}${row.brick.arbiter ? " (arbiter)" : ""} of ${volume}: ${text}`;
        setText(part.title, said);
        setAttribute(part.node, "aria-label", said);
      }
    }
    const connected = new Map(Object.values(state.peers ?? {}).map((peer) => [peer.host, peer.connected]));
    for (const [host, part] of hosts) {
      const is = connected.get(host);
      const text = is === undefined ? "unknown" : is ? "connected" : "disconnected";
      const { look, mark } = lookOf(text);
      setAttribute(part.node, "data-look", look);
      setAttribute(part.node, "aria-label", `node ${host}: ${text}`);
      setText(part.title, `${host}: ${text}`);
      setText(part.mark, mark);
    }
  }

  const observer = new ResizeObserver(() => requestAnimationFrame(show));
  observer.observe(frame);

  return {
    title: "Topology",
    node: h("div", {}, h("div", { class: "table-tools" }, h("label", {}, "Volume ", select)), cut, none, frame),
    needs: (newState) => (newState.volumes === undefined ? "The volumes are not known." : undefined),
    update(newState) {
      state = newState;
      show();
    },
    close: () => observer.disconnect(),
  };
}

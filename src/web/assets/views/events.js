import { h, keyed, setHidden, setText } from "../dom.js";
import * as format from "../format.js";
import { ago, note, time } from "../parts.js";
import { eventLook, newestEvents } from "../select.js";
import { matches } from "../sort.js";

const MARKS = { bad: "✕", warn: "▲", good: "✓", plain: "•" };

export function eventItem(event) {
  const look = eventLook(event);
  const at = format.parseTime(event.time);
  const when = time();
  const since = ago();
  when.update(at);
  since.update(at);
  const node = h(
    "li",
    { "data-event": event.id, "data-kind": event.kind, "data-look": look },
    h("span", { class: "mark", "aria-hidden": "true" }, MARKS[look]),
    h("span", { class: "what", dir: "auto" }, event.text),
    h("span", { class: "when quiet" }, when.node, " · ", since.node),
  );
  return { node, update() {} }; // an event never changes
}

export function create(context) {
  const { address } = context;
  const input = h("input", {
    type: "search",
    "data-filter": "",
    "aria-label": "Filter: Events",
    placeholder: "Filter",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => {
      address.set("q", input.value);
      show();
    },
  });
  input.value = address.get("q") ?? "";
  const shown = h("span", { class: "quiet", role: "status" });
  const list = h("ul", { class: "feed", "aria-label": "Events, newest first" });
  const none = note("Nothing has happened since the exporter started.");
  const node = h("div", {}, h("div", { class: "table-tools" }, input, shown), list, none);
  let events = [];

  function show() {
    const query = input.value.trim();
    const found =
      query === ""
        ? events
        : events.filter((event) =>
            matches(`${event.kind} ${event.text} ${Object.values(event.labels ?? {}).join(" ")}`, query),
          );
    keyed(list, found, (event) => `${event.id} ${event.time}`, eventItem);
    setHidden(list, found.length === 0);
    setHidden(none, found.length > 0);
    setText(
      none,
      events.length > 0 ? "Nothing matches the filter." : "Nothing has happened since the exporter started.",
    );
    setText(
      shown,
      found.length < events.length
        ? `${format.count(found.length)} of ${format.count(events.length)}`
        : format.count(events.length),
    );
  }

  return {
    title: "Events",
    node,
    update(state) {
      events = newestEvents(state);
      show();
    },
  };
}

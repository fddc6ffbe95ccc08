// Lines above everything else that say what is not as it should be with the page itself.
import { h, keyed, setText } from "./dom.js";
import * as format from "./format.js";
import { ageState, differingVersions, isStale, knownAt } from "./select.js";

/**
 * @typedef {object} Banner
 * @property {"stale"|"old"|"lost"|"versions"|"upgraded"} kind
 * @property {string} text
 * @property {boolean} [urgent]
 * @property {[string, () => void]} [button]
 *
 * @param {object} now
 * @param {any} now.state null before the first
 * @param {"connecting"|"live"|"lost"} now.connection
 * @param {number} now.time by the exporter's clock
 * @param {string} now.pageVersion of the page that is open
 * @param {string} [now.served] version of the page that the exporter has
 * @param {any} [now.pushed] the line about the cluster that is shown, where it is one that is pushed to this hub
 * @returns {Banner[]}
 */
export function bannersFor({ state, connection, time, pageVersion, served, pushed }) {
  const banners = [];
  const upgraded = served && pageVersion && served !== pageVersion;
  if (connection === "lost") {
    banners.push({
      kind: "lost",
      urgent: true,
      text: `The connection to the exporter is lost${state ? ", and what is shown is from before" : ""}. It is tried again by itself.`,
    });
  }
  if (upgraded) {
    banners.push({
      kind: "upgraded",
      text: "The exporter was upgraded and has a newer page.",
      button: ["Reload", () => location.reload()],
    });
  }
  if (state === null) return banners;
  if (pushed !== undefined && ageState(pushed, time) === "old") {
    const age = format.age(time - knownAt(pushed));
    banners.push({ kind: "old", text: `Nothing newer came from this cluster: what is shown was so ${age}.` });
  }
  if (pushed === undefined && isStale(state, time)) {
    const age = format.age(time - format.parseTime(state.cluster.taken_at));
    banners.push({ kind: "stale", text: `What is shown is old: it was taken ${age}.` });
  }
  const differing = differingVersions(state).map(([what, versions]) => `${what} ${versions.join(", ")}`);
  if (differing.length > 0) {
    banners.push({ kind: "versions", text: `Nodes run different versions: ${differing.join("; ")}.` });
  }
  return banners;
}

/** @param {Element} box @param {Banner[]} banners */
export function showBanners(box, banners) {
  keyed(
    box,
    banners,
    (banner) => banner.kind,
    (banner) => {
      const text = h("span", { dir: "auto" });
      const node = h(
        "div",
        { class: "banner", "data-banner": banner.kind, role: banner.urgent ? "alert" : "status" },
        h("span", { class: "mark", "aria-hidden": "true" }, banner.urgent ? "✕" : "▲"),
        text,
      );
      if (banner.button)
        node.append(h("button", { type: "button", class: "tool", onclick: banner.button[1] }, banner.button[0]));
      return { node, update: (now) => setText(text, now.text) };
    },
  );
}

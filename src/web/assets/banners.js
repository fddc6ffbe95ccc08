// Lines above everything else that say what is not as it should be with the page itself.
import { h, keyed, setText } from "./dom.js";
import * as format from "./format.js";
import { differingVersions, isStale } from "./select.js";

/**
 * @typedef {{kind: "stale"|"lost"|"versions"|"upgraded", text: string, urgent?: boolean, button?: [string, () => void]}} Banner
 *
 * @param {object} now
 * @param {any} now.state null before the first
 * @param {"connecting"|"live"|"lost"} now.connection
 * @param {number} now.time by the exporter's clock
 * @param {string} now.pageVersion of the page that is open
 * @returns {Banner[]}
 */
export function bannersFor({ state, connection, time, pageVersion }) {
  const banners = [];
  if (connection === "lost") {
    banners.push({
      kind: "lost",
      urgent: true,
      text: `The connection to the exporter is lost${state ? ", and what is shown is from before" : ""}. It is tried again by itself.`,
    });
  }
  if (state === null) return banners;
  if (isStale(state, time)) {
    const age = format.age(time - format.parseTime(state.cluster.taken_at));
    banners.push({ kind: "stale", text: `What is shown is old: it was taken ${age}.` });
  }
  const differing = differingVersions(state).map(([what, versions]) => `${what} ${versions.join(", ")}`);
  if (differing.length > 0) {
    banners.push({ kind: "versions", text: `Nodes run different versions: ${differing.join("; ")}.` });
  }
  const served = state.node?.page_version;
  if (served && pageVersion && served !== pageVersion) {
    banners.push({
      kind: "upgraded",
      text: "The exporter was upgraded and has a newer page.",
      button: ["Reload", () => location.reload()],
    });
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

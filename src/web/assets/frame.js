// What stands around every view: navigation, the cluster's health, how fresh all is.
import { h, keyed, setAttribute, setHidden, setText } from "./dom.js";
import * as format from "./format.js";
import { ago, badge, countdown } from "./parts.js";
import { VIEWS, formatRoute } from "./route.js";
import { nextPoll } from "./select.js";

const TITLES = {
  overview: "Overview",
  topology: "Topology",
  volumes: "Volumes",
  bricks: "Bricks",
  peers: "Peers",
  operations: "Operations",
  alerts: "Alerts",
  events: "Events",
  exporter: "Exporter",
};

const SHOWN_REASONS = 2;

export class Frame {
  constructor() {
    this.links = new Map();
    const list = h("ul");
    for (const view of VIEWS) {
      const link = h("a", { href: formatRoute({ view }) }, TITLES[view]);
      this.links.set(view, link);
      list.append(h("li", {}, link));
    }
    document.getElementById("nav").append(list);
    this.alerts = h("span", { class: "count" });
    this.alerts.hidden = true;
    this.links.get("alerts").append(" ", this.alerts);

    this.health = document.getElementById("health");
    this.badge = badge();
    this.reasons = h("ul", { class: "line" });
    this.more = h("a", { href: "#/" });
    this.health.append(this.badge.node, this.reasons, this.more);

    this.age = ago();
    this.next = countdown("next poll in ", "polling now");
    document.getElementById("freshness").append(this.age.node, " ", this.next.node);
    this.toldBy = document.getElementById("told-by");
    this.about = document.getElementById("about");
  }

  /** @param {import("./route.js").Route} route */
  showRoute(route) {
    const current = route.view === "volume" ? "volumes" : route.view;
    for (const [view, link] of this.links) {
      setAttribute(link, "aria-current", view === current ? (route.view === "volume" ? "true" : "page") : undefined);
    }
  }

  /** @param {import("./state.js").State} state */
  update(state) {
    const { cluster, node } = state;
    const health = cluster.health ?? "unknown";
    setAttribute(this.health, "data-cluster-health", health);
    this.badge.update(health, health === "ok" ? "Cluster is healthy" : `Cluster is ${health}`);
    const reasons = cluster.reasons ?? [];
    keyed(
      this.reasons,
      reasons.slice(0, SHOWN_REASONS),
      (reason) => reason,
      (reason) => ({ node: h("li", { dir: "auto", title: reason }, reason), update() {} }),
    );
    const hidden = reasons.length - SHOWN_REASONS;
    setHidden(this.more, hidden <= 0);
    setText(this.more, hidden > 0 ? `${hidden} more` : "");

    this.age.update(format.parseTime(cluster.taken_at), "taken ");
    const next = nextPoll(state);
    setHidden(this.next.node, next === undefined);
    this.next.update(next);

    const leads = cluster.leader === true ? ", the leader" : "";
    setText(this.toldBy, node.host ? `seen from ${node.host}${leads}` : "");
    setText(
      this.about,
      `glusterfs_exporter ${node.exporter_version}${cluster.version ? ` · Gluster ${cluster.version}` : ""}`,
    );

    const firing = Object.keys(state.alerts ?? {}).length;
    setHidden(this.alerts, firing === 0);
    setText(this.alerts, String(firing));
  }
}

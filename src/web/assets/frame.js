// What stands around every view: navigation, the cluster's health, how fresh all is.
import { h, keyed, setAttribute, setHidden, setText } from "./dom.js";
import * as format from "./format.js";
import { ago, badge, countdown } from "./parts.js";
import { OWN_CLUSTER, VIEWS, formatRoute } from "./route.js";
import { ageState, clusterList, nextPoll } from "./select.js";

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

/** What the switcher has for all of them. No cluster is called so. */
const ALL = "*";

export class Frame {
  /** @param {boolean} isHub whether there may be several clusters */
  constructor(isHub) {
    this.isHub = isHub;
    this.links = new Map();
    const list = h("ul");
    this.all = h("a", { href: formatRoute({ view: "clusters" }) }, "Clusters");
    if (isHub) list.append(h("li", {}, this.all));
    for (const view of VIEWS) {
      const link = h("a", { href: formatRoute({ view }) }, TITLES[view]);
      this.links.set(view, link);
      list.append(h("li", {}, link));
    }
    document.getElementById("nav").append(list);
    this.switcher = h("select", {
      "aria-label": "Cluster",
      "data-switcher": "",
      onchange: () => this.#switchTo(this.switcher.value),
    });
    if (isHub) document.getElementById("told-by").before(this.switcher);
    this.strip = document.getElementById("strip");
    this.freshness = document.getElementById("freshness");
    this.json = document.getElementById("as-json");
    this.alerts = h("span", { class: "count" });
    this.alerts.hidden = true;
    this.links.get("alerts").append(" ", this.alerts);

    this.health = document.getElementById("health");
    this.badge = badge();
    this.reasons = h("ul", { class: "line" });
    this.more = h("a");
    this.health.append(this.badge.node, this.reasons, this.more);

    this.age = ago();
    this.next = countdown("next poll in ", "polling now");
    this.freshness.append(this.age.node, " ", this.next.node);
    this.toldBy = document.getElementById("told-by");
    this.about = document.getElementById("about");
  }

  /** @param {import("./route.js").Route} route */
  showRoute(route) {
    this.route = route;
    const ofAll = route.view === "clusters";
    const current = route.view === "volume" ? "volumes" : route.view;
    setAttribute(this.all, "aria-current", ofAll ? "page" : undefined);
    setAttribute(this.more, "href", formatRoute({ view: "overview" }));
    const json = ofAll ? "api/v1/clusters" : "api/v1/state";
    setAttribute(this.json, "href", route.cluster === undefined ? json : `${json}?cluster=${route.cluster}`);
    for (const [view, link] of this.links) {
      setAttribute(link, "href", formatRoute({ view }));
      setHidden(link.parentNode, ofAll);
      setAttribute(link, "aria-current", view === current ? (route.view === "volume" ? "true" : "page") : undefined);
    }
  }

  #switchTo(key) {
    if (key === ALL) {
      location.hash = formatRoute({ view: "clusters" });
      return;
    }
    const { view } = this.route ?? {};
    const cluster = key === OWN_CLUSTER ? "" : key;
    // A volume is of one cluster alone.
    location.hash = formatRoute({ view: VIEWS.includes(view) ? view : "overview", cluster });
  }

  /** On a hub. @param {any} document of all clusters @param {number} now by the hub's clock */
  updateClusters(document, now) {
    const { view, cluster } = this.route;
    const options = clusterList(document).map((row) => {
      const age = ageState(row.cluster, now);
      const health = age === "never" ? "never heard of" : (row.cluster.health ?? "unknown");
      const title = row.cluster.local ? "this cluster" : row.key;
      return { key: row.key, text: `${title}: ${health}${age === "old" ? ", old" : ""}` };
    });
    keyed(
      this.switcher,
      [{ key: ALL, text: "All clusters" }, ...options],
      ({ key }) => key,
      ({ key }) => {
        const node = h("option", { value: key });
        return { node, update: ({ text }) => setText(node, text) };
      },
    );
    const value = view === "clusters" ? ALL : (cluster ?? OWN_CLUSTER);
    if (this.switcher.value !== value) this.switcher.value = value;
  }

  /** Nothing is known of the cluster, or all are shown: nothing is said of one. */
  clear() {
    for (const node of [this.strip, this.freshness, this.toldBy]) setHidden(node, true);
    setHidden(this.alerts, true);
    setText(this.about, "");
  }

  /** @param {import("./state.js").State} state */
  update(state) {
    for (const node of [this.strip, this.freshness, this.toldBy]) setHidden(node, false);
    const { cluster, node } = state;
    const pushed = this.route?.cluster !== undefined;
    const health = cluster.health ?? "unknown";
    setAttribute(this.health, "data-cluster-health", health);
    const of = pushed ? ` ${this.route.cluster}` : "";
    this.badge.update(health, health === "ok" ? `Cluster${of} is healthy` : `Cluster${of} is ${health}`);
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
    const next = pushed ? undefined : nextPoll(state); // of a pushed one only what is sent comes
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

// Joins the parts: the stream feeds the state, the state is shown by the view that the address names.
import { bannersFor, showBanners } from "./banners.js";
import { Clock } from "./clock.js";
import { h, setHidden, setText } from "./dom.js";
import { Frame } from "./frame.js";
import { History } from "./history.js";
import { note, tick } from "./parts.js";
import { OWN_CLUSTER, addressOf, formatRoute, leadTo, parseRoute } from "./route.js";
import { pollInterval } from "./select.js";
import { Stream } from "./stream.js";
import { create as alerts } from "./views/alerts.js";
import { create as bricks } from "./views/bricks.js";
import { create as allClusters } from "./views/clusters.js";
import { create as events } from "./views/events.js";
import { create as exporter } from "./views/exporter.js";
import { create as operations } from "./views/operations.js";
import { create as overview } from "./views/overview.js";
import { create as peers } from "./views/peers.js";
import { create as topology } from "./views/topology.js";
import { create as volume } from "./views/volume.js";
import { create as volumes } from "./views/volumes.js";

/**
 * @typedef {object} Context what a view gets
 * @property {import("./route.js").Route} route
 * @property {import("./route.js").Address} address
 * @property {History} history
 * @property {Clock} clock
 * @property {string} [leaderHost]
 * @property {() => void} refresh shows the state anew, after the view changed its own settings
 *
 * @typedef {object} View
 * @property {string} title
 * @property {boolean} [isName] the title is somebody else's word
 * @property {Element} node
 * @property {boolean} [ofAllClusters] it is given the document of all clusters instead of a state
 * @property {(state: any) => string | undefined} [needs] what is missing for this view to say anything
 * @property {(state: any) => void} update
 * @property {() => void} [close]
 */

/** @type {Object<string, (context: Context) => View>} */
const VIEW_OF = { alerts, bricks, clusters: allClusters, events, exporter, operations, overview, peers, topology, volume, volumes };

/** Where the proxies' and browsers' own delays end. */
const SILENCE_MS = 12_000;
/** Clusters that are pushed here tell of themselves less often. */
const PUSHED_SILENCE_MS = 60_000;

const main = document.getElementById("main");
const bannerBox = document.getElementById("banners");
const pageVersion = document.querySelector('meta[name="page-version"]').content;

const isHub = document.querySelector('meta[name="hub"]').content === "yes";

const clock = new Clock();
const frame = new Frame(isHub);
let history = new History();
let state = null;
let stream = null;
let connection = "connecting";
let followed; // the cluster whose state is shown; null for none
let view = null;
let context = null;
let frameAsked = false;

/** All clusters, on a hub. */
let clusters = null;
let clustersConnection = "connecting";

/** All that came since the last frame is shown at once. */
function refresh() {
  if (frameAsked) return;
  frameAsked = true;
  requestAnimationFrame(() => {
    frameAsked = false;
    show();
  });
}

/** What is known of the connection that what is shown comes by. */
function shownConnection() {
  if (!isHub) return connection;
  return clustersConnection === "lost" || stream === null ? clustersConnection : connection;
}

const isCluster = (key) => clusters !== null && clusters.clusters?.[key] !== undefined;

/** The line about the cluster that is shown, where it is pushed to this hub. */
const pushed = () => (context?.route.cluster === undefined ? undefined : (clusters?.clusters?.[followed] ?? {}));

function showAround() {
  const now = clock.now();
  const shown = shownConnection();
  tick(now);
  document.body.dataset.connection = shown;
  const served = isHub ? clusters?.page_version : state?.node?.page_version;
  showBanners(
    bannerBox,
    bannersFor({ state, connection: shown, time: now, pageVersion, served, pushed: pushed() }),
  );
  if (isHub && clusters !== null) frame.updateClusters(clusters, now);
}

/** What is missing for the view to say anything. */
function missing() {
  if (view.ofAllClusters) return clusters === null ? "Waiting for the exporter…" : undefined;
  if (state !== null) return view.needs?.(state);
  if (context.route.cluster === undefined || clusters === null) return "Waiting for the exporter…";
  return isCluster(followed)
    ? "Nothing has been heard of this cluster yet. It is shown as soon as its exporters push."
    : "This hub has no cluster of that name.";
}

function show() {
  showAround();
  if (state === null) {
    if (isHub) frame.clear();
  } else {
    frame.update(state);
    context.leaderHost = state.cluster.leader_host;
  }
  const lack = missing();
  setHidden(view.node, lack !== undefined);
  setHidden(view.note, lack === undefined);
  setText(view.note, lack ?? "");
  if (lack === undefined) view.update(view.ofAllClusters ? clusters : state);
}

/** Where the address leads: a page that is no hub's knows one cluster. */
function currentRoute() {
  const route = parseRoute(location.hash);
  return isHub ? route : { ...route, cluster: undefined, view: route.view === "clusters" ? "overview" : route.view };
}

function navigate(moveFocus) {
  const route = currentRoute();
  if (clusters !== null && route.view !== "clusters" && route.cluster === undefined && !isCluster(OWN_CLUSTER)) {
    location.replace(formatRoute({ view: "clusters" })); // a hub where there is no Gluster; that navigates anew
    return;
  }
  leadTo(route.cluster);
  follow(route.view === "clusters" ? null : (route.cluster ?? OWN_CLUSTER));
  view?.close?.();
  context = { route, address: addressOf(route), history, clock, refresh, leaderHost: state?.cluster.leader_host };
  view = VIEW_OF[route.view](context);
  view.note = note("");
  main.dataset.view = route.view;
  const heading = h("h1", { tabindex: "-1" }, view.isName ? h("bdi", { class: "name" }, view.title) : view.title);
  main.replaceChildren(heading, view.note, view.node);
  document.title = `${view.title} – ${route.cluster === undefined ? "" : `${route.cluster} – `}GlusterFS`;
  frame.showRoute(route);
  if (moveFocus) {
    window.scrollTo(0, 0);
    heading.focus({ preventScroll: true }); // so that a screen reader says where one is
  }
  show();
}

/** What was shown of another cluster is forgotten. @param {string | null} cluster */
function follow(cluster) {
  if (cluster === followed) return;
  stream?.close();
  stream = null;
  followed = cluster;
  state = null;
  history = new History();
  connection = "connecting";
  openStream();
}

/** A hub says first which clusters there are. */
function openStream() {
  if (stream !== null || followed === null || (isHub && !isCluster(followed))) return;
  const of = followed === OWN_CLUSTER ? "" : `?cluster=${followed}`;
  stream = new Stream(`api/v1/stream${of}`, {
    mayBeEmpty: of !== "",
    onState(newState) {
      state = newState;
      history.take(state);
      refresh();
    },
    onConnection(now) {
      const came = now === "live" && connection !== "live";
      connection = now;
      if (came) clock.ask("-/healthy").then(refresh);
      refresh();
    },
  });
  stream.open();
}

const clustersStream = new Stream("api/v1/clusters/stream", {
  onState(document) {
    const isFirst = clusters === null;
    clusters = document;
    if (isFirst) navigate(false);
    openStream();
    refresh();
  },
  onConnection(now) {
    const came = now === "live" && clustersConnection !== "live";
    clustersConnection = now;
    if (came) clock.ask("-/healthy").then(refresh);
    refresh();
  },
});

/** A connection that says nothing is dead, or the exporter has nothing new: it is asked which. */
const asking = new Set();
async function watchSilence(watched, limit, connectionOf) {
  if (watched === null || asking.has(watched) || connectionOf() === "lost") return;
  if (Date.now() - watched.lastHeard < limit) return;
  asking.add(watched);
  const answers = await clock.ask("-/healthy");
  asking.delete(watched);
  if (answers && connectionOf() === "live") {
    watched.open(); // anew, for it may be the stream alone that is dead; that what is shown is old is said apart
  } else if (connectionOf() !== "lost") {
    watched.fail();
  }
}

function watchStreams() {
  const ofOwn = Math.max(SILENCE_MS, state === null ? 0 : 2000 * pollInterval(state));
  const ofPushed = Math.max(PUSHED_SILENCE_MS, 2000 * (pushed()?.interval_seconds ?? 0));
  watchSilence(stream, pushed() === undefined ? ofOwn : ofPushed, () => connection);
  if (isHub) watchSilence(clustersStream, PUSHED_SILENCE_MS, () => clustersConnection);
}

window.addEventListener("hashchange", () => navigate(true));
function retryNow() {
  stream?.retryNow();
  if (isHub) clustersStream.retryNow();
}
window.addEventListener("online", retryNow);
document.addEventListener("visibilitychange", () => document.hidden || retryNow());
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // "#main" is no view
  main.focus();
});
setInterval(() => {
  showAround();
  if (view.ofAllClusters) refresh(); // what is known of them grows old
  watchStreams();
}, 1000);

navigate(false);
if (isHub) clustersStream.open();

// Joins the parts: the stream feeds the state, the state is shown by the view that the address names.
import { bannersFor, showBanners } from "./banners.js";
import { Clock } from "./clock.js";
import { h, setHidden, setText } from "./dom.js";
import { Frame } from "./frame.js";
import { History } from "./history.js";
import { note, tick } from "./parts.js";
import { addressOf, parseRoute } from "./route.js";
import { pollInterval } from "./select.js";
import { Stream } from "./stream.js";
import { create as alerts } from "./views/alerts.js";
import { create as bricks } from "./views/bricks.js";
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
 * @property {(state: any) => string | undefined} [needs] what is missing for this view to say anything
 * @property {(state: any) => void} update
 * @property {() => void} [close]
 */

/** @type {Object<string, (context: Context) => View>} */
const VIEW_OF = { alerts, bricks, events, exporter, operations, overview, peers, topology, volume, volumes };

/** Where the proxies' and browsers' own delays end. */
const SILENCE_MS = 12_000;

const main = document.getElementById("main");
const bannerBox = document.getElementById("banners");
const pageVersion = document.querySelector('meta[name="page-version"]').content;

const clock = new Clock();
const history = new History();
const frame = new Frame();
let state = null;
let connection = "connecting";
let view = null;
let context = null;
let frameAsked = false;

/** All that came since the last frame is shown at once. */
function refresh() {
  if (frameAsked) return;
  frameAsked = true;
  requestAnimationFrame(() => {
    frameAsked = false;
    show();
  });
}

function show() {
  tick(clock.now());
  document.body.dataset.connection = connection;
  showBanners(bannerBox, bannersFor({ state, connection, time: clock.now(), pageVersion }));
  if (state === null || view === null) return;
  frame.update(state);
  context.leaderHost = state.cluster.leader_host;
  const missing = view.needs?.(state);
  setHidden(view.node, missing !== undefined);
  setHidden(view.note, missing === undefined);
  setText(view.note, missing ?? "");
  if (missing === undefined) view.update(state);
}

function navigate(moveFocus) {
  const route = parseRoute(location.hash);
  view?.close?.();
  context = { route, address: addressOf(route), history, clock, refresh, leaderHost: state?.cluster.leader_host };
  view = VIEW_OF[route.view](context);
  view.note = note(state === null ? "Waiting for the exporter…" : "");
  setHidden(view.node, state === null);
  main.dataset.view = route.view;
  const heading = h("h1", { tabindex: "-1" }, view.isName ? h("bdi", { class: "name" }, view.title) : view.title);
  main.replaceChildren(heading, view.note, view.node);
  document.title = `${view.title} – GlusterFS`;
  frame.showRoute(route);
  if (moveFocus) {
    window.scrollTo(0, 0);
    heading.focus({ preventScroll: true }); // so that a screen reader says where one is
  }
  show();
}

const stream = new Stream("api/v1/stream", {
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

/** A connection that says nothing is dead, or the exporter has nothing new: it is asked which. */
let asking = false;
async function watchSilence() {
  const silent = Date.now() - stream.lastHeard;
  if (asking || connection === "lost" || silent < Math.max(SILENCE_MS, state === null ? 0 : 2000 * pollInterval(state)))
    return;
  asking = true;
  const answers = await clock.ask("-/healthy");
  asking = false;
  if (answers && connection === "live") {
    stream.open(); // anew, for it may be the stream alone that is dead; that what is shown is old is said apart
  } else if (connection !== "lost") {
    stream.fail();
  }
}

window.addEventListener("hashchange", () => navigate(true));
window.addEventListener("online", () => stream.retryNow());
document.addEventListener("visibilitychange", () => document.hidden || stream.retryNow());
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // "#main" is no view
  main.focus();
});
setInterval(() => {
  tick(clock.now());
  showBanners(bannerBox, bannersFor({ state, connection, time: clock.now(), pageVersion }));
  watchSilence();
}, 1000);

navigate(false);
stream.open();

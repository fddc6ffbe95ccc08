// Every view has an address: #/volumes/NAME?sort=iops&q=rep. On a hub those of another cluster begin with its name:
// #/@CLUSTER/volumes/NAME, and #/clusters shows all.

export const VIEWS = [
  "overview",
  "topology",
  "volumes",
  "bricks",
  "peers",
  "operations",
  "alerts",
  "events",
  "exporter",
];

/**
 * @typedef {object} Route
 * @property {string} view one of VIEWS, "volume", or "clusters"
 * @property {string} [name] of the volume
 * @property {string} [cluster] that was pushed to the hub; the hub's own without
 * @property {URLSearchParams} params
 */

/** What a hub's own cluster is called in /api/v1/clusters. */
export const OWN_CLUSTER = "local";

let shownCluster = "";

/** Links lead to views of this cluster from now on; the own one without. */
export function leadTo(cluster = "") {
  shownCluster = cluster;
}

/** @returns {Route} the overview for what is no address of a view */
export function parseRoute(hash) {
  const [path, query = ""] = splitOnce(hash.replace(/^#?\/?/, ""), "?");
  const params = new URLSearchParams(query);
  if (!path.startsWith("@")) return path === "clusters" ? { view: "clusters", params } : parseView(path, params);
  const [cluster, rest = ""] = splitOnce(path.slice(1), "/");
  const route = parseView(rest, params);
  if (cluster !== "" && cluster !== OWN_CLUSTER) route.cluster = cluster;
  return route;
}

function parseView(path, params) {
  const [view, name] = splitOnce(path, "/");
  if (view === "volumes" && name) {
    try {
      return { view: "volume", name: decodeURIComponent(name), params };
    } catch {
      return { view: "volumes", params }; // a % that encodes nothing
    }
  }
  return { view: VIEWS.includes(view) ? view : "overview", params };
}

/** Of the cluster that is shown, where the route names none; "" is the own one. @param {Route} route */
export function formatRoute({ view, name, params, cluster = shownCluster }) {
  const of = cluster === "" || view === "clusters" ? "" : `@${cluster}/`;
  const path = view === "volume" ? `volumes/${encodeURIComponent(name)}` : view === "overview" ? "" : view;
  const query = params?.toString() ?? "";
  return `#/${of}${path}${query ? `?${query}` : ""}`;
}

export const volumeLink = (name) => formatRoute({ view: "volume", name });

function splitOnce(text, by) {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + by.length)];
}

/**
 * The parameters of the view that is shown. Changing one changes the address bar, but makes no new view.
 * @typedef {object} Address
 * @property {(key: string) => string | null} get
 * @property {(key: string, value: string) => void} set an empty value takes it away
 */

/** @param {Route} route @returns {Address} */
export function addressOf(route) {
  return {
    get: (key) => route.params.get(key),
    set(key, value) {
      if (value === "") route.params.delete(key);
      else route.params.set(key, value);
      history.replaceState(null, "", formatRoute(route));
    },
  };
}

// All clusters that a hub knows. Unlike the other views it shows /api/v1/clusters and not a cluster's state.
import { h, keyed, name, setHidden, setText } from "../dom.js";
import * as format from "../format.js";
import { ago, badge } from "../parts.js";
import { formatRoute } from "../route.js";
import { ageState, clusterList, clusterSeverity, knownAt } from "../select.js";
import { table } from "../table.js";

const AGE_ORDER = ["old", "never", "fresh"];

function columns() {
  return [
    {
      id: "cluster",
      title: "Cluster",
      head: true,
      sort: ({ key, cluster }) => (cluster.local ? "" : key),
      cell: ({ key, cluster }) => {
        const link = formatRoute({ view: "overview", cluster: cluster.local ? "" : key });
        return {
          node: h("a", { href: link }, cluster.local ? "this cluster" : name(key, { inLink: true })),
          update() {},
        };
      },
    },
    {
      id: "health",
      title: "Health",
      sort: ({ cluster }) => clusterSeverity(cluster.health),
      cell: () => {
        const part = badge();
        return { node: part.node, update: ({ cluster }) => part.update(cluster.health ?? "unknown") };
      },
    },
    {
      id: "reasons",
      title: "Why",
      wide: true,
      cell: () => {
        const list = h("ul", { class: "plain" });
        return {
          node: list,
          update: ({ cluster }) =>
            keyed(
              list,
              new Set(cluster.reasons ?? []),
              (reason) => reason,
              (reason) => ({ node: h("li", { dir: "auto" }, reason), update() {} }),
            ),
        };
      },
    },
    {
      id: "volumes",
      title: "Volumes",
      number: true,
      descending: true,
      sort: ({ cluster }) => cluster.volumes,
      text: ({ cluster }) => format.count(cluster.volumes),
    },
    {
      id: "offline",
      title: "Bricks offline",
      number: true,
      descending: true,
      sort: ({ cluster }) => cluster.bricks_offline,
      text: ({ cluster }) => format.count(cluster.bricks_offline),
    },
    {
      id: "age",
      title: "Known",
      hint: "How old what is known of it is",
      sort: ({ cluster }) => knownAt(cluster),
      cell: () => {
        const mark = badge();
        const age = ago();
        return {
          node: h("div", {}, mark.node, " ", age.node),
          update({ cluster, age: is }) {
            setHidden(mark.node, is === "fresh");
            mark.update(is === "old" ? "warning" : "unknown", is === "old" ? "old" : "never heard of");
            setHidden(age.node, is === "never");
            age.update(knownAt(cluster));
          },
        };
      },
    },
    {
      id: "sender",
      title: "Told by",
      minor: true,
      sort: ({ cluster }) => cluster.sender,
      cell: () => {
        const host = name("");
        return { node: host, update: ({ cluster }) => setText(host, cluster.sender ?? format.UNKNOWN) };
      },
    },
    {
      id: "version",
      title: "Exporter",
      minor: true,
      sort: ({ cluster }) => cluster.exporter_version,
      text: ({ cluster }) => cluster.exporter_version ?? format.UNKNOWN,
    },
  ];
}

export function create(context) {
  const list = table({
    caption: "Clusters",
    columns: columns(),
    keyOf: ({ key }) => key,
    attributes: ({ key, cluster, age }) => ({
      "data-cluster": key,
      "data-health": cluster.health ?? "unknown",
      "data-age-state": age,
    }),
    filterBy: ({ key, cluster, age }) =>
      `${key} ${cluster.health ?? "unknown"} ${age} ${cluster.sender ?? ""} ${(cluster.reasons ?? []).join(" ")}`,
    sortBy: "health",
    empty: "There are no clusters.",
    always: true,
    address: context.address,
  });
  return {
    title: "Clusters",
    node: list.node,
    ofAllClusters: true,
    update: (document) =>
      list.update(
        clusterList(document)
          .map((row) => ({ ...row, age: ageState(row.cluster, context.clock.now()) }))
          .sort((left, right) => AGE_ORDER.indexOf(left.age) - AGE_ORDER.indexOf(right.age)),
      ),
  };
}

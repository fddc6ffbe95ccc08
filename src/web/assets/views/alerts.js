import { h, keyed, name, setAttribute, setHidden, setClamped } from "../dom.js";
import * as format from "../format.js";
import { ago, badge, longText, note, time, volumeAnchor } from "../parts.js";
import { alertList, entries, webLink } from "../select.js";
import { table } from "../table.js";

/** For badge(). */
export const severityBadge = ({ severity }) => (severity ? [severity] : ["none", "no severity"]);

function labelsOf(alert) {
  return entries(alert.labels).filter(([key]) => key !== "alertname" && key !== "severity");
}

const columns = [
  {
    id: "severity",
    title: "Severity",
    sort: (alert) => alert.order,
    cell: () => {
      const part = badge();
      return { node: part.node, update: (alert) => part.update(...severityBadge(alert)) };
    },
  },
  {
    id: "name",
    title: "Alert",
    head: true,
    wide: true,
    sort: (alert) => alert.name,
    cell: () => {
      const title = name("");
      const link = h("a", { rel: "noreferrer noopener", target: "_blank" }, "source");
      const text = longText(h("div", { class: "quiet", dir: "auto" }));
      return {
        node: h("div", {}, title, " ", link, text.node),
        update(alert) {
          setClamped(title, alert.name ?? format.UNKNOWN);
          const href = webLink(alert.generator_url);
          setHidden(link, href === undefined);
          setAttribute(link, "href", href);
          text.update(alert.annotations?.summary ?? alert.annotations?.description ?? "");
        },
      };
    },
  },
  {
    id: "labels",
    title: "Labels",
    wide: true,
    cell: () => {
      const list = h("ul", { class: "labels" });
      return {
        node: list,
        update: (alert) =>
          keyed(
            list,
            labelsOf(alert),
            ([key]) => key,
            ([key]) => {
              const value = h("span");
              return {
                node: h("li", {}, name(key), "=", value),
                update([, text]) {
                  if (key === "volume") value.replaceChildren(volumeAnchor(text));
                  else value.replaceChildren(name(text));
                },
              };
            },
          ),
      };
    },
  },
  {
    id: "since",
    title: "Since",
    descending: true,
    sort: (alert) => format.parseTime(alert.starts_at),
    cell: () => {
      const at = time();
      const since = ago();
      return {
        node: h("div", {}, at.node, " ", since.node),
        update(alert) {
          at.update(format.parseTime(alert.starts_at));
          since.update(format.parseTime(alert.starts_at), "· ");
        },
      };
    },
  },
];

export function create(context) {
  const list = table({
    caption: "Alerts firing",
    columns,
    keyOf: (alert) => alert.fingerprint,
    attributes: (alert) => ({ "data-alert": alert.name ?? "" }),
    filterBy: (alert) => [alert.name, alert.severity, ...Object.values(alert.labels ?? {})].join(" "),
    sortBy: "severity",
    empty: "No alert is firing.",
    address: context.address,
  });
  return {
    title: "Alerts",
    node: h(
      "div",
      {},
      list.node,
      note(
        context.route.cluster === undefined
          ? "Shown is what Alertmanager sends to this exporter; docs/api.md says how to let it."
          : "Shown is what Alertmanager sends to the exporter that pushes this cluster here.",
      ),
    ),
    update: (state) => list.update(alertList(state).map((alert, order) => ({ ...alert, order }))),
  };
}

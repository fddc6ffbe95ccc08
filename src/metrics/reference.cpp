#include "metrics/reference.hpp"

#include <algorithm>
#include <string_view>

#include "metrics/catalogue.hpp"

namespace glusterfs_exporter::metrics {

namespace {

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::gauge:
      return "gauge";
    case MetricType::counter:
      return "counter";
    case MetricType::histogram:
      return "histogram";
    case MetricType::summary:
      return "summary";
    case MetricType::info:
      return "info";
    case MetricType::state_set:
      return "state set";
  }
  return "";
}

std::string_view scope_name(Scope scope) {
  switch (scope) {
    case Scope::node:
      return "node";
    case Scope::cluster:
      return "cluster";
    case Scope::node_else_cluster:
      return "node, else cluster";
  }
  return "";
}

std::string code_list(std::string_view labels) {
  std::string list;
  while (!labels.empty()) {
    const auto comma = std::min(labels.find(','), labels.size());
    list += list.empty() ? "`" : ", `";
    list += labels.substr(0, comma);
    list += '`';
    labels.remove_prefix(std::min(comma + 1, labels.size()));
  }
  return list;
}

}  // namespace

std::string metrics_reference() {
  std::string page =
      "# Metrics\n\n"
      "This page is made from the catalogue in `src/metrics/`; a test fails when it is not up to date\n"
      "(`scripts/test.sh --update` writes it anew).\n\n"
      "What is not known is absent, never zero. An *info* is always 1 and says what it says in its labels. A "
      "*state "
      "set* has\none series per state with the label `state`, exactly one of them 1. Sizes are bytes, times "
      "are "
      "seconds.\n\n"
      "With an exporter on each node every series comes from one of them. *node*: each exporter about its "
      "own "
      "node.\n*cluster*: the exporter that leads. *node, else cluster*: each about its own node, and the "
      "leader "
      "about nodes whose\nexporter does not answer.\n";
  for (const auto& section : catalogue()) {
    page += "\n## ";
    page += section.title;
    page += "\n\n| metric | type | scope | labels | meaning |\n|---|---|---|---|---|\n";
    for (const auto& family : section.families) {
      page += "| `";
      page += family.name;
      page += "` | ";
      page += type_name(family.type);
      page += " | ";
      page += scope_name(family.scope);
      page += " | ";
      page += code_list(family.labels);
      page += " | ";
      page += family.help;
      page += " |\n";
    }
  }
  return page;
}

}  // namespace glusterfs_exporter::metrics

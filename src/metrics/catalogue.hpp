#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "metrics/samples.hpp"
#include "metrics/view.hpp"

namespace glusterfs_exporter::metrics {

enum class MetricType : std::uint8_t {
  gauge,
  counter,    ///< the name ends in _total
  histogram,  ///< samples _bucket, _sum, _count
  summary,    ///< samples _sum, _count, without quantiles
  info,       ///< always 1, what it says is in the labels; the name ends in _info
  state_set,  ///< one series per state with the label `state`, one of them 1; a gauge to Prometheus
};

/// Which of a cluster's exporters write a metric, so that Prometheus gets each series once.
enum class Scope : std::uint8_t {
  node,               ///< each, about its own node
  cluster,            ///< the leader
  node_else_cluster,  ///< each about its own node, and the leader about nodes whose exporter does not answer
};

/// What the exporter counts itself, see ExporterMetrics.
struct Counted {};

/// Writes the samples that a part of the picture holds, none when it is not known. Those of volumes and
/// bricks are called for each of them, and again only when it has changed; of bricks only for those that this
/// exporter reports on, unless the scope is the cluster. They must not look at anything else.
template <class View>
using WriterOf = void (*)(const View& view, Samples& samples);
using Writer = std::variant<Counted, WriterOf<ClusterView>, WriterOf<VolumeView>, WriterOf<BrickView>>;

/// One metric: the only place where its name, type, labels and meaning stand. docs/metrics.md is made from
/// these.
struct Family {
  std::string_view name;
  MetricType type;
  Scope scope;
  std::string_view labels;  ///< in the order they are written, separated by commas
  std::string_view help;    ///< one sentence without a full stop
  Writer write;
};

/// A heading of docs/metrics.md and what stands below it.
struct Section {
  std::string_view title;
  std::span<const Family> families;
};

/// All metrics in the order of the page.
std::span<const Section> catalogue();

/// Calls `visit(row, family)` for all of them; rows are counted from 0.
template <class Visit>
void each_row(Visit visit) {
  std::size_t row = 0;
  for (const auto& section : catalogue()) {
    for (const auto& family : section.families) {
      visit(row++, family);
    }
  }
}

// One file each.
std::span<const Family> cluster_families();
std::span<const Family> volume_families();
std::span<const Family> brick_families();
std::span<const Family> operation_families();
std::span<const Family> heal_families();
std::span<const Family> task_families();
std::span<const Family> exporter_families();

/// The row of a metric the exporter counts itself; `name` must be in the catalogue.
const Family& family_named(std::string_view name);

}  // namespace glusterfs_exporter::metrics

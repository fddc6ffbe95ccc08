#pragma once

#include <prometheus/metric_family.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "metrics/page.hpp"
#include "metrics/process_stats.hpp"
#include "model/snapshot.hpp"

namespace glusterfs_exporter::metrics {

/// Turns pictures into pages. Not for several threads at once: it remembers how large the last page was.
class Renderer {
 public:
  /// `shown_options`: which options glusterfs_volume_option_info shows.
  explicit Renderer(std::set<std::string, std::less<>> shown_options)
      : shown_options_(std::move(shown_options)) {}

  /// Both plain forms of the page; `own` is what ExporterMetrics::collect() gave.
  Page render(const model::Snapshot& snapshot, const ProcessStats& process,
              const std::vector<prometheus::MetricFamily>& own);

 private:
  std::set<std::string, std::less<>> shown_options_;
  std::size_t last_size_ = 0;  ///< bytes
};

/// The page with its compressed forms added.
Page compressed(Page page);

}  // namespace glusterfs_exporter::metrics

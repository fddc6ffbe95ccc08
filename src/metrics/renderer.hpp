#pragma once

#include <prometheus/metric_family.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "metrics/blocks.hpp"
#include "metrics/page.hpp"
#include "metrics/process_stats.hpp"
#include "model/snapshot.hpp"

namespace glusterfs_exporter::metrics {

/// Turns pictures into pages. Not for several threads at once: what has not changed since the last picture is
/// not written again, and is shared by both pages.
class Renderer {
 public:
  /// `shown_options`: which options glusterfs_volume_option_info shows.
  explicit Renderer(std::set<std::string, std::less<>> shown_options);

  /// Both plain forms of the page; `own` is what ExporterMetrics::collect() gave. The picture is kept until
  /// the next one comes.
  Page render(const std::shared_ptr<const model::Snapshot>& snapshot, const ProcessStats& process,
              const std::vector<prometheus::MetricFamily>& own);

 private:
  /// What stands above a metric's samples.
  struct Header {
    std::string text;
    std::string openmetrics;
  };

  Blocks blocks_;
  std::shared_ptr<const std::vector<Header>> headers_;  ///< of each row of the catalogue
};

/// The page with its compressed forms added.
Page compressed(Page page);

}  // namespace glusterfs_exporter::metrics

#pragma once

#include <memory>
#include <string>

#include "common/pieces.hpp"

namespace glusterfs_exporter::metrics {

/// One rendered page in every form it is served in. Immutable once published: readers share it without a
/// lock.
struct Page {
  std::shared_ptr<const Pieces> text;            ///< Prometheus text format 0.0.4
  std::shared_ptr<const Pieces> openmetrics;     ///< OpenMetrics 1.0
  std::shared_ptr<const std::string> text_gzip;  ///< null while not compressed yet: send the plain bytes then
  std::shared_ptr<const std::string> openmetrics_gzip;  ///< likewise
};

}  // namespace glusterfs_exporter::metrics

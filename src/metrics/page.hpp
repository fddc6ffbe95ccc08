#pragma once

#include <memory>
#include <string>

namespace glusterfs_exporter::metrics {

/// One rendered page in every form it is served in. Immutable once published: readers share it without a
/// lock.
struct Page {
  using Bytes = std::shared_ptr<const std::string>;

  Bytes text;              ///< Prometheus text format 0.0.4
  Bytes openmetrics;       ///< OpenMetrics 1.0
  Bytes text_gzip;         ///< null while not compressed yet: send the plain bytes then
  Bytes openmetrics_gzip;  ///< likewise
};

}  // namespace glusterfs_exporter::metrics

#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "common/pieces.hpp"

namespace glusterfs_exporter::metrics {

/// To compress so much takes about two milliseconds, for whoever asks. Most pages are never asked for, so
/// only larger ones are compressed as soon as they are published.
constexpr std::size_t kCompressedAheadBytes = std::size_t{1} << 20U;

/// One rendered page in every form it is served in. Immutable once published: readers share it without a
/// lock.
struct Page {
  std::shared_ptr<const Pieces> text;                   ///< Prometheus text format 0.0.4
  std::shared_ptr<const Pieces> openmetrics;            ///< OpenMetrics 1.0
  std::shared_ptr<const std::string> text_gzip;         ///< null while not compressed (yet)
  std::shared_ptr<const std::string> openmetrics_gzip;  ///< likewise
};

}  // namespace glusterfs_exporter::metrics

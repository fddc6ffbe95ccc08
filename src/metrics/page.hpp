#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "common/pieces.hpp"

namespace glusterfs_exporter::metrics {

/// One rendered page in every form it is served in. Immutable once published: readers share it without a
/// lock.
struct Page {
  std::shared_ptr<const Pieces> text;                   ///< Prometheus text format 0.0.4
  std::shared_ptr<const Pieces> openmetrics;            ///< OpenMetrics 1.0
  std::shared_ptr<const std::string> text_gzip;         ///< null while not compressed (yet)
  std::shared_ptr<const std::string> openmetrics_gzip;  ///< likewise
};

/// To compress so much takes about two milliseconds, for whoever asks.
constexpr std::size_t kCompressedAheadBytes = std::size_t{1} << 20U;

/// Whether the page is compressed as soon as it is published. Most pages are never asked for, so small ones
/// are compressed for those who ask.
inline bool is_compressed_ahead(const Page& page) {
  return page.text->size() > kCompressedAheadBytes || page.openmetrics->size() > kCompressedAheadBytes;
}

}  // namespace glusterfs_exporter::metrics

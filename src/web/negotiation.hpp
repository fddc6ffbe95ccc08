#pragma once

#include <cstdint>
#include <string_view>

namespace glusterfs_exporter::web {

/// The formats a page of metrics is served in.
enum class Format : std::uint8_t {
  text,         ///< Prometheus text format 0.0.4
  openmetrics,  ///< OpenMetrics 1.0.0
};

/// The format that the header Accept prefers; the one named first when it likes both the same. Text when the
/// header is empty, says "anything", or can't be understood: a client that doesn't ask for OpenMetrics can't
/// read it.
Format choose_format(std::string_view accept);

/// Whether the header Accept-Encoding allows gzip and doesn't prefer the plain bytes.
bool accepts_gzip(std::string_view accept_encoding);

/// The Content-Type of a page in this format.
std::string_view content_type(Format format);

}  // namespace glusterfs_exporter::web

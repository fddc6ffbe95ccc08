#pragma once

#include <string>
#include <string_view>

namespace glusterfs_exporter {

/// `bytes` in gzip's format, at the fastest level: pages are compressed after every poll and are repetitive.
std::string gzip(std::string_view bytes);

}  // namespace glusterfs_exporter

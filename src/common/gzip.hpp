#pragma once

#include <string>
#include <string_view>

#include "common/pieces.hpp"

namespace glusterfs_exporter {

/// `bytes` in gzip's format, at the fastest level: pages are compressed after every poll and are repetitive.
std::string gzip(std::string_view bytes);
std::string gzip(const Pieces& pieces);

}  // namespace glusterfs_exporter

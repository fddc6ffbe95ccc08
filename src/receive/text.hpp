#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace glusterfs_exporter::receive {

/// `text` as one line of at most `max_bytes`: control characters become spaces, and what is cut off is shown
/// by "…". Ill-formed UTF-8 is replaced.
std::string shown(std::string_view text, std::size_t max_bytes);

}  // namespace glusterfs_exporter::receive

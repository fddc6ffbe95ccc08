#pragma once

#include <cstddef>

namespace glusterfs_exporter::web {

/// Raises this process' limit of open files (RLIMIT_NOFILE) to `wanted` if it is lower, as far as the hard
/// limit allows, and gives the limit there is now. Processes that are started inherit it.
std::size_t allow_open_files(std::size_t wanted);

}  // namespace glusterfs_exporter::web

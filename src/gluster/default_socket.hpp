#pragma once

#include <string_view>

namespace glusterfs_exporter::gluster {

/// Where glusterd listens and the CLI asks unless told otherwise.
inline constexpr std::string_view kDefaultSocket = "/var/run/glusterd.socket";

}  // namespace glusterfs_exporter::gluster

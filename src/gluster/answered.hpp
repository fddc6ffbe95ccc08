#pragma once

#include <cstdint>
#include <string_view>

namespace glusterfs_exporter::gluster {

/// Which way an answer came.
enum class Way : std::uint8_t {
  rpc,    ///< from a daemon over its socket
  cli,    ///< from the gluster command
  local,  ///< from the kernel of this node
  http,   ///< from another node's exporter
};

/// As the label `source`.
constexpr std::string_view to_string(Way way) {
  switch (way) {
    case Way::rpc:
      return "rpc";
    case Way::cli:
      return "cli";
    case Way::local:
      return "local";
    case Way::http:
      break;
  }
  return "http";
}

/// A record and the way it came.
template <class T>
struct Answered {
  T record;
  Way way;
};

}  // namespace glusterfs_exporter::gluster

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glusterfs_exporter {

/// "host:9713"; an IPv6 address, which has colons of its own, in brackets.
inline std::string host_and_port(std::string_view host, std::uint16_t port) {
  const bool ipv6 = host.find(':') != std::string_view::npos;
  return (ipv6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" + std::to_string(port);
}

}  // namespace glusterfs_exporter

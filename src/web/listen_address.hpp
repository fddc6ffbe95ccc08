#pragma once

#include <netinet/in.h>

#include <expected>
#include <string>
#include <string_view>

namespace glusterfs_exporter::web {

/// Reads "HOST:PORT": a numeric IPv4 address, or nothing for all of this machine's, and a port; port 0 lets
/// the system choose. The error is a reason such as "not a numeric IPv4 address and a port".
std::expected<sockaddr_in, std::string> parse_listen_address(std::string_view text);

/// Finds out whether a server could listen there now, by doing so for a moment. The error is the system's
/// reason, for instance "Address already in use".
std::expected<void, std::string> try_listen(const sockaddr_in& address);

/// "127.0.0.1:9713"
std::string to_string(const sockaddr_in& address);

}  // namespace glusterfs_exporter::web

#pragma once

#include <netinet/in.h>

#include <expected>
#include <string>

namespace glusterfs_exporter::web {

/// The address that a listening IPv4 socket has.
std::expected<sockaddr_in, std::string> address_of(int listener);

/// Has civetweb serve a socket that somebody else listens on (systemd, for instance).
///
/// civetweb can only be told an address. So it is started on `placeholder`, a free port of the loopback, and
/// then the descriptor it waits on is made to mean `listener`: it waits and accepts by number. Nobody but
/// this program knows the placeholder, which is gone before the first request is served. The error says what
/// failed; then the server must not go on. `listener` may be closed afterwards.
std::expected<void, std::string> lend_listener(int listener, const sockaddr_in& placeholder);

}  // namespace glusterfs_exporter::web

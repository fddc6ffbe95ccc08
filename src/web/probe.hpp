#pragma once

#include <netinet/in.h>

#include <chrono>
#include <functional>

namespace glusterfs_exporter::web {

/// Asks a server of this machine for /-/healthy, to see that it still serves. Any answer counts, also that it
/// hangs up: somebody took the connection and looked at what came over it, which is all that can be known
/// without a certificate's or a user's secrets. While `enough` holds nothing more is waited for, for instance
/// because others were answered meanwhile: a server whose workers are all busy is not hung.
bool answers(const sockaddr_in& address, std::chrono::milliseconds patience,
             const std::function<bool()>& enough);

}  // namespace glusterfs_exporter::web

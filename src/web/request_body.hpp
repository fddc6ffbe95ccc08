#pragma once

#include <civetweb.h>

#include <chrono>
#include <cstddef>
#include <expected>
#include <string>

#include "web/client_socket.hpp"
#include "web/http.hpp"

namespace glusterfs_exporter::web {

/// Whether a body follows the head of the request, as far as the client says.
bool announces_body(const Request& request);

/// Reads the body of a request that must have one. The error is the answer for the client: 411 without a
/// Content-Length, 413 for more than max_bytes (of which nothing is read), 408 when it takes longer than the
/// time limit, 400 for nonsense. A client that sends a byte now and then can need request_timeout_ms longer.
///
/// Bodies in chunks get 411 too: nothing that posts here needs them, and two readings of where such a body
/// ends is what request smuggling is made of.
std::expected<std::string, Response> read_body(mg_connection* connection, const Request& request,
                                               const ClientSocket& socket, std::size_t max_bytes,
                                               std::chrono::milliseconds time_limit);

}  // namespace glusterfs_exporter::web

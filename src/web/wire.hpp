#pragma once

#include <civetweb.h>

#include <string_view>

#include "web/http.hpp"

namespace glusterfs_exporter::web {

/// How answers become bytes. Each function is for the thread that serves the connection; false means that the
/// client went away or stalled before it had everything, and then the connection is closed after it.

/// An answer with a body.
bool send_response(mg_connection* connection, const Response& response, bool with_body, bool keep_alive);

/// The head of an answer that is a stream; the connection is closed after it. In chunks a proxy can tell a
/// stream that ended from one that broke; clients of HTTP/1.0, as nginx is one unless told otherwise, don't
/// know them.
bool send_stream_head(mg_connection* connection, const Response& response, bool chunked);

/// Bytes as they are.
bool send_bytes(mg_connection* connection, std::string_view bytes);

}  // namespace glusterfs_exporter::web

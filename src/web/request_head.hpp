#pragma once

#include <civetweb.h>

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "web/http.hpp"

namespace glusterfs_exporter::web {

/// The request whose head civetweb has parsed, with its own address of the client. The error is the answer
/// for a client whose request two programs could read in two ways, a proxy and this one: 400, or 431 for more
/// headers than are read. The connection is to be closed after it, as nobody knows where the next request
/// begins.
///
/// civetweb (1.15) is lenient: it takes a line that continues the one before, or has no name, for the end of
/// the headers and drops all that follow, a Content-Length too; then the body would be the next request. Of
/// what it dropped it says nothing, but it parses in place, so where its texts lie tells.
std::expected<Request, Response> read_head(const mg_request_info& info);

/// A path without its escapes; nothing when it has bad ones, or control characters. Dot segments, backslashes
/// and doubled slashes stay as they are: there is no such path here.
std::optional<std::string> decode_path(std::string_view path);

/// What is wrong with what a request says of the length of its body; empty when nothing is. (RFC 9112, 6.3)
std::string_view framing_problem(const Request& request);

}  // namespace glusterfs_exporter::web

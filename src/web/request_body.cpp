#include "web/request_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

#include "web/wire.hpp"

namespace glusterfs_exporter::web {
namespace {

std::unexpected<Response> refusal(int status, std::string text) {
  return std::unexpected(text_response(status, std::move(text)));
}

// Of nothing but digits, see framing_problem(). A length that is too large for the type is the largest.
std::optional<std::uint64_t> parse_length(std::string_view text) {
  std::uint64_t length = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error == std::errc::invalid_argument || rest != text.data() + text.size()) {
    return std::nullopt;
  }
  return error == std::errc::result_out_of_range ? UINT64_MAX : length;
}

}  // namespace

bool announces_body(const Request& request) {
  const auto length = request.header("Content-Length");
  return !request.header("Transfer-Encoding").empty() || (!length.empty() && length != "0");
}

std::expected<std::string, Response> read_body(mg_connection* connection, const Request& request,
                                               const ClientSocket& socket, std::size_t max_bytes,
                                               std::chrono::milliseconds time_limit) {
  const auto header = request.header("Content-Length");
  if (header.empty() || !request.header("Transfer-Encoding").empty()) {
    return refusal(411, "411 length required. Send the body with a Content-Length, not in chunks.\n");
  }
  const auto length = parse_length(header);
  if (!length) {
    return refusal(400, "400 the Content-Length is not a number.\n");
  }
  if (*length > max_bytes) {
    return refusal(413, fmt::format("413 content too large. At most {} bytes are read here.\n", max_bytes));
  }
  if (equal_ignoring_case(request.header("Expect"), "100-continue") && *length > 0) {
    static_cast<void>(send_bytes(connection, "HTTP/1.1 100 Continue\r\n\r\n"));
  }

  const auto until = std::chrono::steady_clock::now() + time_limit;
  std::string body(*length, '\0');
  std::size_t filled = 0;
  while (filled < body.size()) {
    if (std::chrono::steady_clock::now() > until) {
      return refusal(408, "408 the body did not come in time.\n");
    }
    // civetweb waits until it has all that it is asked for, each time anew when some comes: it is asked for
    // no more than is there. What it read together with the head is not counted, and not waited for either.
    const auto wanted = std::clamp<std::size_t>(socket.readable_bytes(), 1, body.size() - filled);
    const int count = mg_read(connection, body.data() + filled, wanted);
    if (count < 0) {
      return refusal(400, "400 the body ended before its Content-Length.\n");
    }
    filled += static_cast<std::size_t>(count);  // none when it waited for request_timeout_ms
  }
  return body;
}

}  // namespace glusterfs_exporter::web

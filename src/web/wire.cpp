#include "web/wire.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <ctime>
#include <string>
#include <utility>

namespace glusterfs_exporter::web {
namespace {

// Headers and pieces of a body go out together as long as they are not more than this. A quarter of it takes
// a third longer for a large page, by the number of calls, and four times as much by the processor's cache.
constexpr std::size_t kGatheredBytes = 262144;

// civetweb takes at most INT_MAX bytes at once.
constexpr std::size_t kWriteBytes = 1048576;

// The page gets everything from where it came from itself, and runs no script that stands in it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSecurityHeaders = {
    {{"Content-Security-Policy",
      "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
     {"Referrer-Policy", "no-referrer"},
     {"X-Content-Type-Options", "nosniff"},
     {"X-Frame-Options", "DENY"}}};

bool has_header(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers,
                             [name](const auto& header) { return equal_ignoring_case(header.first, name); });
}

std::string header_block(mg_connection* connection, const Response& response, bool keep_alive,
                         std::string_view framing) {
  std::string block = fmt::format(
      "HTTP/1.1 {} {}\r\n"
      "Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n"
      "Connection: {}\r\n"
      "Content-Type: {}\r\n",
      response.status, mg_get_response_code_text(connection, response.status),
      fmt::gmtime(std::time(nullptr)), keep_alive ? "keep-alive" : "close", response.content_type);
  block += framing;
  if (!has_header(response, "Cache-Control")) {
    block += "Cache-Control: no-store\r\n";
  }
  for (const auto& [name, value] : kSecurityHeaders) {
    if (!has_header(response, name)) {
      block.append(name).append(": ").append(value).append("\r\n");
    }
  }
  for (const auto& [name, value] : response.headers) {
    block.append(name).append(": ").append(value).append("\r\n");
  }
  block += "\r\n";
  return block;
}

}  // namespace

bool send_bytes(mg_connection* connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, kWriteBytes);
    if (mg_write(connection, part.data(), part.size()) != static_cast<int>(part.size())) {
      mg_disable_connection_keep_alive(connection);
      return false;
    }
    bytes.remove_prefix(part.size());
  }
  return true;
}

namespace {

/// Sends `buffer` and what comes behind it.
class Gatherer {
 public:
  Gatherer(mg_connection* connection, std::string buffer)
      : connection_(connection), buffer_(std::move(buffer)) {}

  bool add(std::string_view piece) {
    if (buffer_.size() + piece.size() > kGatheredBytes && !flush()) {
      return false;
    }
    if (piece.size() > kGatheredBytes) {
      return send_bytes(connection_, piece);
    }
    buffer_ += piece;
    return true;
  }

  bool flush() {
    const bool sent = send_bytes(connection_, buffer_);
    buffer_.clear();
    return sent;
  }

 private:
  mg_connection* connection_;
  std::string buffer_;
};

}  // namespace

bool send_response(mg_connection* connection, const Response& response, bool with_body, bool keep_alive) {
  if (!keep_alive) {
    mg_disable_connection_keep_alive(connection);
  }
  const auto body = response.body ? std::string_view(*response.body) : std::string_view();
  const auto size = response.pieces ? response.pieces->size() : body.size();
  Gatherer gatherer(connection, header_block(connection, response, keep_alive,
                                             fmt::format("Content-Length: {}\r\n", size)));
  if (with_body) {
    const auto add = [&](std::string_view piece) { return gatherer.add(piece); };
    if (!(response.pieces ? response.pieces->each(add) : add(body))) {
      return false;
    }
  }
  return gatherer.flush();
}

bool send_stream_head(mg_connection* connection, const Response& response, bool chunked) {
  mg_disable_connection_keep_alive(connection);
  std::string framing = chunked ? "Transfer-Encoding: chunked\r\n" : "";
  framing += "X-Accel-Buffering: no\r\n";  // nginx would keep the bytes until it has many
  return send_bytes(connection, header_block(connection, response, false, framing));
}

}  // namespace glusterfs_exporter::web

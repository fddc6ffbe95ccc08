#include "web/request_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace glusterfs_exporter::web {
namespace {

const char* end_of(const char* text) {
  return text + std::strlen(text);
}

// Whether a text that civetweb ended was followed by a line break of two characters; it writes over both.
bool ends_line(const char* end) {
  return end[0] == '\0' && end[1] == '\0';
}

// Between a name and its value civetweb leaves blanks alone, but writes over the colon and blanks before it.
bool is_name_and_value(const mg_header& header) {
  const char* const begin = end_of(header.name) + 1;
  return begin <= header.value && std::all_of(begin, header.value, [](char c) { return c == ' '; });
}

// Whether the lines are those that civetweb gives, one after the other, and none was dropped.
bool is_whole(const mg_request_info& info) {
  const char* line = end_of(info.http_version);
  for (int i = 0; i < info.num_headers; ++i) {
    const auto& header = info.http_headers[i];
    if (!ends_line(line) || header.name != line + 2 || !is_name_and_value(header)) {
      return false;
    }
    line = end_of(header.value);
  }
  // What follows is the empty line, of which civetweb writes over the second character. Where the head ends
  // in two bare line feeds it is what follows the head; civetweb's buffer may end there, and is one of 16384
  // bytes, so the C library gave it 8 more.
  return info.num_headers == 0 || (ends_line(line) && line[2] == '\r' && line[3] == '\0');
}

bool is_control(char character) {
  return static_cast<unsigned char>(character) < 0x20 || character == 0x7f;
}

std::unexpected<Response> refusal(int status, std::string_view problem) {
  return std::unexpected(text_response(status, fmt::format("{} {}\n", status, problem)));
}

}  // namespace

std::expected<Request, Response> read_head(const mg_request_info& info) {
  if (info.num_headers >= MG_MAX_HEADERS) {
    return refusal(431, "too many headers");  // civetweb drops what is beyond
  }
  if (!is_whole(info)) {
    return refusal(400, "a header is not \"Name: value\" on a line of its own that ends with CR LF.");
  }
  auto path = decode_path(info.local_uri_raw);
  if (!path) {
    return refusal(400, "the path has an escape that stands for no character.");
  }
  Request request;
  request.method = info.request_method;
  request.path = *std::move(path);
  request.query = info.query_string == nullptr ? "" : info.query_string;
  request.remote_address = info.remote_addr;
  for (int i = 0; i < info.num_headers; ++i) {
    request.add_header(info.http_headers[i].name, info.http_headers[i].value);
  }
  if (const auto problem = framing_problem(request); !problem.empty()) {
    return refusal(400, problem);
  }
  return request;
}

std::optional<std::string> decode_path(std::string_view path) {
  std::string decoded;
  decoded.reserve(path.size());
  while (!path.empty()) {
    char character = path.front();
    path.remove_prefix(1);
    if (character == '%') {
      unsigned value = 0;
      const auto digits = path.substr(0, 2);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
      if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) {
        return std::nullopt;
      }
      character = static_cast<char>(value);
      path.remove_prefix(2);
    }
    if (is_control(character)) {
      return std::nullopt;
    }
    decoded += character;
  }
  return decoded;
}

std::string_view framing_problem(const Request& request) {
  const auto length = request.headers.find("Content-Length");
  if (length == request.headers.end()) {
    return {};
  }
  if (request.headers.contains("Transfer-Encoding")) {
    return "a request has a Content-Length or a Transfer-Encoding, not both.";
  }
  const auto& text = length->second;
  const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? std::string_view() : "the Content-Length is not a number.";
}

}  // namespace glusterfs_exporter::web

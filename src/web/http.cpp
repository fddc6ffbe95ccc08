#include "web/http.hpp"

#include <algorithm>

namespace glusterfs_exporter::web {
namespace {

// Not std::tolower: what HTTP calls the same doesn't depend on the locale.
char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

}  // namespace

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

bool LessIgnoringCase::operator()(std::string_view left, std::string_view right) const {
  return std::ranges::lexicographical_compare(left, right, {}, lower, lower);
}

void Request::add_header(std::string_view name, std::string_view value) {
  const auto [position, is_new] = headers.try_emplace(std::string(name), value);
  if (!is_new) {
    position->second.append(", ").append(value);
  }
}

std::string_view Request::header(std::string_view name) const {
  const auto position = headers.find(name);
  return position == headers.end() ? std::string_view() : std::string_view(position->second);
}

Response text_response(int status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .headers = {},
          .body = std::make_shared<const std::string>(std::move(text))};
}

Response json_response(std::shared_ptr<const std::string> json) {
  return {.status = 200, .content_type = "application/json", .headers = {}, .body = std::move(json)};
}

}  // namespace glusterfs_exporter::web

#include "web/header_list.hpp"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>

#include "web/http.hpp"

namespace glusterfs_exporter::web {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes what stands before the next separator outside quotes off the front of `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest.size() && (quoted || rest[end] != separator); ++end) {
    if (rest[end] == '"') {
      quoted = !quoted;
    } else if (quoted && rest[end] == '\\') {
      ++end;
    }
  }
  const auto taken = trim(rest.substr(0, end));
  rest.remove_prefix(end < rest.size() ? end + 1 : rest.size());
  return taken;
}

std::string_view unquote(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

std::optional<double> parse_quality(std::string_view text) {
  double quality = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, quality, std::chars_format::fixed);
  if (error != std::errc() || stop != end || std::isnan(quality) || quality < 0 || quality > 1) {
    return std::nullopt;
  }
  return quality;
}

std::optional<HeaderElement> parse_element(std::string_view text) {
  HeaderElement element;
  element.value = take_until(text, ';');
  if (element.value.empty()) {
    return std::nullopt;
  }
  while (!text.empty()) {
    auto value = take_until(text, ';');
    const auto name = take_until(value, '=');
    if (equal_ignoring_case(name, "q")) {
      const auto quality = parse_quality(unquote(trim(value)));
      if (!quality) {
        return std::nullopt;
      }
      element.quality = *quality;
    } else if (!name.empty()) {
      element.parameters.emplace_back(name, unquote(trim(value)));
    }
  }
  return element;
}

}  // namespace

std::string_view HeaderElement::parameter(std::string_view name) const {
  for (const auto& [key, text] : parameters) {
    if (equal_ignoring_case(key, name)) {
      return text;
    }
  }
  return {};
}

std::vector<HeaderElement> parse_header_list(std::string_view header) {
  std::vector<HeaderElement> elements;
  while (!header.empty()) {
    if (auto element = parse_element(take_until(header, ','))) {
      elements.push_back(*std::move(element));
    }
  }
  return elements;
}

}  // namespace glusterfs_exporter::web

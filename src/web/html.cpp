#include "web/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace glusterfs_exporter::web {
namespace {

std::string two_units(std::int64_t large, std::string_view large_unit, std::int64_t small,
                      std::string_view small_unit) {
  return small == 0 ? fmt::format("{} {}", large, large_unit)
                    : fmt::format("{} {} {} {}", large, large_unit, small, small_unit);
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char character : text) {
    switch (character) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += character;
    }
  }
  return escaped;
}

std::string human_duration(std::chrono::milliseconds duration) {
  const std::int64_t milliseconds = std::max<std::int64_t>(duration.count(), 0);
  const std::int64_t seconds = milliseconds / 1000;
  const std::int64_t minutes = seconds / 60;
  const std::int64_t hours = minutes / 60;
  if (seconds < 1) {
    return fmt::format("{} ms", milliseconds);
  }
  if (seconds < 10) {
    const std::int64_t tenths = milliseconds % 1000 / 100;
    return tenths == 0 ? fmt::format("{} s", seconds) : fmt::format("{}.{} s", seconds, tenths);
  }
  if (minutes < 1) {
    return fmt::format("{} s", seconds);
  }
  if (hours < 1) {
    return two_units(minutes, "min", seconds % 60, "s");
  }
  if (hours < 24) {
    return two_units(hours, "h", minutes % 60, "min");
  }
  return two_units(hours / 24, "d", hours % 24, "h");
}

}  // namespace glusterfs_exporter::web

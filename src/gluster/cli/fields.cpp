#include "gluster/cli/fields.hpp"

#include <cmath>
#include <ctime>

namespace glusterfs_exporter::gluster {

namespace {

/// The clock counts nanoseconds in 64 bits, which end in the year 2262; what is written has years up to 9999.
std::optional<model::Time> at_seconds(std::time_t seconds) {
  constexpr auto kMost =
      std::chrono::duration_cast<std::chrono::seconds>(model::Time::duration::max()).count();
  if (seconds > kMost || seconds < -kMost) {
    return std::nullopt;
  }
  return std::chrono::system_clock::from_time_t(seconds);
}

}  // namespace

double real_of(pugi::xml_node node, const char* name) {
  const double value = to_number<double>(node.child_value(name)).value_or(0);
  return std::isfinite(value) ? value : 0;
}

std::optional<bool> yes_or_no(std::string_view text) {
  if (text == "Yes") {
    return true;
  }
  if (text == "No") {
    return false;
  }
  return std::nullopt;
}

std::optional<model::Time> to_time(std::string_view text) {
  const std::string copy(text);
  std::tm parts{};
  const char* rest = strptime(copy.c_str(), "%Y-%m-%d %H:%M:%S", &parts);
  if (rest == nullptr) {
    return std::nullopt;
  }
  if (*rest == '.') {
    do {
      ++rest;
    } while (*rest >= '0' && *rest <= '9');
  }
  std::tm zone{};
  if (*rest != '\0') {
    const char* end = strptime(rest, " %z", &zone);
    if (end == nullptr || *end != '\0') {
      return std::nullopt;
    }
    return at_seconds(timegm(&parts) - zone.tm_gmtoff);
  }
  parts.tm_isdst = -1;  // let the library find out whether summer time held
  return at_seconds(mktime(&parts));
}

}  // namespace glusterfs_exporter::gluster

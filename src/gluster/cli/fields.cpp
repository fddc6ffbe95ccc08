#include "gluster/cli/fields.hpp"

#include <ctime>

namespace glusterfs_exporter::gluster {

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
    return std::chrono::system_clock::from_time_t(timegm(&parts) - zone.tm_gmtoff);
  }
  parts.tm_isdst = -1;  // let the library find out whether summer time held
  return std::chrono::system_clock::from_time_t(mktime(&parts));
}

}  // namespace glusterfs_exporter::gluster

#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace glusterfs_exporter::web {

/// One element of a header that holds a list, such as `text/plain; version="0.0.4"; q=0.5`. Views into the
/// header.
struct HeaderElement {
  std::string_view value;
  std::vector<std::pair<std::string_view, std::string_view>> parameters;  ///< without q, without the quotes
  double quality = 1;                                                     ///< 0 to 1; 0 means "not this one"

  /// The value of a parameter, its name in any case; empty when it is not there.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
};

/// The elements in the order sent. An element without a value or with a quality that is none is left out.
std::vector<HeaderElement> parse_header_list(std::string_view header);

}  // namespace glusterfs_exporter::web

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "metrics/page.hpp"

namespace glusterfs_exporter::bench {

/// How many series a page has.
inline std::size_t count_series(const metrics::Page& page) {
  std::size_t count = 0;
  page.text->each([&](std::string_view lines) {
    while (!lines.empty()) {
      count += lines.front() == '#' ? 0 : 1;
      lines.remove_prefix(std::min(lines.find('\n'), lines.size() - 1) + 1);
    }
    return true;
  });
  return count;
}

}  // namespace glusterfs_exporter::bench

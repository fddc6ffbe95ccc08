#include "web/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace glusterfs_exporter::web {

std::size_t allow_open_files(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return wanted;  // it can't be known
  }
  if (limit.rlim_cur < wanted) {
    auto raised = limit;
    raised.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) {
      limit = raised;
    }
  }
  return limit.rlim_cur;
}

}  // namespace glusterfs_exporter::web

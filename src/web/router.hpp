#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "web/http.hpp"

namespace glusterfs_exporter::web {

/// Which handler answers which path. Filled at start-up, then only read: safe to share between threads.
class Router {
 public:
  /// Answers GET and HEAD of exactly this path; takes the place of an earlier handler for it.
  void get(std::string path, Handler handler);

  /// The registered path that answers this one, or "other": few different values, fit for a label. Valid as
  /// long as the router.
  [[nodiscard]] std::string_view route_of(std::string_view path) const;

  /// Runs the handler; 405 for other methods, 404 with a list of what there is for other paths. Throws what
  /// the handler throws.
  [[nodiscard]] Response answer(const Request& request) const;

 private:
  std::map<std::string, Handler, std::less<>> handlers_;
};

}  // namespace glusterfs_exporter::web

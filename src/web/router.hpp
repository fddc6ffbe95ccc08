#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "web/http.hpp"

namespace glusterfs_exporter::web {

/// Which handler answers which path. Filled at start-up, then only read: safe to share between threads.
class Router {
 public:
  /// Answers GET and HEAD of exactly this path; takes the place of an earlier handler for them.
  void get(std::string path, Handler handler);

  /// Answers GET and HEAD of every path that begins with `prefix` and is not registered itself. The prefix
  /// ends with a slash.
  void get_below(std::string prefix, Handler handler);

  /// Has `guard` look first at each GET and HEAD of exactly this path, which must have a handler: what it
  /// gives is the answer, and the handler answers where it gives nothing.
  void guard(std::string_view path, std::function<std::optional<Response>(const Request&)> guard);

  /// Answers POST of exactly this path; takes the place of an earlier handler for it. The request has the
  /// whole body; clients that send a larger one are refused.
  void post(std::string path, Handler handler, std::size_t max_body_bytes);

  /// The registered path that answers this one, or "other": few different values, fit for a label. Valid as
  /// long as the router.
  [[nodiscard]] std::string_view route_of(std::string_view path) const;

  /// How large the body of such a request may be; nullopt when nothing would read it.
  [[nodiscard]] std::optional<std::size_t> max_body_bytes(std::string_view method,
                                                          std::string_view path) const;

  /// Runs the handler; 405 for other methods, 404 with a list of what there is for other paths. Throws what
  /// the handler throws.
  [[nodiscard]] Response answer(const Request& request) const;

 private:
  struct Route {
    Handler get;   // may be empty, but not both
    Handler post;  // likewise
    std::size_t max_body_bytes = 0;
  };

  [[nodiscard]] static Response method_not_allowed(const Route& route);

  using Routes = std::map<std::string, Route, std::less<>>;

  [[nodiscard]] Routes::const_iterator find(std::string_view path) const;

  Routes routes_;
  std::set<std::string, std::less<>> prefixes_;  // keys of routes_
};

}  // namespace glusterfs_exporter::web

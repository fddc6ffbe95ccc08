#include "web/router.hpp"

#include <algorithm>
#include <utility>

namespace glusterfs_exporter::web {

void Router::get(std::string path, Handler handler) {
  routes_[std::move(path)].get = std::move(handler);
}

void Router::get_below(std::string prefix, Handler handler) {
  prefixes_.insert(prefix);
  get(std::move(prefix), std::move(handler));
}

void Router::guard(std::string_view path, std::function<std::optional<Response>(const Request&)> guard) {
  auto& handler = routes_.find(path)->second.get;
  handler = [guard = std::move(guard), then = std::move(handler)](const Request& request) {
    auto answer = guard(request);
    return answer ? *std::move(answer) : then(request);
  };
}

void Router::post(std::string path, Handler handler, std::size_t max_body_bytes) {
  auto& route = routes_[std::move(path)];
  route.post = std::move(handler);
  route.max_body_bytes = max_body_bytes;
}

Router::Routes::const_iterator Router::find(std::string_view path) const {
  if (const auto exact = routes_.find(path); exact != routes_.end()) {
    return exact;
  }
  const auto prefix = std::ranges::find_if(
      prefixes_, [path](const std::string& candidate) { return path.starts_with(candidate); });
  return prefix == prefixes_.end() ? routes_.end() : routes_.find(*prefix);
}

std::string_view Router::route_of(std::string_view path) const {
  const auto position = find(path);
  return position == routes_.end() ? std::string_view("other") : std::string_view(position->first);
}

std::optional<std::size_t> Router::max_body_bytes(std::string_view method, std::string_view path) const {
  const auto position = find(path);
  if (method != "POST" || position == routes_.end() || !position->second.post) {
    return std::nullopt;
  }
  return position->second.max_body_bytes;
}

Response Router::answer(const Request& request) const {
  const auto position = find(request.path);
  if (position == routes_.end()) {
    std::string text = "404 not found. There is:\n";
    for (const auto& [path, route] : routes_) {
      text.append("  ").append(path).append("\n");
    }
    return text_response(404, std::move(text));
  }
  const auto& route = position->second;
  if (route.get && (request.method == "GET" || request.method == "HEAD")) {
    return route.get(request);
  }
  if (route.post && request.method == "POST") {
    return route.post(request);
  }
  return method_not_allowed(route);
}

Response Router::method_not_allowed(const Route& route) {
  const char* methods = "GET and HEAD";
  const char* allow = "GET, HEAD";
  if (route.get && route.post) {
    methods = "GET, HEAD and POST";
    allow = "GET, HEAD, POST";
  } else if (route.post) {
    methods = allow = "POST";
  }
  auto response =
      text_response(405, std::string("405 method not allowed. This path answers ") + methods + ".\n");
  response.headers.emplace_back("Allow", allow);
  return response;
}

}  // namespace glusterfs_exporter::web

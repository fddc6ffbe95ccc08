#include "web/router.hpp"

#include <utility>

namespace glusterfs_exporter::web {

void Router::get(std::string path, Handler handler) {
  handlers_.insert_or_assign(std::move(path), std::move(handler));
}

std::string_view Router::route_of(std::string_view path) const {
  const auto position = handlers_.find(path);
  return position == handlers_.end() ? std::string_view("other") : std::string_view(position->first);
}

Response Router::answer(const Request& request) const {
  const auto position = handlers_.find(request.path);
  if (position == handlers_.end()) {
    std::string text = "404 not found. There is:\n";
    for (const auto& [path, handler] : handlers_) {
      text.append("  ").append(path).append("\n");
    }
    return text_response(404, std::move(text));
  }
  if (request.method != "GET" && request.method != "HEAD") {
    auto response = text_response(405, "405 method not allowed. This path answers GET and HEAD.\n");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  return position->second(request);
}

}  // namespace glusterfs_exporter::web

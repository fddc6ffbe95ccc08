#include "web/hub_routes.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "receive/keys.hpp"
#include "web/assets.hpp"
#include "web/live_routes.hpp"
#include "web/receive_routes.hpp"

namespace glusterfs_exporter::web {
namespace {

/// The value of `cluster` in the query; empty when there is none. Names of clusters need no encoding, so one
/// that is encoded is no name.
std::string_view cluster_in(std::string_view query) {
  constexpr std::string_view kKey = "cluster=";
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    if (pair.starts_with(kKey)) {
      return pair.substr(kKey.size());
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

bool is_about_another(const Request& request) {
  const auto cluster = cluster_in(request.query);
  return !cluster.empty() && cluster != receive::kOwnCluster;
}

/// For what `answer` makes of each cluster's feed; the own cluster's has a handler.
void add_for_clusters(Router& router, std::string_view path, const hub::Hub& hub,
                      Response (*answer)(const live::Feed&, const Request&)) {
  router.guard(path, [&hub, answer](const Request& request) -> std::optional<Response> {
    if (!is_about_another(request)) {
      return std::nullopt;
    }
    if (const auto* feed = hub.feed_of(cluster_in(request.query))) {
      return answer(*feed, request);
    }
    return text_response(404,
                         "404 there is no such cluster here; /api/v1/clusters lists those that there are.\n");
  });
}

/// The hub's own would be taken for the other cluster's.
void refuse_clusters(Router& router, std::string_view path) {
  router.guard(path, [](const Request& request) {
    return is_about_another(request)
               ? std::optional(text_response(
                     404, "404 of other clusters a hub knows only /api/v1/state and /api/v1/stream.\n"))
               : std::nullopt;
  });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

hub::Push push_of(const Request& request) {
  const auto type = request.header("Content-Type");
  const auto encoding = trimmed(request.header("Content-Encoding"));
  hub::Push push{.post = post_of(request),
                 .is_json = equal_ignoring_case(trimmed(type.substr(0, type.find(';'))), "application/json"),
                 .encoding = hub::Push::Encoding::unknown};
  if (encoding.empty() || equal_ignoring_case(encoding, "identity")) {
    push.encoding = hub::Push::Encoding::none;
  } else if (equal_ignoring_case(encoding, "gzip") || equal_ignoring_case(encoding, "x-gzip")) {
    push.encoding = hub::Push::Encoding::gzip;
  }
  return push;
}

}  // namespace

void add_hub_routes(Router& router, const hub::Hub& hub,
                    std::function<receive::Reply(const hub::Push&)> take) {
  router.post(
      kPushPath,
      [take = std::move(take)](const Request& request) { return response_of(take(push_of(request))); },
      hub::kMaxPushBytes);
  router.get("/api/v1/clusters",
             [&hub](const Request& request) { return state_response(hub.clusters(), request); });
  router.get("/api/v1/clusters/stream",
             [&hub](const Request& request) { return stream_response(hub.clusters(), request); });
  add_for_clusters(router, "/api/v1/state", hub, state_response);
  add_for_clusters(router, "/api/v1/stream", hub, stream_response);
  for (const auto* path : {"/api/v1/events", "/api/v1/alerts", "/api/v1/exporter"}) {
    refuse_clusters(router, path);
  }
  add_hub_page(router);
}

}  // namespace glusterfs_exporter::web

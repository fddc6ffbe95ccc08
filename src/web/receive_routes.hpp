#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>

#include "receive/post.hpp"
#include "web/router.hpp"

namespace glusterfs_exporter::web {

inline constexpr const char* kGlusterEventsPath = "/api/v1/gluster-events";
inline constexpr const char* kAlertsPath = "/api/v1/alerts";
inline constexpr std::size_t kMaxNotificationBytes = std::size_t{1024} * 1024;

/// What receivers look at. Refers to the request.
receive::Post post_of(const Request& request);

/// A receiver's answer, with the headers that its status wants.
Response response_of(receive::Reply reply);

/// Who takes what is posted. Called on the server's threads, several at a time.
struct Receivers {
  std::function<receive::Reply(const receive::Post&)> gluster_events;
  std::function<receive::Reply(const receive::Post&)> alerts;
  std::function<nlohmann::json()> alerts_document;
};

/// Adds POST /api/v1/gluster-events, POST and GET /api/v1/alerts; docs/api.md describes them.
void add_receive_routes(Router& router, const Receivers& receivers);

}  // namespace glusterfs_exporter::web

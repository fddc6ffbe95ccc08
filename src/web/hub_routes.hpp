#pragma once

#include <functional>

#include "hub/hub.hpp"
#include "receive/post.hpp"
#include "web/router.hpp"

namespace glusterfs_exporter::web {

inline constexpr const char* kPushPath = "/api/v1/push";

/// Makes the exporter a hub, after all its other routes were added: adds POST /api/v1/push, /api/v1/clusters
/// and /api/v1/clusters/stream, has /api/v1/state and /api/v1/stream answer for ?cluster=NAME, has what else
/// there is about the own cluster refuse it, and tells the page that it is one of a hub. docs/api.md
/// describes them. `take` is called on the server's threads. The hub has to outlive the router.
void add_hub_routes(Router& router, const hub::Hub& hub,
                    std::function<receive::Reply(const hub::Push&)> take);

}  // namespace glusterfs_exporter::web

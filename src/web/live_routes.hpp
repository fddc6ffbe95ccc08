#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "live/events.hpp"
#include "live/feed.hpp"
#include "web/router.hpp"

namespace glusterfs_exporter::web {

/// Adds /api/v1/state, /api/v1/stream and /api/v1/events; docs/api.md describes them. Both have to outlive
/// the router.
void add_live_routes(Router& router, const live::Feed& feed, const live::EventLog& events);

/// Adds /api/v1/exporter, whose document `make` makes when asked, on any of the server's threads.
void add_exporter_route(Router& router, std::function<nlohmann::json()> make);

}  // namespace glusterfs_exporter::web

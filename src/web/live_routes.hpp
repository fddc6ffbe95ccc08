#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "live/events.hpp"
#include "live/feed.hpp"
#include "web/router.hpp"

namespace glusterfs_exporter::web {

/// The newest state of a feed as JSON; 304 to who has it, 503 before the first. Its bytes are those that
/// streams send, shared with them.
Response state_response(const live::Feed& feed, const Request& request);

/// A feed as server-sent events: what follows the last id that the client has.
Response stream_response(const live::Feed& feed, const Request& request);

/// Adds /api/v1/state, /api/v1/stream and /api/v1/events; docs/api.md describes them. Both have to outlive
/// the router.
void add_live_routes(Router& router, const live::Feed& feed, const live::EventLog& events);

/// Adds /api/v1/exporter, whose document `make` makes when asked, on any of the server's threads.
void add_exporter_route(Router& router, std::function<nlohmann::json()> make);

}  // namespace glusterfs_exporter::web

#pragma once

#include "live/events.hpp"
#include "live/feed.hpp"
#include "web/router.hpp"

namespace glusterfs_exporter::web {

/// Adds /api/v1/state, /api/v1/stream and /api/v1/events; docs/api.md describes them. Both have to outlive
/// the router.
void add_live_routes(Router& router, const live::Feed& feed, const live::EventLog& events);

}  // namespace glusterfs_exporter::web

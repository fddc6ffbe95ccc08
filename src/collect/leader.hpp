#pragma once

#include <optional>

#include "collect/facts.hpp"
#include "config/config.hpp"

namespace glusterfs_exporter::collect {

/// Whether this exporter speaks for the cluster. With `automatic` that is the exporter on the connected node
/// with the lowest uuid among those whose exporter answers; so everybody comes to the same result without
/// talking about it, and when the leader's node or its exporter goes, the next one notices at its next poll.
///
/// An exporter whose glusterd is gone leads only where it knows of no other exporter. Nothing while it cannot
/// be told yet, because the other exporters were not asked.
std::optional<bool> is_leader(config::LeaderChoice choice, const Facts& facts);

}  // namespace glusterfs_exporter::collect

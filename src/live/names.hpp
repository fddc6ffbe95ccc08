#pragma once

#include <string_view>

#include "model/snapshot.hpp"

/// The words for states in what the exporter shows. They are those of the metrics' labels (docs/metrics.md).
namespace glusterfs_exporter::live {

std::string_view name_of(model::Health health);
std::string_view name_of(model::ClusterHealth health);
std::string_view name_of(model::VolumeType type);
std::string_view name_of(model::VolumeStatus status);
std::string_view name_of(model::TaskKind kind);
std::string_view name_of(model::TaskState state);
std::string_view name_of(model::ScrubState state);
std::string_view name_of(model::TopCall call);

/// Gluster's words for a peer's membership: in_cluster, rejected, detaching, or handshake for all steps on
/// the way in.
std::string_view peer_state_name(std::string_view words);

/// Gluster's words for a geo-replication worker; "unknown" for a word that is not known here.
std::string_view worker_state_name(std::string_view words);
std::string_view crawl_state_name(std::string_view words);

/// "host:path", as Gluster's commands write it.
std::string brick_name(const model::BrickId& id);

}  // namespace glusterfs_exporter::live

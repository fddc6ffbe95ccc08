#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "model/snapshot.hpp"

/// What follows from what was learnt: health, quorum, capacity. Pure functions of the picture.
namespace glusterfs_exporter::model {

/// Fills `health` and `quorum_met` of a started volume and of its subvolumes from the bricks that are online,
/// with the client quorum of replica sets and the redundancy of disperse sets. A brick whose state is not
/// known makes a result unknown only where it matters. A volume that is not started has no health.
void assess_health(Volume& volume);

/// Fills `capacity` of the volume and of its subvolumes: what a user can store. Arbiters hold no data; bricks
/// of this volume that share a file system share its space. Absent where a needed brick's size is not known.
void assess_capacity(Volume& volume);

/// Fills `shares_filesystem` of every brick whose file system is known.
void assess_shared_filesystems(std::span<Volume> volumes);

/// Fills `server_quorum_met` of a volume with `cluster.server-quorum-type server`.
void assess_server_quorum(Volume& volume, std::span<const Peer> peers);

/// The cluster's health from its peers and started volumes.
ClusterHealth cluster_health(const Snapshot& snapshot);

/// Sum over the bricks; absent while it is not known of every brick that is not offline.
std::optional<std::uint64_t> heal_pending_entries(const Volume& volume);

}  // namespace glusterfs_exporter::model

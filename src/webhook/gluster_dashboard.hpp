#pragma once

#include <nlohmann/json.hpp>

#include "model/snapshot.hpp"

/// Documents that are sent to others.
namespace glusterfs_exporter::webhook {

/// What receivers of aravindavk's webhook exporter take (format "gluster-dashboard"): peers, volumes with
/// their options, subvolumes and bricks. Pure. Text is valid UTF-8.
///
/// Those receivers refuse whatever lacks a member, or has null or an empty text where they want one, so every
/// member is always there and the format cannot say that something is not known. Then
/// - sizes, inodes and what is used of them are 0, `block_size` is 4096, `pid` and `port` are -1,
/// - `fs`, `device` and `mount_options` are "",
/// - `state` of a brick is "Unknown", `health` is "unknown", and so are other words that receivers insist on.
///
/// - Sizes are bytes; `size_used` is what is not free. Those of a volume are what its users can store; they
///   are not known while it is not started or all data bricks of a subvolume are offline.
/// - Counts of replicas and so on are of one subvolume, as in `volume info --xml`: `replica_count` is 1 for
///   volumes that keep no copies.
/// - `health` of a volume is up; degraded: some brick is down, every subvolume serves; partial: some
///   subvolume does not serve; down: none does, or the volume is not started. That of a subvolume is never
///   partial.
/// - Bricks of a volume that is not started are neither up nor down, and nothing is asked about them.
///
/// `peers` and `volumes` are empty, too, before they are known: a picture that lacks either
/// (`peers_known`, `volumes_known`) is better not sent.
nlohmann::json gluster_dashboard_document(const model::Snapshot& snapshot);

}  // namespace glusterfs_exporter::webhook

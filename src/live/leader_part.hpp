#pragma once

#include <nlohmann/json.hpp>

#include "live/rates.hpp"
#include "live/state_document.hpp"
#include "model/node_report.hpp"
#include "model/snapshot.hpp"

/// What only the exporter that leads can say, on its way into the state documents of the others, in the shape
/// that the state document has.
namespace glusterfs_exporter::live {

/// More bytes of JSON than this are never told; details are left out first, bricks and volumes last.
inline constexpr std::size_t kMaxLeaderPartBytes = std::size_t{3} << 20U;

/// What this exporter, which leads, knows and the others do not: everything about bricks and daemons of nodes
/// without an exporter, what follows from those about their volumes, and what only the leader asks. `own` is
/// its own node's report, which the others get beside. Pure.
nlohmann::json make_leader_part(const model::Snapshot& snapshot, const Rates& rates,
                                const model::NodeReport& own, const StateOptions& options = {},
                                std::size_t max_bytes = kMaxLeaderPartBytes);

/// Fills what a state document lacks from `part`, which exchange::clean_cluster_part() went through. What
/// this exporter knows itself stays, except an unknown health. Nothing is said of volumes, bricks and nodes
/// that the document does not have.
void fill_from_leader(nlohmann::json& document, const nlohmann::json& part);

}  // namespace glusterfs_exporter::live

#pragma once

#include <nlohmann/json.hpp>

#include "model/snapshot.hpp"

namespace glusterfs_exporter::hub {

/// One line about a cluster for a list of many: health, the first reasons, how many volumes there are and how
/// many bricks are offline, when that was so, and which exporter says so. What is not known is absent, and
/// texts are cut. docs/schema/clusters.v1.json describes it.
nlohmann::json summary_of(const model::Snapshot& snapshot);

/// The same of a state document that read_pushed_document has accepted.
nlohmann::json summary_of(const nlohmann::json& state);

}  // namespace glusterfs_exporter::hub

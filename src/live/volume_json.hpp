#pragma once

#include <nlohmann/json.hpp>

#include "live/rates.hpp"
#include "live/state_document.hpp"
#include "model/snapshot.hpp"

/// The parts of the state document that are about volumes.
namespace glusterfs_exporter::live {

struct VolumeContext {
  const Rates& rates;
  const StateOptions& options;
  bool details = true;  ///< of bricks: fops, hosts of clients, busiest files
};

nlohmann::json volume_json(const model::Volume& volume, const VolumeContext& context);

/// Quota, snapshots, rebalance, geo-replication and bitrot of a volume, as far as there are any.
void put_tasks(nlohmann::json& json, const model::Volume& volume);

/// "process", when it is known.
void put_process(nlohmann::json& object, const std::optional<model::ProcessUsage>& process);

}  // namespace glusterfs_exporter::live

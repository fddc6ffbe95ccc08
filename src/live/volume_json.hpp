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

/// All but which brick it is and where it stands.
void put_brick_state(nlohmann::json& json, const model::Volume& volume, const model::Brick& brick,
                     const VolumeContext& context);

/// Of that, what only the exporter that leads asks for.
void put_leaders_knowledge(nlohmann::json& json, const model::Brick& brick, const VolumeContext& context);

/// What follows from all its bricks together: health, capacity, backlog, totals and rates.
void put_volume_state(nlohmann::json& json, const model::Volume& volume, const VolumeContext& context);

nlohmann::json subvolume_json(const model::Subvolume& subvolume);

/// Quota, snapshots, rebalance, geo-replication and bitrot of a volume, as far as there are any.
void put_tasks(nlohmann::json& json, const model::Volume& volume);

/// "process", when it is known.
void put_process(nlohmann::json& object, const std::optional<model::ProcessUsage>& process);

}  // namespace glusterfs_exporter::live

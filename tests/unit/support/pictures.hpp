#pragma once

#include <initializer_list>
#include <optional>
#include <string>

#include "model/snapshot.hpp"

/// Volumes made for a test.
namespace glusterfs_exporter::test {

using Online = std::initializer_list<std::optional<bool>>;

constexpr std::optional<bool> kUp = true;
constexpr std::optional<bool> kDown = false;
constexpr std::optional<bool> kUnknown = std::nullopt;

/// A started volume with these subvolumes; each brick lies on a node and a device of its own.
inline model::Volume volume_of(std::initializer_list<Online> subvolumes) {
  model::Volume volume;
  volume.name = "v";
  volume.id = "id-of-v";
  volume.status = model::VolumeStatus::started;
  int number = 0;
  for (const auto& bricks : subvolumes) {
    auto& subvolume = volume.subvolumes.emplace_back();
    for (const auto online : bricks) {
      auto& brick = subvolume.bricks.emplace_back();
      const auto text = std::to_string(++number);
      brick.id = {"node" + text, "/srv/b" + text};
      brick.peer_uuid = "uuid" + text;
      brick.device = "/dev/sd" + text;
      brick.online = online;
      brick.spoken_for = true;
    }
  }
  return volume;
}

inline model::Volume replicated(std::initializer_list<Online> subvolumes) {
  auto volume = volume_of(subvolumes);
  volume.replica_bricks = static_cast<std::uint32_t>(subvolumes.begin()->size());
  return volume;
}

inline model::Volume dispersed(std::uint32_t redundancy, std::initializer_list<Online> subvolumes) {
  auto volume = volume_of(subvolumes);
  volume.disperse_bricks = static_cast<std::uint32_t>(subvolumes.begin()->size());
  volume.redundancy_bricks = redundancy;
  return volume;
}

/// The last brick of every set keeps no data.
inline model::Volume with_arbiters(model::Volume volume) {
  volume.arbiter_bricks = 1;
  for (auto& subvolume : volume.subvolumes) {
    subvolume.bricks.back().arbiter = true;
  }
  return volume;
}

}  // namespace glusterfs_exporter::test

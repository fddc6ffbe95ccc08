#pragma once

#include <array>
#include <memory>
#include <string>

#include "model/snapshot.hpp"

/// Pictures of clusters that nobody has at hand.
namespace glusterfs_exporter::bench {

inline std::shared_ptr<const model::BrickProfile> busy_profile() {
  constexpr std::array<const char*, 20> kFops{"STAT",     "MKDIR",    "UNLINK",  "RENAME",   "OPEN",
                                              "READ",     "WRITE",    "STATFS",  "FLUSH",    "FSYNC",
                                              "GETXATTR", "CREATE",   "LOOKUP",  "READDIR",  "OPENDIR",
                                              "INODELK",  "FINODELK", "ENTRYLK", "FXATTROP", "READDIRP"};
  model::BrickProfile profile;
  constexpr double kPerSecond = 1e9;
  std::uint64_t nanoseconds = 1'234'567;  // whole ones, as Gluster counts
  for (const auto* fop : kFops) {
    nanoseconds = nanoseconds * 137 / 100;
    const auto seconds = [](std::uint64_t count) { return static_cast<double>(count) / kPerSecond; };
    profile.fops.push_back({fop, nanoseconds / 100, true, seconds(nanoseconds), seconds(nanoseconds / 977),
                            seconds(nanoseconds / 13)});
  }
  for (int power = 0; power < 32; ++power) {
    const auto size = std::uint64_t{1} << static_cast<unsigned>(power);
    profile.blocks.push_back({size, size % 977, size % 1013});
  }
  profile.bytes_read = 123'456'789'012;
  profile.bytes_written = 98'765'432'109;
  return std::make_shared<const model::BrickProfile>(std::move(profile));
}

/// `volumes` distributed-replicate volumes of `bricks` bricks each, replica 3, profiling on, all of it known.
inline model::Snapshot cluster(int volumes, int bricks) {
  model::Snapshot snapshot;
  snapshot.leader = true;
  snapshot.up = true;
  snapshot.volumes_known = true;
  const auto profile = busy_profile();
  for (int v = 0; v < volumes; ++v) {
    auto& volume = snapshot.volumes.emplace_back();
    volume.name = "volume-" + std::to_string(v);
    volume.id = "f5dfe8de-6c8e-4603-9ca4-02f5201acc2e";
    volume.type = model::VolumeType::distributed_replicate;
    volume.status = model::VolumeStatus::started;
    volume.health = model::Health::up;
    volume.capacity = model::Capacity{1'099'511'627'776, 549'755'813'888, 67'108'864, 60'000'000};
    for (int b = 0; b < bricks; ++b) {
      if (b % 3 == 0) {
        volume.subvolumes.emplace_back().health = model::Health::up;
      }
      auto& brick = volume.subvolumes.back().bricks.emplace_back();
      brick.id = {"storage" + std::to_string(b) + ".example.net",
                  "/srv/gluster/volume-" + std::to_string(v) + "/brick"};
      brick.peer_uuid = "14d6a364-0da8-450d-a3b8-d297726a71dd";
      brick.online = true;
      brick.spoken_for = true;
      brick.capacity = volume.capacity;
      brick.device = "/dev/mapper/gluster-brick";
      brick.fs_type = "xfs";
      brick.shares_filesystem = false;
      brick.heal_pending_entries = 0;
      brick.profile = profile;
    }
  }
  return snapshot;
}

}  // namespace glusterfs_exporter::bench

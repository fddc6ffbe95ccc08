#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/fop_stats.hpp"
#include "model/health.hpp"
#include "model/node.hpp"
#include "model/shared.hpp"
#include "model/tasks.hpp"

namespace glusterfs_exporter::model {

enum class VolumeType : std::uint8_t {
  distribute,
  replicate,
  disperse,
  distributed_replicate,
  distributed_disperse,
  unknown,
};

enum class VolumeStatus : std::uint8_t { created, started, stopped };

/// Capacity in bytes and inodes. `free` is what statvfs calls f_bfree / f_ffree.
struct Capacity {
  std::uint64_t size_bytes = 0;
  std::uint64_t free_bytes = 0;
  std::uint64_t inodes = 0;  ///< 0 on file systems that make inodes as needed
  std::uint64_t inodes_free = 0;

  bool operator==(const Capacity&) const = default;
};

/// A brick's place. Both parts as `volume info` writes them; together they name a brick in the whole cluster.
struct BrickId {
  std::string host;
  std::string path;

  auto operator<=>(const BrickId&) const = default;
};

/// One brick. What is not known is empty.
struct Brick {
  BrickId id;
  std::string peer_uuid;
  bool arbiter = false;

  bool spoken_for = false;  ///< this exporter is the one that reports on it
  std::optional<bool> online;
  std::optional<Capacity> capacity;  ///< of the file system the brick lies on
  std::string device;
  std::string fs_type;
  std::string mount_options;                      ///< as /proc/mounts writes them
  std::optional<std::uint64_t> block_size_bytes;  ///< what statvfs calls f_bsize
  std::optional<bool> shares_filesystem;  ///< another brick, of any volume, lies on the same file system

  Shared<BrickProfile> profile;
  std::optional<std::uint64_t> heal_pending_entries;
  std::optional<std::uint64_t> heal_dirty_entries;
  std::optional<std::uint64_t> split_brain_entries;
  std::optional<std::uint64_t> healing_entries;
  std::vector<TopFile> top_files;

  // Of the process that serves it, on its own node; bricks that share a process share them. Not for metrics:
  // they change with each start.
  std::optional<std::uint32_t> pid;
  std::optional<std::uint16_t> port;  ///< where clients connect

  // Only the brick's own node tells these.
  std::optional<ProcessUsage> process;  ///< bricks that share a process share it
  std::optional<BrickInternals> internals;
  std::optional<ThinPool> thin_pool;

  bool operator==(const Brick&) const = default;
};

/// Bricks that hold the same data: a replica set, a disperse set, or one brick alone.
struct Subvolume {
  std::vector<Brick> bricks;
  std::optional<Health> health;      ///< absent while the volume is not started
  std::optional<bool> quorum_met;    ///< enough bricks online to serve reads and writes
  std::optional<Capacity> capacity;  ///< what a user can store here

  bool operator==(const Subvolume&) const = default;
};

struct Volume {
  std::string name;
  std::string id;
  VolumeType type = VolumeType::unknown;
  VolumeStatus status = VolumeStatus::created;
  std::string transport;  ///< "tcp", "rdma", "tcp,rdma"

  // Of one subvolume; 0 where the type has no such thing.
  std::uint32_t replica_bricks = 0;  ///< arbiters counted
  std::uint32_t arbiter_bricks = 0;
  std::uint32_t disperse_bricks = 0;  ///< redundancy counted
  std::uint32_t redundancy_bricks = 0;

  std::vector<Subvolume> subvolumes;
  std::map<std::string, std::string, std::less<>> options;  ///< those set on the volume, not the defaults
  bool profiling = false;

  std::optional<Health> health;  ///< absent while the volume is not started
  std::optional<bool> server_quorum_met;
  std::optional<Capacity> capacity;
  /// When the volume's heal backlog last went from nothing to something, as this program saw it.
  std::optional<std::chrono::system_clock::time_point> heal_backlog_since;

  std::vector<QuotaLimit> quota;
  std::optional<SnapshotReport> snapshots;
  std::optional<RebalanceReport> rebalance;
  std::vector<GeoReplicationWorker> geo_replication;
  std::optional<BitrotReport> bitrot;

  [[nodiscard]] std::size_t brick_count() const;

  bool operator==(const Volume&) const = default;
};

}  // namespace glusterfs_exporter::model

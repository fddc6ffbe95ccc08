#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/fop_stats.hpp"
#include "model/snapshot.hpp"
#include "model/tasks.hpp"
#include "model/volume.hpp"

/// What Gluster answers, question by question, the same whichever way it was asked. Text in records is valid
/// UTF-8.
namespace glusterfs_exporter::gluster {

struct BrickRecord {
  model::BrickId id;
  std::string peer_uuid;
  bool arbiter = false;
};

struct VolumeRecord {
  std::string name;
  std::string id;
  model::VolumeType type = model::VolumeType::unknown;
  model::VolumeStatus status = model::VolumeStatus::created;
  std::string transport;
  std::uint32_t replica_count = 0;
  std::uint32_t arbiter_count = 0;
  std::uint32_t disperse_count = 0;
  std::uint32_t redundancy_count = 0;
  std::uint32_t snapshot_count = 0;
  std::vector<BrickRecord> bricks;  ///< in Gluster's order: subvolume after subvolume
  std::map<std::string, std::string, std::less<>> options;
};

using Topology = std::vector<VolumeRecord>;

struct PeerRecord {
  std::string uuid;
  std::string host;  ///< empty for the local peer
  bool local = false;
  bool connected = false;
  std::string state;  ///< empty for the local peer
};

using PeerList = std::vector<PeerRecord>;

struct BrickStatusRecord {
  model::BrickId id;
  bool online = false;
  std::optional<std::uint32_t> pid{};   ///< absent while offline
  std::optional<std::uint16_t> port{};  ///< absent while offline
};

struct DaemonRecord {
  std::string peer_uuid;
  model::DaemonKind kind = model::DaemonKind::self_heal;
  bool online = false;
};

struct TaskRecord {
  model::TaskKind kind = model::TaskKind::rebalance;
  std::vector<std::string> bricks;  ///< "host:path" of the bricks that leave, for remove-brick
};

/// Of one volume. A brick that is missing here (its node is not reachable) is unknown, not offline.
struct StatusRecord {
  std::vector<BrickStatusRecord> bricks;
  std::vector<DaemonRecord> daemons;
  std::vector<TaskRecord> tasks;
};

struct BrickDetailRecord {
  model::BrickId id;
  std::optional<model::Capacity> capacity;
  std::string device;
  std::string fs_type;
  std::string mount_options{};
  std::optional<std::uint64_t> block_size_bytes{};
};

using DetailRecord = std::vector<BrickDetailRecord>;

struct BrickProfileRecord {
  model::BrickId id;
  model::BrickProfile profile;
};

using ProfileRecord = std::vector<BrickProfileRecord>;

struct BrickHealRecord {
  model::BrickId id;
  std::optional<std::uint64_t> pending;  ///< absent: this brick could not be asked
  std::optional<std::uint64_t> split_brain;
  std::optional<std::uint64_t> healing;
};

using HealRecord = std::vector<BrickHealRecord>;

struct BrickTopRecord {
  model::BrickId id;
  std::vector<model::TopFile> files;
};

using TopRecord = std::vector<BrickTopRecord>;

/// By volume name.
template <class T>
using PerVolume = std::map<std::string, T, std::less<>>;

}  // namespace glusterfs_exporter::gluster

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/node.hpp"
#include "model/snapshot.hpp"
#include "model/volume.hpp"

/// What a node tells of itself without Gluster's commands: from the kernel, from file systems, and from the
/// sockets of its bricks. Text in records is valid UTF-8.
namespace glusterfs_exporter::gluster {

/// A brick of this node that shall run, as the topology has it.
struct LocalBrick {
  std::string volume;
  model::BrickId id;
};

template <class T>
using PerBrick = std::map<model::BrickId, T>;

/// A living process. The start tells it from a later one with the same number.
struct ProcessKey {
  int pid = 0;
  std::uint64_t start_ticks = 0;  ///< since boot, in the kernel's clock ticks

  auto operator<=>(const ProcessKey&) const = default;
};

/// Inode numbers of sockets, in order.
using Sockets = std::vector<std::uint64_t>;

/// The process that serves a brick; several bricks may have the same (cluster.brick-multiplex).
struct BrickProcess {
  ProcessKey key;
  std::string socket;   ///< path of its management socket
  std::string version;  ///< of the Gluster it runs, "10.3"; empty when not known
  model::ProcessUsage usage;
  std::optional<std::uint16_t> port{};  ///< where clients connect
};

struct DaemonProcess {
  ProcessKey key;
  model::DaemonKind kind = model::DaemonKind::self_heal;
  model::ProcessUsage usage;
};

/// All of Gluster's processes on this node at one moment.
struct NodeProcesses {
  PerBrick<BrickProcess> bricks;       ///< those of the bricks asked about that run
  std::vector<DaemonProcess> daemons;  ///< glusterd among them
  std::string gluster_version;         ///< of the glusterd that runs; empty when not known
};

struct BrickFilesystem {
  model::Capacity capacity;
  std::string device;
  std::string fs_type;
  std::string mount_options{};  ///< as /proc/mounts writes them; empty when not known
  std::optional<std::uint64_t> block_size_bytes{};
};

/// How many entries a brick's own index lists.
struct HealIndex {
  std::uint64_t pending = 0;
  std::uint64_t dirty = 0;
};

}  // namespace glusterfs_exporter::gluster

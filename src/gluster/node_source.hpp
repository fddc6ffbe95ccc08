#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "common/error.hpp"
#include "gluster/node_records.hpp"
#include "model/fop_stats.hpp"

namespace glusterfs_exporter::gluster {

/// What this program can learn about the node it runs on without a command, a lock, or a process. Every
/// question only reads. Calls of one group may run beside calls of another, each group on one thread at a
/// time.
class NodeSource {
 public:
  virtual ~NodeSource() = default;

  // Group "processes": reads /proc, never waits for a daemon or a disk.

  /// Gluster's processes that belong to the node `peer_uuid`. `bricks` are those that shall run here. Errors:
  /// exit, when /proc cannot be read.
  virtual Result<NodeProcesses> processes(const std::string& peer_uuid,
                                          std::span<const LocalBrick> bricks) = 0;

  /// The sockets that the process has open now: the kernel's numbers for them, none of which is used again
  /// soon. Belongs to no group. Nothing when they cannot be read, or are so many that to look at them would
  /// cost more than it is worth.
  virtual std::optional<Sockets> open_sockets(const ProcessKey& process) = 0;

  // Group "disks": may wait for as long as a sick disk makes it.

  /// Errors: exit, with the system's words.
  virtual Result<BrickFilesystem> filesystem(const std::string& brick_path) = 0;
  virtual Result<HealIndex> heal_index(const std::string& brick_path) = 0;
  /// Of the bricks given by device that lie in a thin pool; empty where LVM's tools are not installed. The
  /// only question that starts a process (`lvs`), and only when one of the devices is LVM's.
  virtual Result<std::map<std::string, model::ThinPool>> thin_pools(std::span<const std::string> devices) = 0;

  // Group "bricks": asks a brick's process over its socket.

  /// The counters since the brick's start. Errors: connect, timeout, cancelled, parse, oversize; exit when
  /// the process does not serve the brick.
  virtual Result<model::BrickProfile> profile(const LocalBrick& brick, const BrickProcess& process) = 0;
  virtual Result<model::BrickInternals> internals(const LocalBrick& brick, const BrickProcess& process) = 0;
};

}  // namespace glusterfs_exporter::gluster

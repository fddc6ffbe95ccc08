#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/snapshot.hpp"

namespace glusterfs_exporter::gluster::local {

/// What the command line of one of Gluster's processes says. What it does not say is empty.
struct GlusterCommand {
  std::optional<model::DaemonKind> daemon;  ///< none for a brick's process
  std::string volume;                       ///< of a brick: the one it was started for
  std::string brick_path;                   ///< of a brick: the one it was started for
  std::string node_uuid;                    ///< the peer that it belongs to
  std::string run_directory;                ///< that of its node's glusterd
  std::string socket;
  std::optional<std::uint16_t> port;  ///< of a brick: where clients connect
  std::string working_directory;      ///< of glusterd

  bool operator==(const GlusterCommand&) const = default;
};

/// Whether a process with this name may be one that read_command knows, so that its arguments are worth a
/// look.
bool may_be_gluster(std::string_view comm);

/// Nothing for processes that serve no node: mounts, the CLI, rebalance, anything that is not Gluster's.
/// `comm` is the program's name as the kernel has it.
std::optional<GlusterCommand> read_command(std::string_view comm, std::span<const std::string> arguments);

}  // namespace glusterfs_exporter::gluster::local

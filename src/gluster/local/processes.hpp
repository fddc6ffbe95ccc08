#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "common/error.hpp"
#include "gluster/local/process_table.hpp"
#include "gluster/node_records.hpp"

namespace glusterfs_exporter::gluster::local {

/// Gluster's processes of one node, by what the kernel and glusterd's pid files say: no daemon is asked.
/// Several nodes may run on one machine; nothing of another node is ever told, but for glustereventsd, which
/// does not say whose it is. For one thread at a time. Keeps what does not change about processes, so use one
/// reader for many reads.
///
/// What a brick's process is, by what glusterd 10.3 does:
/// - RUN/vols/VOLUME/HOST-PATH.pid, PATH with dashes for slashes, names the process that serves the brick,
///   also when it serves several (cluster.brick-multiplex). The file goes when the brick is detached. After a
///   crash it stays, so it is believed only when the pid is that of a brick's process of this node.
/// - The command line names the brick that the process was started for. That holds unless it shares its
///   process with others, for which it may have lived on.
class ProcessReader {
 public:
  explicit ProcessReader(const std::filesystem::path& proc_root = "/proc");

  /// Bricks in the result are some of `bricks`. Error: exit, when /proc cannot be read.
  Result<NodeProcesses> read(const std::string& peer_uuid, std::span<const LocalBrick> bricks);

 private:
  ProcessTable table_;
};

}  // namespace glusterfs_exporter::gluster::local

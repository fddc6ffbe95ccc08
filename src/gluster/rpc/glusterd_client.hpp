#pragma once

#include <stop_token>
#include <string>

#include "gluster/records.hpp"
#include "gluster/rpc/connection.hpp"

namespace glusterfs_exporter::gluster::rpc {

/// Asks the local glusterd, over the socket that the `gluster` command uses (/var/run/glusterd.socket unless
/// configured otherwise; only root may open it). No question takes a lock, reaches another node, or leaves a
/// line in cmd_history.log. The records are those that the CLI gives.
///
/// Errors: connect, timeout, cancelled, parse, oversize, exit, lock. After any of them the next question is
/// asked as if nothing had been. Used by one thread at a time.
class GlusterdClient {
 public:
  explicit GlusterdClient(Endpoint endpoint, std::stop_token stop = {})
      : connection_(std::move(endpoint), std::move(stop)) {}

  /// The local peer included. glusterd writes a line of information to its log, and sums up those that follow
  /// within two minutes.
  Result<PeerList> peers();

  /// All volumes with bricks and options: a call for the names, and one a volume. A volume that is deleted in
  /// between is left out. Nothing is written to any log.
  Result<Topology> topology();

  /// The operating version of the cluster. Nothing is written to any log.
  Result<std::uint64_t> op_version();

  /// Of the local node. The same call as peers(): ask once, it does not change while glusterd runs.
  Result<std::string> uuid();

 private:
  Connection connection_;
};

}  // namespace glusterfs_exporter::gluster::rpc

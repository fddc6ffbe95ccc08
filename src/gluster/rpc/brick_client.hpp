#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "gluster/records.hpp"
#include "gluster/rpc/connection.hpp"
#include "model/node.hpp"

namespace glusterfs_exporter::gluster::rpc {

/// Asks one brick process of this node, over the socket that its `-S` argument names (only root may open it).
/// A process may serve several bricks: every question says which one. No question takes a lock, reaches
/// another process, changes a counter, causes a file operation, or leaves a line in a log, as long as the
/// process serves the brick.
///
/// Errors: connect, timeout, cancelled, parse, oversize, exit. Of a brick that the process does not serve,
/// profile() gives exit, and the others parse, since no answer is in the reply. After any of them the next
/// question is asked as if nothing had been. Used by one thread at a time.
class BrickClient {
 public:
  explicit BrickClient(Endpoint endpoint, std::stop_token stop = {})
      : connection_(std::move(endpoint), std::move(stop)) {}

  /// The counters since the brick's start. `latency_unit_seconds` as for read_brick_profile(). A brick
  /// answers also while profiling is off, with fops as they were when it was turned off, where the CLI says
  /// that there is no profile: the volume's options tell which it is.
  Result<model::BrickProfile> profile(const BrickName& brick, double latency_unit_seconds);

  /// Empty while no client is connected.
  Result<std::vector<model::BrickClient>> clients(const BrickName& brick);
  Result<model::BrickMemory> memory(const BrickName& brick);
  /// Nothing while no client is connected to the brick.
  Result<std::optional<model::BrickInodeTable>> inode_table(const BrickName& brick);
  /// How many operations the process works on, this question included; nothing when it could not be told.
  Result<std::optional<std::uint64_t>> call_pool(const BrickName& brick);

 private:
  Connection connection_;
};

}  // namespace glusterfs_exporter::gluster::rpc

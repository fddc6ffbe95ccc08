#pragma once

#include <chrono>
#include <map>
#include <stop_token>
#include <string>

#include "common/call.hpp"
#include "gluster/local/filesystem.hpp"
#include "gluster/local/heal_index.hpp"
#include "gluster/local/processes.hpp"
#include "gluster/node_source.hpp"
#include "gluster/rpc/brick_client.hpp"

namespace glusterfs_exporter::gluster {

/// The node this program runs on: /proc, the bricks' file systems, and the bricks' sockets.
class ThisNode final : public NodeSource {
 public:
  /// A question to a brick ends soon after `stop` is requested. `observer` is told of each.
  explicit ThisNode(std::stop_token stop, CallObserver observer = {})
      : stop_(std::move(stop)), observer_(std::move(observer)) {}

  Result<NodeProcesses> processes(const std::string& peer_uuid, std::span<const LocalBrick> bricks) override;
  std::optional<Sockets> open_sockets(const ProcessKey& process) override;
  Result<BrickFilesystem> filesystem(const std::string& brick_path) override;
  Result<HealIndex> heal_index(const std::string& brick_path) override;
  Result<std::map<std::string, model::ThinPool>> thin_pools(std::span<const std::string> devices) override;
  Result<model::BrickProfile> profile(const LocalBrick& brick, const BrickProcess& process) override;
  Result<model::BrickInternals> internals(const LocalBrick& brick, const BrickProcess& process) override;

 private:
  struct KeptClient {
    rpc::BrickClient client;
    std::chrono::steady_clock::time_point last_used;
  };

  /// The kept connection to that process.
  rpc::BrickClient& client_of(const BrickProcess& process);
  static Result<model::BrickInternals> ask_internals(rpc::BrickClient& client, const rpc::BrickName& name);

  std::stop_token stop_;
  CallObserver observer_;
  local::ProcessReader processes_;
  local::HealIndexReader heal_indices_;
  local::MountTexts mounts_;
  std::map<std::string, KeptClient> clients_;  // by socket, which a brick keeps when it is restarted
};

}  // namespace glusterfs_exporter::gluster

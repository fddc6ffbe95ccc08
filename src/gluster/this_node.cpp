#include "gluster/this_node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "gluster/local/filesystem.hpp"
#include "gluster/local/proc.hpp"
#include "gluster/local/thin_pools.hpp"
#include "gluster/values.hpp"

namespace glusterfs_exporter::gluster {

namespace {

using namespace std::chrono_literals;

/// A brick answers in a millisecond. One that does not within this is asked again at the next poll; until
/// then the others wait.
constexpr auto kBrickTimeout = 2s;

/// Connections that nobody used for so long belong to bricks that are gone.
constexpr auto kUnused = 1min;

std::string what(std::string_view question, const LocalBrick& brick) {
  return fmt::format("{} {} {}:{}", question, brick.volume, brick.id.host, brick.id.path);
}

rpc::BrickName name_of(const LocalBrick& brick) {
  return {brick.id.path, brick.volume};
}

}  // namespace

Result<NodeProcesses> ThisNode::processes(const std::string& peer_uuid, std::span<const LocalBrick> bricks) {
  return processes_.read(peer_uuid, bricks);
}

std::optional<Sockets> ThisNode::open_sockets(const ProcessKey& process) {
  return local::Proc("/proc").open_sockets(process.pid);
}

Result<BrickFilesystem> ThisNode::filesystem(const std::string& brick_path) {
  return local::read_filesystem(brick_path, mounts_);
}

Result<HealIndex> ThisNode::heal_index(const std::string& brick_path) {
  return heal_indices_.read(brick_path);
}

Result<std::map<std::string, model::ThinPool>> ThisNode::thin_pools(std::span<const std::string> devices) {
  return local::find_thin_pools(devices, stop_);
}

rpc::BrickClient& ThisNode::client_of(const BrickProcess& process) {
  const auto now = std::chrono::steady_clock::now();
  auto kept = clients_.find(process.socket);
  if (kept == clients_.end()) {
    std::erase_if(clients_, [&](const auto& entry) { return now - entry.second.last_used > kUnused; });
    kept = clients_.try_emplace(process.socket, rpc::BrickClient({process.socket, kBrickTimeout}, stop_), now)
               .first;
  }
  kept->second.last_used = now;
  return kept->second.client;
}

Result<model::BrickProfile> ThisNode::profile(const LocalBrick& brick, const BrickProcess& process) {
  return observed(
      observer_, Asked::brick, [&] { return what("profile", brick); },
      [&] {
        return client_of(process).profile(name_of(brick),
                                          latency_unit_seconds(major_version(process.version)));
      });
}

Result<model::BrickInternals> ThisNode::internals(const LocalBrick& brick, const BrickProcess& process) {
  return observed(
      observer_, Asked::brick, [&] { return what("internals", brick); },
      [&] { return ask_internals(client_of(process), name_of(brick)); });
}

Result<model::BrickInternals> ThisNode::ask_internals(rpc::BrickClient& client, const rpc::BrickName& name) {
  model::BrickInternals internals;
  auto clients = client.clients(name);
  if (!clients) {
    return std::unexpected(std::move(clients.error()));
  }
  internals.clients = *std::move(clients);
  const auto memory = client.memory(name);
  if (!memory) {
    return std::unexpected(memory.error());
  }
  internals.memory = *memory;
  const auto inodes = client.inode_table(name);
  if (!inodes) {
    return std::unexpected(inodes.error());
  }
  internals.inode_table = *inodes;
  const auto calls = client.call_pool(name);
  if (!calls) {
    return std::unexpected(calls.error());
  }
  if (*calls) {
    internals.pending_calls = std::max<std::uint64_t>(**calls, 1) - 1;  // the question is one of them
  }
  return internals;
}

}  // namespace glusterfs_exporter::gluster

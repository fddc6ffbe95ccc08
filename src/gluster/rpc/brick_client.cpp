#include "gluster/rpc/brick_client.hpp"

#include "gluster/rpc/answers.hpp"

namespace glusterfs_exporter::gluster::rpc {

Result<model::BrickProfile> BrickClient::profile(const BrickName& brick, double latency_unit_seconds) {
  return connection_.require_record(
      ReadOnlyCall::profile(brick), connection_.deadline(),
      [&](const Dict& dict) { return read_brick_profile(dict, latency_unit_seconds); });
}

Result<std::vector<model::BrickClient>> BrickClient::clients(const BrickName& brick) {
  const auto call = ReadOnlyCall::clients(brick);
  auto reply = connection_.ask(call, connection_.deadline());
  if (!reply) {
    return std::unexpected(std::move(reply.error()));
  }
  // A brick that nobody is connected to says no, without any reason; a brick that has one names it.
  if (reply->op_ret != 0 && reply->op_errno == 0 && reply->op_errstr.empty() && reply->dict.size() == 0) {
    return std::vector<model::BrickClient>{};
  }
  return connection_.record_of(call, *std::move(reply), read_brick_clients);
}

Result<model::BrickMemory> BrickClient::memory(const BrickName& brick) {
  return connection_.require_record(ReadOnlyCall::memory(brick), connection_.deadline(), read_brick_memory);
}

Result<std::optional<model::BrickInodeTable>> BrickClient::inode_table(const BrickName& brick) {
  return connection_.require_record(ReadOnlyCall::inode_table(brick), connection_.deadline(),
                                    read_brick_inode_table);
}

Result<std::optional<std::uint64_t>> BrickClient::call_pool(const BrickName& brick) {
  return connection_.require_record(ReadOnlyCall::call_pool(brick), connection_.deadline(), read_call_pool);
}

}  // namespace glusterfs_exporter::gluster::rpc

#include "gluster/rpc/glusterd_client.hpp"

#include <algorithm>
#include <utility>

#include "gluster/rpc/answers.hpp"

namespace glusterfs_exporter::gluster::rpc {

namespace {

/// Of all answers that make one topology. A cluster of 1,000 volumes of 60 bricks gives about 20 MB.
constexpr std::size_t kLargestTopologyBytes = std::size_t{256} << 20U;

}  // namespace

Result<PeerList> GlusterdClient::peers() {
  return connection_.require_record(ReadOnlyCall::list_friends(), connection_.deadline(), read_peers);
}

Result<std::string> GlusterdClient::uuid() {
  auto list = peers();
  if (!list) {
    return std::unexpected(std::move(list.error()));
  }
  const auto local = std::ranges::find(*list, true, &PeerRecord::local);
  if (local == list->end()) {
    return std::unexpected(Error{ErrorKind::parse, "list_friends: the answer does not name the local node"});
  }
  return std::move(local->uuid);
}

Result<std::uint64_t> GlusterdClient::op_version() {
  return connection_.require_record(ReadOnlyCall::op_version(), connection_.deadline(), read_op_version);
}

Result<Topology> GlusterdClient::topology() {
  // Names first, then each volume by name. Walking from one volume to the next (GF_CLI_GET_NEXT_VOLUME) takes
  // as many calls, but where a volume is deleted during the walk its answer looks like the end of the list.
  const auto deadline = connection_.deadline();
  auto names = connection_.require_record(ReadOnlyCall::list_volume(), deadline, read_volume_names);
  if (!names) {
    return std::unexpected(std::move(names.error()));
  }
  Topology topology;
  std::size_t bytes = 0;
  for (const auto& name : *names) {
    const auto call = ReadOnlyCall::get_volume(name);
    auto reply = connection_.ask(call, deadline);
    if (!reply) {
      return std::unexpected(std::move(reply.error()));
    }
    if (reply->op_ret != 0 && reply->op_errno == kNoSuchVolume) {
      continue;
    }
    bytes += reply->dict.bytes();
    if (bytes > kLargestTopologyBytes) {
      return std::unexpected(Error{ErrorKind::oversize, "get_volume: more than " +
                                                            std::to_string(kLargestTopologyBytes) +
                                                            " bytes for all volumes together"});
    }
    auto volume = connection_.record_of(call, *std::move(reply), read_volume);
    if (!volume) {
      return std::unexpected(std::move(volume.error()));
    }
    topology.push_back(*std::move(volume));
  }
  return topology;
}

}  // namespace glusterfs_exporter::gluster::rpc

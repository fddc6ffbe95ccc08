#include "gluster/rpc/answers.hpp"

namespace glusterfs_exporter::gluster::rpc {

Result<PeerList> read_peers(const Dict& dict) {
  const auto count = dict.number<std::uint32_t>("count");
  if (!count) {
    return missing_key("count");
  }
  PeerList peers;
  for (std::uint32_t i = 1; i <= *count; ++i) {
    const auto prefix = "friend" + std::to_string(i) + ".";
    PeerRecord peer;
    peer.uuid = dict.text(prefix + "uuid");
    const auto connected = dict.number<int>(prefix + "connected");
    if (peer.uuid.empty() || !connected) {
      return missing_key(prefix + (connected ? "uuid" : "connected"));
    }
    // Only the local node has neither a state nor a list of its names; its name is "localhost".
    peer.local = !dict.contains(prefix + "stateId") &&
                 dict.number<std::uint32_t>(prefix + "hostname_count").value_or(0) == 0;
    peer.host = peer.local ? "" : dict.text(prefix + "hostname");
    peer.connected = *connected == 1;
    peer.state = dict.text(prefix + "state");
    peers.push_back(std::move(peer));
  }
  return peers;
}

}  // namespace glusterfs_exporter::gluster::rpc

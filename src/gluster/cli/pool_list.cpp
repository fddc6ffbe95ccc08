#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"

namespace glusterfs_exporter::gluster {

Result<PeerList> read_pool_list(pugi::xml_node root) {
  const auto status = root.child("peerStatus");
  if (!status) {
    return missing("pool_list", "peerStatus");
  }
  PeerList peers;
  for (const auto node : status.children("peer")) {
    PeerRecord peer;
    peer.uuid = text_of(node, "uuid");
    if (peer.uuid.empty()) {
      return missing("pool_list", "uuid");
    }
    // Only the local node has neither a state nor a list of its names; its name is "localhost".
    peer.local = !node.child("state") && !node.child("hostnames");
    peer.host = peer.local ? "" : text_of(node, "hostname");
    peer.connected = node.child("connected").text().as_int() == 1;
    peer.state = text_of(node, "stateStr");
    peers.push_back(std::move(peer));
  }
  return peers;
}

}  // namespace glusterfs_exporter::gluster

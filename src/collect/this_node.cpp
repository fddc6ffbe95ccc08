#include "collect/this_node.hpp"

#include <algorithm>

namespace glusterfs_exporter::collect {

std::string this_node(const Facts& facts) {
  if (facts.peers.value == nullptr) {
    return {};
  }
  const auto local = std::ranges::find(*facts.peers.value, true, &gluster::PeerRecord::local);
  return local == facts.peers.value->end() ? std::string() : local->uuid;
}

std::vector<gluster::LocalBrick> bricks_of_this_node(const Facts& facts) {
  std::vector<gluster::LocalBrick> bricks;
  const auto uuid = this_node(facts);
  if (uuid.empty() || facts.topology.value == nullptr) {
    return bricks;
  }
  for (const auto& volume : *facts.topology.value) {
    if (volume.status != model::VolumeStatus::started) {
      continue;
    }
    for (const auto& brick : volume.bricks) {
      if (brick.peer_uuid == uuid) {
        bricks.push_back({volume.name, brick.id});
      }
    }
  }
  return bricks;
}

}  // namespace glusterfs_exporter::collect

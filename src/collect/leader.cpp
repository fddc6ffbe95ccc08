#include "collect/leader.hpp"

#include <algorithm>

#include "collect/this_node.hpp"

namespace glusterfs_exporter::collect {

namespace {

bool answers(const Neighbours& neighbours, const std::string& uuid) {
  const auto found = neighbours.find(uuid);
  return found != neighbours.end() && found->second.answers;
}

}  // namespace

std::optional<bool> is_leader(config::LeaderChoice choice, const Facts& facts) {
  if (choice != config::LeaderChoice::automatic) {
    return choice == config::LeaderChoice::always;
  }
  if (facts.neighbours.value == nullptr) {
    return std::nullopt;
  }
  if (facts.peers.value == nullptr) {
    return true;  // nobody else is known
  }
  const auto me = this_node(facts);
  return std::ranges::none_of(*facts.peers.value, [&](const gluster::PeerRecord& peer) {
    return !peer.local && peer.connected && answers(*facts.neighbours.value, peer.uuid) &&
           (peer.uuid < me || !facts.glusterd_answers.value_or(false));
  });
}

}  // namespace glusterfs_exporter::collect

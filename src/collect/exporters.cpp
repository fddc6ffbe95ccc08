#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// A refused connection is certain. An exporter that is slow once may be well.
constexpr int kFailuresUntilGone = 2;

Neighbour updated(Neighbour neighbour, Result<model::NodeReport> answer, SteadyTime expires) {
  if (answer) {
    neighbour.answers = true;
    neighbour.failures_in_a_row = 0;
    neighbour.report = std::make_shared<const model::NodeReport>(*std::move(answer));
    neighbour.report_expires = expires;
    return neighbour;
  }
  ++neighbour.failures_in_a_row;
  if (answer.error().kind != ErrorKind::timeout || neighbour.failures_in_a_row >= kFailuresUntilGone) {
    neighbour.answers = false;
  }
  return neighbour;
}

/// Nodes without an exporter are no failure: this one then asks the CLI about them if it leads.
Neighbour known_of(const std::string& uuid, const Facts& facts) {
  const auto* all = facts.neighbours.value.get();
  if (all == nullptr) {
    return {};
  }
  const auto found = all->find(uuid);
  return found == all->end() ? Neighbour() : found->second;
}

Result<Found> run_exporters(Run& run) {
  std::vector<exchange::Peer> asked;
  if (run.facts.peers.value != nullptr) {
    for (const auto& peer : *run.facts.peers.value) {
      if (!peer.local) {
        asked.push_back({peer.uuid, peer.host});
      }
    }
  }
  run.came_by(gluster::Way::http);
  Neighbours neighbours;
  for (auto& [uuid, answer] : run.sources.exporters.ask(asked)) {
    if (!answer && answer.error().kind == ErrorKind::cancelled) {
      return std::unexpected(std::move(answer.error()));
    }
    neighbours.emplace(uuid, updated(known_of(uuid, run.facts), std::move(answer), run.expires()));
  }
  run.put(&Facts::neighbours, std::move(neighbours));
  return Found::something;
}

}  // namespace

const CollectorSpec exporters_collector{
    {"exporters", "what the other nodes' exporters say of their nodes", true, 5s},
    Lane::exporters,
    Scope::node,
    Asks::exporters,
    &peers_collector,
    run_exporters};

}  // namespace glusterfs_exporter::collect

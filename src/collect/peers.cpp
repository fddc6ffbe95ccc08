#include <algorithm>
#include <utility>

#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// Between nodes that have just found each other it takes a moment until both say so.
constexpr auto kSettled = 30s;

/// Nothing is known to change without a connection; should there be something, it is seen after this.
constexpr auto kAskAnyway = 1h;

/// The connections glusterd has now; nothing when that is not to be known.
std::optional<gluster::Sockets> connections_of_glusterd(Run& run) {
  const auto* processes = run.facts.processes.at(run.now);
  if (processes == nullptr) {
    return std::nullopt;
  }
  const auto glusterd =
      std::ranges::find(processes->daemons, model::DaemonKind::glusterd, &gluster::DaemonProcess::kind);
  return glusterd == processes->daemons.end() ? std::nullopt : run.sources.node.open_sockets(glusterd->key);
}

/// What to remember of asking now, in the face of what was remembered before.
std::optional<PeersAsked> remember(const Run& run, std::optional<gluster::Sockets> connections) {
  if (!connections) {
    return std::nullopt;
  }
  const auto& before = run.facts.peers_asked;
  const bool changed = !before || before->connections != *connections;
  return PeersAsked{.asked = run.now,
                    .connections_changed = changed ? run.now : before->connections_changed,
                    .connections = *std::move(connections)};
}

/// glusterd writes a line into its log whenever it is asked for its peers. That a peer comes, goes or is
/// refused shows in glusterd's connections first, so there is nothing to ask while they stay the same and
/// glusterd answers other questions.
bool is_still_true(const Run& run, const std::optional<gluster::Sockets>& connections) {
  const auto& before = run.facts.peers_asked;
  return before && connections == before->connections && run.facts.peers.at(run.now) != nullptr &&
         run.facts.glusterd_answers.value_or(false) && run.now >= before->connections_changed + kSettled &&
         run.now < before->asked + kAskAnyway;
}

Result<Found> run_peers(Run& run) {
  auto connections = connections_of_glusterd(run);
  if (is_still_true(run, connections)) {
    run.confirm(&Facts::peers);
    run.came_by(gluster::Way::rpc);
    return Found::something;
  }
  auto peers = run.sources.glusterd.peers();
  if (!peers) {
    run.peers_asked(std::nullopt);
    return std::unexpected(std::move(peers.error()));
  }
  // The gluster command makes a connection of its own, and is asked where sockets are of no use.
  run.peers_asked(peers->way == gluster::Way::rpc ? remember(run, std::move(connections)) : std::nullopt);
  run.put(&Facts::peers, run.from(*std::move(peers)));
  return Found::something;
}

}  // namespace

const CollectorSpec peers_collector{
    {"peers", "the nodes of the cluster and whether they are connected", true, 5s},
    Lane::query,
    Scope::node,
    Asks::glusterd,
    nullptr,
    run_peers};

}  // namespace glusterfs_exporter::collect

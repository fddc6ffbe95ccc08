#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_peers(Run& run) {
  auto peers = run.sources.glusterd.peers();
  if (!peers) {
    return std::unexpected(std::move(peers.error()));
  }
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

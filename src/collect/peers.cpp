#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_peers(Run& run) {
  auto peers = run.source.peers();
  if (!peers) {
    return std::unexpected(std::move(peers.error()));
  }
  run.put(&Facts::peers, *std::move(peers));
  return Found::something;
}

}  // namespace

const CollectorSpec peers_collector{
    {"peers", "the nodes of the cluster and whether they are connected", true, 15s},
    Lane::query,
    nullptr,
    run_peers};

}  // namespace glusterfs_exporter::collect

#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_geo_replication(Run& run) {
  run.came_by(gluster::Way::cli);
  auto workers = run.sources.cli.geo_replication();
  if (!workers) {
    return std::unexpected(std::move(workers.error()));
  }
  const bool empty = workers->empty();
  run.put(&Facts::geo_replication, *std::move(workers));
  return empty ? Found::nothing : Found::something;
}

}  // namespace

const CollectorSpec geo_replication_collector{
    {"geo_replication", "state and backlog of geo-replication sessions", true, 60s},
    Lane::transaction,
    Scope::cluster,
    Asks::cli,
    &topology_collector,
    run_geo_replication};

}  // namespace glusterfs_exporter::collect

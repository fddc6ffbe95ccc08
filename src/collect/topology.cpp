#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_topology(Run& run) {
  auto topology = run.source.topology();
  if (!topology) {
    return std::unexpected(std::move(topology.error()));
  }
  run.put(&Facts::topology, *std::move(topology));
  run.forget_deleted_volumes();
  return Found::something;
}

}  // namespace

const CollectorSpec topology_collector{
    {"topology", "volumes, bricks and options", true, 15s}, Lane::query, nullptr, run_topology};

}  // namespace glusterfs_exporter::collect

#include "collect/table.hpp"
#include "collect/this_node.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_processes(Run& run) {
  const auto uuid = this_node(run.facts);
  if (uuid.empty()) {
    return Found::something;
  }
  run.came_by(gluster::Way::local);
  auto processes = run.sources.node.processes(uuid, bricks_of_this_node(run.facts));
  if (!processes) {
    return std::unexpected(std::move(processes.error()));
  }
  run.put(&Facts::processes, *std::move(processes));
  return Found::something;
}

}  // namespace

const CollectorSpec processes_collector{
    {"processes", "bricks and daemons of this node: whether they run, CPU, memory, file descriptors", true,
     5s},
    Lane::processes,
    Scope::node,
    Asks::node,
    &peers_collector,
    run_processes};

}  // namespace glusterfs_exporter::collect

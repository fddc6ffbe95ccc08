#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_topology(Run& run) {
  auto topology = run.sources.glusterd.topology();
  if (topology || topology.error().kind != ErrorKind::cancelled) {
    run.glusterd_answered(topology.has_value());
  }
  if (!topology) {
    return std::unexpected(std::move(topology.error()));
  }
  run.put(&Facts::topology, run.from(*std::move(topology)));
  run.forget_deleted_volumes();
  return Found::something;
}

}  // namespace

const CollectorSpec topology_collector{{"topology", "volumes, bricks and options", true, 5s},
                                       Lane::query,
                                       Scope::node,
                                       Asks::glusterd,
                                       nullptr,
                                       run_topology};

}  // namespace glusterfs_exporter::collect

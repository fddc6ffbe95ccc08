#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_max_op_version(Run& run) {
  run.came_by(gluster::Way::cli);
  auto number = run.sources.cli.max_op_version();
  if (!number) {
    return std::unexpected(std::move(number.error()));
  }
  run.put(&Facts::max_op_version, *number);
  return Found::something;
}

}  // namespace

const CollectorSpec max_op_version_collector{
    {"max_op_version", "the highest operating version that all nodes support", true, 600s},
    Lane::transaction,
    Scope::cluster,
    Asks::cli,
    &topology_collector,
    run_max_op_version};

}  // namespace glusterfs_exporter::collect

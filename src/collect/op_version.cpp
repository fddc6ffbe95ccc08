#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_op_version(Run& run) {
  auto number = run.sources.glusterd.op_version();
  if (!number) {
    return std::unexpected(std::move(number.error()));
  }
  run.put(&Facts::op_version, run.from(*std::move(number)));
  return Found::something;
}

}  // namespace

const CollectorSpec op_version_collector{{"op_version", "the cluster's operating version", true, 60s},
                                         Lane::query,
                                         Scope::node,
                                         Asks::glusterd,
                                         nullptr,
                                         run_op_version};

}  // namespace glusterfs_exporter::collect

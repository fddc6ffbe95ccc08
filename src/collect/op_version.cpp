#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_op_version(Run& run) {
  auto versions = run.source.versions();
  if (!versions) {
    return std::unexpected(std::move(versions.error()));
  }
  run.put(&Facts::versions, *std::move(versions));
  return Found::something;
}

}  // namespace

const CollectorSpec op_version_collector{
    {"op_version", "installed version, the cluster's op-version and the highest it could have", true, 600s},
    Lane::transaction,
    nullptr,
    run_op_version};

}  // namespace glusterfs_exporter::collect

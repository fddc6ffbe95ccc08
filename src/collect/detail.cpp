#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_detail(Run& run) {
  auto volumes = run.source.detail();
  if (!volumes) {
    return std::unexpected(std::move(volumes.error()));
  }
  for (auto& [name, record] : *volumes) {
    run.put(&Facts::detail, name, std::move(record));
  }
  return Found::something;
}

}  // namespace

const CollectorSpec detail_collector{{"detail", "size, free space and file system of bricks", true, 60s},
                                     Lane::transaction,
                                     &topology_collector,
                                     run_detail};

}  // namespace glusterfs_exporter::collect

#include "collect/per_volume.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_detail(Run& run) {
  return for_all_volumes(
      run, &Facts::detail, [&] { return run.source.detail(); },
      [&](const std::string& volume) { return run.source.detail(volume); });
}

}  // namespace

const CollectorSpec detail_collector{{"detail", "size, free space and file system of bricks", true, 60s},
                                     Lane::transaction,
                                     &topology_collector,
                                     run_detail};

}  // namespace glusterfs_exporter::collect

#include "collect/per_volume.hpp"
#include "collect/reports.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// Asks where not all nodes have an exporter that looks at its bricks' file systems.
Result<Found> run_detail(Run& run) {
  const Reports reports(run.facts, run.now);
  const auto is_reported = [&](const gluster::VolumeRecord& volume) {
    return volume.status != model::VolumeStatus::started ||
           all_reported(reports, volume,
                        [](const model::Brick& brick) { return brick.capacity.has_value(); });
  };
  if (std::ranges::all_of(*run.facts.topology.value, is_reported)) {
    return Found::something;
  }
  return for_all_volumes(
      run, &Facts::detail, [&] { return run.sources.cli.detail(); },
      [&](const std::string& volume) { return run.sources.cli.detail(volume); });
}

}  // namespace

const CollectorSpec detail_collector{{"detail", "size, free space and file system of bricks", true, 60s},
                                     Lane::transaction,
                                     Scope::cluster,
                                     Asks::cli,
                                     &topology_collector,
                                     run_detail};

}  // namespace glusterfs_exporter::collect

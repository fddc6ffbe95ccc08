#include "collect/per_volume.hpp"
#include "collect/reports.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// Asks where not all nodes have an exporter that asks its bricks.
Result<Found> run_profile(Run& run) {
  const Reports reports(run.facts, run.now);
  const auto wanted = [&](const gluster::VolumeRecord& volume) {
    return profiling_is_on(volume) &&
           !all_reported(reports, volume, [](const model::Brick& brick) { return brick.profile != nullptr; });
  };
  return for_each_volume(run, &Facts::profile, wanted, [&](const gluster::VolumeRecord& volume) {
    return run.sources.cli.profile(volume.name);
  });
}

}  // namespace

const CollectorSpec profile_collector{
    {"profile", "operations, latencies and block sizes, of volumes with profiling on", true, 30s},
    Lane::transaction,
    Scope::cluster,
    Asks::cli,
    &topology_collector,
    run_profile};

}  // namespace glusterfs_exporter::collect

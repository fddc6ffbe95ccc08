#include "collect/per_volume.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_snapshots(Run& run) {
  return for_each_volume(
      run, &Facts::snapshots, [](const gluster::VolumeRecord& volume) { return volume.snapshot_count > 0; },
      [&](const gluster::VolumeRecord& volume) { return run.sources.cli.snapshots(volume.name); });
}

}  // namespace

const CollectorSpec snapshots_collector{
    {"snapshots", "snapshots and their limits, of volumes that have some", true, 120s},
    Lane::transaction,
    Scope::cluster,
    Asks::cli,
    &topology_collector,
    run_snapshots};

}  // namespace glusterfs_exporter::collect

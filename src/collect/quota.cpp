#include "collect/per_volume.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// At long intervals: for every list Gluster mounts the volume on this node and unmounts it again.
Result<Found> run_quota(Run& run) {
  return for_each_volume(
      run, &Facts::quota,
      [](const gluster::VolumeRecord& volume) { return option_is_on(volume, "features.quota"); },
      [&](const gluster::VolumeRecord& volume) { return run.sources.cli.quota(volume.name); });
}

}  // namespace

const CollectorSpec quota_collector{
    {"quota", "limits on directories and their use, of volumes with quota on", true, 300s},
    Lane::transaction,
    Scope::cluster,
    Asks::cli,
    &topology_collector,
    run_quota};

}  // namespace glusterfs_exporter::collect

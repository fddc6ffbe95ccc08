#include "collect/per_volume.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_profile(Run& run) {
  return for_each_volume(run, &Facts::profile, profiling_is_on, [&](const gluster::VolumeRecord& volume) {
    return run.source.profile(volume.name);
  });
}

}  // namespace

const CollectorSpec profile_collector{
    {"profile", "operations, latencies and block sizes, of volumes with profiling on", true, 30s},
    Lane::transaction,
    &topology_collector,
    run_profile};

}  // namespace glusterfs_exporter::collect

#include "collect/per_volume.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_bitrot(Run& run) {
  return for_each_volume(
      run, &Facts::bitrot,
      [](const gluster::VolumeRecord& volume) { return option_is_on(volume, "features.bitrot"); },
      [&](const gluster::VolumeRecord& volume) { return run.sources.cli.bitrot(volume.name); });
}

}  // namespace

const CollectorSpec bitrot_collector{
    {"bitrot", "the scrubber's state and findings, of volumes with bitrot detection on", true, 300s},
    Lane::transaction,
    Scope::cluster,
    Asks::cli,
    &topology_collector,
    run_bitrot};

}  // namespace glusterfs_exporter::collect

#include "collect/per_volume.hpp"
#include "collect/reports.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// Asks where not all nodes have an exporter that reads its bricks' indices. Gluster counts for replicated
/// volumes alone; for disperse volumes heal_summary has to do.
Result<Found> run_heal_count(Run& run) {
  const Reports reports(run.facts, run.now);
  return for_each_volume(
      run, &Facts::heal_count,
      [&](const gluster::VolumeRecord& volume) {
        return volume.replica_count > 1 && !all_reported(reports, volume, [](const model::Brick& brick) {
                 return brick.heal_pending_entries.has_value();
               });
      },
      [&](const gluster::VolumeRecord& volume) { return run.sources.cli.heal_count(volume.name); });
}

}  // namespace

const CollectorSpec heal_count_collector{
    {"heal_count", "entries that wait for heal, of replicated volumes", true, 60s},
    Lane::transaction,
    Scope::cluster,
    Asks::cli,
    &topology_collector,
    run_heal_count};

}  // namespace glusterfs_exporter::collect

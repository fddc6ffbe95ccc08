#include "collect/per_volume.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

bool something_waits(const Facts& facts, const std::string& volume) {
  const auto counted = facts.heal_count.find(volume);
  if (counted == facts.heal_count.end()) {
    return false;
  }
  return std::ranges::any_of(*counted->second.value, [](const gluster::BrickHealRecord& brick) {
    return brick.pending.value_or(0) > 0;
  });
}

/// The crawl is worth its price only where something waits. Disperse volumes have no cheaper way to be asked.
Result<Found> run_heal_summary(Run& run) {
  return for_each_volume(
      run, &Facts::heal_summary,
      [&](const gluster::VolumeRecord& volume) {
        return volume.disperse_count > 0 || something_waits(run.facts, volume.name);
      },
      [&](const gluster::VolumeRecord& volume) { return run.source.heal_summary(volume.name); });
}

}  // namespace

const CollectorSpec heal_summary_collector{
    {"heal_summary", "split-brain, where something waits for heal, and the backlog of disperse volumes", true,
     120s},
    Lane::crawl,
    &heal_count_collector,
    run_heal_summary};

}  // namespace glusterfs_exporter::collect

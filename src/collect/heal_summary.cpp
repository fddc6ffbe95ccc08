#include "collect/per_volume.hpp"
#include "collect/reports.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

bool has_pending(const model::Brick& brick) {
  return brick.heal_pending_entries.has_value();
}

bool something_waits(const Facts& facts, const Reports& reports, const gluster::VolumeRecord& volume) {
  if (const auto counted = facts.heal_count.find(volume.name); counted != facts.heal_count.end()) {
    return std::ranges::any_of(*counted->second.value, [](const gluster::BrickHealRecord& brick) {
      return brick.pending.value_or(0) > 0;
    });
  }
  return std::ranges::any_of(volume.bricks, [&](const gluster::BrickRecord& record) {
    const auto* brick = reports.of_brick(volume.name, record.id, record.peer_uuid);
    return brick != nullptr && brick->heal_pending_entries.value_or(0) > 0;
  });
}

/// The crawl is worth its price only where something waits. The CLI has no cheaper way to ask about disperse
/// volumes.
Result<Found> run_heal_summary(Run& run) {
  const Reports reports(run.facts, run.now);
  return for_each_volume(
      run, &Facts::heal_summary,
      [&](const gluster::VolumeRecord& volume) {
        return something_waits(run.facts, reports, volume) ||
               (volume.disperse_count > 0 && !all_reported(reports, volume, has_pending));
      },
      [&](const gluster::VolumeRecord& volume) { return run.sources.cli.heal_summary(volume.name); });
}

}  // namespace

const CollectorSpec heal_summary_collector{
    {"heal_summary", "split-brain, where something waits for heal, and the backlog of disperse volumes", true,
     120s},
    Lane::crawl,
    Scope::cluster,
    Asks::cli,
    &heal_count_collector,
    run_heal_summary};

}  // namespace glusterfs_exporter::collect

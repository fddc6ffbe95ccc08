#include "collect/per_volume.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// The task that `volume status` lists for the volume; Gluster has one at a time. Null when there is none.
const gluster::TaskRecord* task_of(const Facts& facts, const std::string& volume) {
  const auto status = facts.status.find(volume);
  if (status == facts.status.end() || status->second.value->tasks.empty()) {
    return nullptr;
  }
  return &status->second.value->tasks.front();
}

Result<Found> run_rebalance(Run& run) {
  return for_each_volume(
      run, &Facts::rebalance,
      [&](const gluster::VolumeRecord& volume) { return task_of(run.facts, volume.name) != nullptr; },
      [&](const gluster::VolumeRecord& volume) {
        return run.sources.cli.rebalance(volume.name, *task_of(run.facts, volume.name));
      });
}

}  // namespace

const CollectorSpec rebalance_collector{
    {"rebalance", "progress of rebalance and remove-brick, of volumes with such a task", true, 30s},
    Lane::transaction,
    Scope::cluster,
    Asks::cli,
    &status_collector,
    run_rebalance};

}  // namespace glusterfs_exporter::collect

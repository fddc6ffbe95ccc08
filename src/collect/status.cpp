#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// A volume that was locked while all were asked is left out of the answer without a word. Asked for by name
/// Gluster says what was the matter.
Result<Found> run_status(Run& run) {
  auto volumes = run.source.status();
  if (!volumes) {
    return std::unexpected(std::move(volumes.error()));
  }
  for (auto& [name, record] : *volumes) {
    run.put(&Facts::status, name, std::move(record));
  }
  for (const auto& volume : *run.facts.topology.value) {
    if (volumes->contains(volume.name)) {
      continue;
    }
    if (volume.status != model::VolumeStatus::started) {
      run.forget(&Facts::status, volume.name);
      continue;
    }
    auto record = run.source.status(volume.name);
    if (!record) {
      return std::unexpected(std::move(record.error()));
    }
    run.put(&Facts::status, volume.name, *std::move(record));
  }
  return Found::something;
}

}  // namespace

const CollectorSpec status_collector{{"status", "bricks and daemons online, tasks", true, 30s},
                                     Lane::transaction,
                                     &topology_collector,
                                     run_status};

}  // namespace glusterfs_exporter::collect

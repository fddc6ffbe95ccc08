#include "collect/per_brick.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// Only replicated and dispersed volumes keep an index of what waits for heal.
bool has_index(const Facts& facts, const std::string& volume) {
  return std::ranges::any_of(*facts.topology.value, [&](const gluster::VolumeRecord& record) {
    return record.name == volume && (record.replica_count > 1 || record.disperse_count > 0);
  });
}

Result<Found> run_heal_index(Run& run) {
  run.came_by(gluster::Way::local);
  return for_each_brick(run, &Facts::heal_index,
                        [&](const gluster::LocalBrick& brick) -> std::optional<Result<gluster::HealIndex>> {
                          if (!has_index(run.facts, brick.volume)) {
                            return std::nullopt;
                          }
                          return run.sources.node.heal_index(brick.id.path);
                        });
}

}  // namespace

const CollectorSpec heal_index_collector{
    {"heal_index", "entries that wait for heal, as this node's bricks list them", true, 5s},
    Lane::disks,
    Scope::node,
    Asks::node,
    &peers_collector,
    run_heal_index};

}  // namespace glusterfs_exporter::collect

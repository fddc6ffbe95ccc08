#include "collect/per_brick.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// The index of any other brick stays empty.
bool heals(const gluster::VolumeRecord& volume) {
  return volume.replica_count > 1 || volume.disperse_count > 0;
}

Result<Found> run_heal_index(Run& run) {
  run.came_by(gluster::Way::local);
  const auto healing = volumes_where(run.facts, heals);
  return for_each_brick(run, &Facts::heal_index,
                        [&](const gluster::LocalBrick& brick) -> std::optional<Result<gluster::HealIndex>> {
                          if (!healing.contains(brick.volume)) {
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

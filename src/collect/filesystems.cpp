#include "collect/per_brick.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_filesystems(Run& run) {
  run.came_by(gluster::Way::local);
  return for_each_brick(run, &Facts::filesystems, [&](const gluster::LocalBrick& brick) {
    return std::optional(run.sources.node.filesystem(brick.id.path));
  });
}

}  // namespace

const CollectorSpec filesystems_collector{
    {"filesystems", "size and free space of this node's bricks", true, 5s},
    Lane::disks,
    Scope::node,
    Asks::node,
    &peers_collector,
    run_filesystems};

}  // namespace glusterfs_exporter::collect

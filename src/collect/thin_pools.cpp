#include <set>

#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_thin_pools(Run& run) {
  const auto* filesystems = run.facts.filesystems.at(run.now);
  if (filesystems == nullptr) {
    return Found::something;
  }
  std::set<std::string> devices;
  for (const auto& [id, filesystem] : *filesystems) {
    devices.insert(filesystem.device);
  }
  run.came_by(gluster::Way::local);
  const auto pools = run.sources.node.thin_pools(std::vector(devices.begin(), devices.end()));
  if (!pools) {
    return std::unexpected(pools.error());
  }
  gluster::PerBrick<model::ThinPool> by_brick;
  for (const auto& [id, filesystem] : *filesystems) {
    if (const auto pool = pools->find(filesystem.device); pool != pools->end()) {
      by_brick.emplace(id, pool->second);
    }
  }
  const auto found = by_brick.empty() ? Found::nothing : Found::something;
  run.put(&Facts::thin_pools, std::move(by_brick));
  return found;
}

}  // namespace

const CollectorSpec thin_pools_collector{
    {"thin_pools", "use of the LVM thin pools that this node's bricks lie in, where there are some", true,
     60s},
    Lane::disks,
    Scope::node,
    Asks::node,
    &filesystems_collector,
    run_thin_pools};

}  // namespace glusterfs_exporter::collect

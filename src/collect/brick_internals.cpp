#include "collect/per_brick.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_brick_internals(Run& run) {
  run.came_by(gluster::Way::rpc);
  return for_each_brick(
      run, &Facts::brick_internals,
      [&](const gluster::LocalBrick& brick) -> std::optional<Result<model::BrickInternals>> {
        const auto* process = process_of(run, brick.id);
        if (process == nullptr) {
          return std::nullopt;
        }
        return run.sources.node.internals(brick, *process);
      });
}

}  // namespace

const CollectorSpec brick_internals_collector{
    {"brick_internals", "clients, memory, inodes and calls in work of this node's bricks", true, 5s},
    Lane::bricks,
    Scope::node,
    Asks::node,
    &processes_collector,
    run_brick_internals};

}  // namespace glusterfs_exporter::collect

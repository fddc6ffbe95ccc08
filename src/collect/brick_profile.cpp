#include "collect/per_brick.hpp"
#include "collect/table.hpp"
#include "collect/volume_options.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_brick_profile(Run& run) {
  run.came_by(gluster::Way::rpc);
  // A brick answers also while profiling is off, with what it had counted before.
  const auto profiled = volumes_where(run.facts, profiling_is_on);
  return for_each_brick(run, &Facts::brick_profiles,
                        [&](const gluster::LocalBrick& brick) -> std::optional<Result<model::BrickProfile>> {
                          const auto* process = process_of(run, brick.id);
                          if (process == nullptr || !profiled.contains(brick.volume)) {
                            return std::nullopt;
                          }
                          return run.sources.node.profile(brick, *process);
                        });
}

}  // namespace

const CollectorSpec brick_profile_collector{
    {"brick_profile", "operations, latencies and block sizes of this node's bricks, where profiling is on",
     true, 5s},
    Lane::bricks,
    Scope::node,
    Asks::node,
    &processes_collector,
    run_brick_profile};

}  // namespace glusterfs_exporter::collect

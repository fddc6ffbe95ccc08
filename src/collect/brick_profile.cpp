#include "collect/per_brick.hpp"
#include "collect/table.hpp"
#include "collect/volume_options.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// A brick answers also while profiling is off, with what it had counted before.
bool is_profiled(const Facts& facts, const std::string& volume) {
  return std::ranges::any_of(*facts.topology.value, [&](const gluster::VolumeRecord& record) {
    return record.name == volume && profiling_is_on(record);
  });
}

Result<Found> run_brick_profile(Run& run) {
  run.came_by(gluster::Way::rpc);
  return for_each_brick(run, &Facts::brick_profiles,
                        [&](const gluster::LocalBrick& brick) -> std::optional<Result<model::BrickProfile>> {
                          const auto* process = process_of(run, brick.id);
                          if (process == nullptr || !is_profiled(run.facts, brick.volume)) {
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

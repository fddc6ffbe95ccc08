#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// The running glusterd shows its version among its mapped files. Only where that cannot be seen the
/// installed one is asked for, by a command.
Result<Found> run_version(Run& run) {
  if (const auto* processes = run.facts.processes.at(run.now);
      processes != nullptr && !processes->gluster_version.empty()) {
    run.came_by(gluster::Way::local);
    run.put(&Facts::version, processes->gluster_version);
    return Found::something;
  }
  if (run.config.gluster.source == config::SourceChoice::rpc) {
    return Found::something;
  }
  run.came_by(gluster::Way::cli);
  auto version = run.sources.cli.version();
  if (!version) {
    return std::unexpected(std::move(version.error()));
  }
  run.put(&Facts::version, *std::move(version));
  return Found::something;
}

}  // namespace

const CollectorSpec version_collector{{"version", "the version of Gluster on this node", true, 60s},
                                      Lane::query,
                                      Scope::node,
                                      Asks::glusterd,
                                      &processes_collector,
                                      run_version};

}  // namespace glusterfs_exporter::collect

#include "collect/per_volume.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

Result<Found> run_status(Run& run) {
  return for_all_volumes(
      run, &Facts::status, [&] { return run.sources.cli.status(); },
      [&](const std::string& volume) { return run.sources.cli.status(volume); });
}

}  // namespace

const CollectorSpec status_collector{{"status", "bricks and daemons online, tasks", true, 30s},
                                     Lane::transaction,
                                     Scope::cluster,
                                     Asks::cli,
                                     &topology_collector,
                                     run_status};

}  // namespace glusterfs_exporter::collect

#pragma once

#include <expected>
#include <span>
#include <vector>

#include "collect/collector.hpp"

namespace glusterfs_exporter::collect {

/// All collectors, in the order in which they first run. The first one learns the volumes that the others ask
/// about.
std::span<const CollectorSpec* const> collector_table();

/// The same for the reader of the configuration.
std::vector<config::CollectorDefaults> collector_defaults();

/// Refuses settings under which nothing can be collected.
std::expected<void, config::ConfigError> check_collectors(const config::Config& config);

/// Whether the collector can run when Gluster is asked this way.
bool can_ask(const CollectorSpec& collector, config::SourceChoice source);

// One file each.
extern const CollectorSpec topology_collector;
extern const CollectorSpec peers_collector;
extern const CollectorSpec exporters_collector;
extern const CollectorSpec processes_collector;
extern const CollectorSpec filesystems_collector;
extern const CollectorSpec heal_index_collector;
extern const CollectorSpec brick_profile_collector;
extern const CollectorSpec brick_internals_collector;
extern const CollectorSpec thin_pools_collector;
extern const CollectorSpec version_collector;
extern const CollectorSpec max_op_version_collector;
extern const CollectorSpec status_collector;
extern const CollectorSpec detail_collector;
extern const CollectorSpec profile_collector;
extern const CollectorSpec heal_count_collector;
extern const CollectorSpec heal_summary_collector;
extern const CollectorSpec quota_collector;
extern const CollectorSpec rebalance_collector;
extern const CollectorSpec snapshots_collector;
extern const CollectorSpec geo_replication_collector;
extern const CollectorSpec bitrot_collector;
extern const CollectorSpec top_collector;
extern const CollectorSpec op_version_collector;

}  // namespace glusterfs_exporter::collect

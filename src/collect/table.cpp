#include "collect/table.hpp"

#include <array>

namespace glusterfs_exporter::collect {

namespace {

std::expected<void, config::ConfigError> must_stay_on(const config::Config& config,
                                                      const CollectorSpec& collector, std::string_view why) {
  const auto& name = collector.defaults.name;
  if (config.collectors.find(name)->second.enabled) {
    return {};
  }
  const auto key = "collectors." + std::string(name) + ".enabled";
  return std::unexpected(
      config::ConfigError{config.origin(key), key + ": must stay true: " + std::string(why)});
}

}  // namespace

std::span<const CollectorSpec* const> collector_table() {
  static constexpr std::array<const CollectorSpec*, 23> kTable{
      &topology_collector,    &peers_collector,      &exporters_collector,      &processes_collector,
      &filesystems_collector, &heal_index_collector, &brick_profile_collector,  &brick_internals_collector,
      &thin_pools_collector,  &version_collector,    &op_version_collector,     &status_collector,
      &detail_collector,      &profile_collector,    &heal_count_collector,     &heal_summary_collector,
      &quota_collector,       &rebalance_collector,  &snapshots_collector,      &geo_replication_collector,
      &bitrot_collector,      &top_collector,        &max_op_version_collector,
  };
  return kTable;
}

std::vector<config::CollectorDefaults> collector_defaults() {
  std::vector<config::CollectorDefaults> defaults;
  for (const auto* collector : collector_table()) {
    defaults.push_back(collector->defaults);
  }
  return defaults;
}

std::expected<void, config::ConfigError> check_collectors(const config::Config& config) {
  if (const auto kept =
          must_stay_on(config, topology_collector, "the other collectors ask about the volumes it finds");
      !kept) {
    return kept;
  }
  if (config.cluster.leader == config::LeaderChoice::automatic) {
    for (const auto* collector : {&peers_collector, &exporters_collector}) {
      if (const auto kept =
              must_stay_on(config, *collector,
                           "with cluster.leader auto it decides which exporter speaks for the cluster");
          !kept) {
        return kept;
      }
    }
  }
  for (const auto* collector : collector_table()) {
    const auto key = "collectors." + std::string(collector->defaults.name) + ".enabled";
    if (config.origins.contains(key) && config.collectors.find(collector->defaults.name)->second.enabled &&
        !can_ask(*collector, config.gluster.source)) {
      return std::unexpected(config::ConfigError{
          config.origin(key),
          key + ": cannot be true with gluster.source " +
              (collector->asks == Asks::cli ? "rpc: only the gluster command tells this"
                                            : "cli: the gluster command does not tell this")});
    }
  }
  return {};
}

bool can_ask(const CollectorSpec& collector, config::SourceChoice source) {
  switch (collector.asks) {
    case Asks::cli:
      return source != config::SourceChoice::rpc;
    case Asks::node:
      return source != config::SourceChoice::cli;
    default:
      return true;
  }
}

}  // namespace glusterfs_exporter::collect

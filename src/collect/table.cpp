#include "collect/table.hpp"

#include <array>

namespace glusterfs_exporter::collect {

std::span<const CollectorSpec* const> collector_table() {
  static constexpr std::array<const CollectorSpec*, 14> kTable{
      &topology_collector,  &peers_collector,      &status_collector,          &detail_collector,
      &profile_collector,   &heal_count_collector, &heal_summary_collector,    &quota_collector,
      &rebalance_collector, &snapshots_collector,  &geo_replication_collector, &bitrot_collector,
      &top_collector,       &op_version_collector,
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
  const auto& name = topology_collector.defaults.name;
  if (!config.collectors.find(name)->second.enabled) {
    const auto key = "collectors." + std::string(name) + ".enabled";
    return std::unexpected(config::ConfigError{
        config.origin(key), key + ": must stay true: the other collectors ask about the volumes it finds"});
  }
  return {};
}

}  // namespace glusterfs_exporter::collect

#include "config/config.hpp"

#include <array>

namespace glusterfs_exporter::config {
namespace {

/// What decides whether data stays writable, protected and reachable. Options with few values each, none of
/// them a secret; whether profiling is on has a metric of its own.
constexpr std::array<std::string_view, 20> kDefaultVolumeOptions = {
    "auth.allow",
    "client.ssl",
    "cluster.brick-multiplex",
    "cluster.favorite-child-policy",
    "cluster.quorum-count",
    "cluster.quorum-type",
    "cluster.self-heal-daemon",
    "cluster.server-quorum-ratio",
    "cluster.server-quorum-type",
    "features.bitrot",
    "features.inode-quota",
    "features.quota",
    "features.read-only",
    "features.shard",
    "features.worm",
    "network.ping-timeout",
    "performance.cache-size",
    "server.root-squash",
    "server.ssl",
    "storage.reserve",
};

}  // namespace

std::string Config::origin(std::string_view key) const {
  const auto found = origins.find(key);
  return found == origins.end() ? "default" : found->second;
}

Config default_config(std::span<const CollectorDefaults> collectors) {
  Config config;
  config.volume_options.assign(kDefaultVolumeOptions.begin(), kDefaultVolumeOptions.end());
  for (const CollectorDefaults& collector : collectors) {
    config.collectors.emplace(
        collector.name, CollectorSettings{.enabled = collector.enabled, .interval = collector.interval});
  }
  return config;
}

}  // namespace glusterfs_exporter::config

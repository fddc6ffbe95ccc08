#include "receive/keys.hpp"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <utility>

#include "config/key_file.hpp"

namespace glusterfs_exporter::receive {
namespace {

using config::ConfigError;

/// Reads one file into `key` unless something was wrong before.
void read(const config::Config& config, const std::string& setting, const std::string& path, std::string& key,
          std::expected<void, ConfigError>& result) {
  if (!result) {
    return;
  }
  auto read = config::read_key_file(config, setting, path);
  if (read) {
    key = *std::move(read);
  } else {
    result = std::unexpected(std::move(read.error()));
  }
}

void read_push_tokens(const config::Config& config, Keys& keys, std::expected<void, ConfigError>& result) {
  std::map<std::string_view, std::string_view> cluster_of_token;
  for (const auto& [name, cluster] : config.pushed_clusters) {
    const auto setting = "push.clusters." + name + ".token_file";
    auto& token = keys.push_tokens[name];
    read(config, setting, cluster.token_file, token, result);
    if (!result) {
      return;
    }
    const auto fail = [&](std::string problem) {
      result = std::unexpected(ConfigError{config.origin(setting), std::move(problem)});
    };
    if (name == kOwnCluster) {
      fail(
          fmt::format("push.clusters: the hub's own cluster is called {}; give this one another name", name));
      return;
    }
    const auto [other, is_new] = cluster_of_token.emplace(token, name);
    if (!is_new) {
      fail(
          fmt::format("push.clusters: {} and {} have the same token, which says whom a document is about; "
                      "give each its own",
                      other->second, name));
      return;
    }
  }
}

}  // namespace

std::expected<Keys, ConfigError> read_keys(const config::Config& config) {
  Keys keys;
  std::expected<void, ConfigError> result;
  const auto& events = config.gluster_events;
  read(config, "gluster_events.token_file", events.token_file, keys.events_token, result);
  read(config, "gluster_events.secret_file", events.secret_file, keys.events_secret, result);
  read(config, "alerts.token_file", config.alerts.token_file, keys.alerts_token, result);
  read_push_tokens(config, keys, result);
  if (!result) {
    return std::unexpected(result.error());
  }
  return keys;
}

}  // namespace glusterfs_exporter::receive

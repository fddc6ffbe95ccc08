#include "receive/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "config/read_file.hpp"
#include "config/values.hpp"

namespace glusterfs_exporter::receive {
namespace {

constexpr std::size_t kLeastBytes = 8;
constexpr std::size_t kMostBytes = 1024;

bool is_visible(char c) {
  return c > ' ' && c < 0x7F;
}

/// What is wrong with what a file holds; empty when nothing is. Never shows any of it.
std::string problem_of(std::string_view key) {
  if (!std::ranges::all_of(key, is_visible)) {
    return "must hold one line of visible ASCII characters without spaces";
  }
  if (key.size() < kLeastBytes || key.size() > kMostBytes) {
    return fmt::format("must hold {} to {} characters, holds {}", kLeastBytes, kMostBytes, key.size());
  }
  return {};
}

/// Reads one file into `key` unless something was wrong before.
void read(const config::Config& config, const std::string& setting, const std::string& path, std::string& key,
          std::expected<void, config::ConfigError>& result) {
  if (!result || path.empty()) {
    return;
  }
  const auto fail = [&](const std::string& problem) {
    result = std::unexpected(config::ConfigError{config.origin(setting),
                                                 setting + ": " + config::printable(path) + " " + problem});
  };
  auto text = config::read_file(path);
  if (!text) {
    fail(text.error().message);
    return;
  }
  if (text->ends_with('\n')) {
    text->pop_back();
  }
  if (text->ends_with('\r')) {
    text->pop_back();
  }
  if (const auto problem = problem_of(*text); !problem.empty()) {
    fail(problem);
    return;
  }
  key = *std::move(text);
}

void read_push_tokens(const config::Config& config, Keys& keys,
                      std::expected<void, config::ConfigError>& result) {
  std::map<std::string_view, std::string_view> cluster_of_token;
  for (const auto& [name, cluster] : config.pushed_clusters) {
    const auto setting = "push.clusters." + name + ".token_file";
    auto& token = keys.push_tokens[name];
    read(config, setting, cluster.token_file, token, result);
    if (!result) {
      return;
    }
    const auto fail = [&](std::string problem) {
      result = std::unexpected(config::ConfigError{config.origin(setting), std::move(problem)});
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

std::expected<Keys, config::ConfigError> read_keys(const config::Config& config) {
  Keys keys;
  std::expected<void, config::ConfigError> result;
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

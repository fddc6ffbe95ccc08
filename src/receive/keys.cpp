#include "receive/keys.hpp"

#include <utility>

#include "config/key_file.hpp"

namespace glusterfs_exporter::receive {

std::expected<Keys, config::ConfigError> read_keys(const config::Config& config) {
  auto events_token = read_key_file(config, "gluster_events.token_file", config.gluster_events.token_file);
  if (!events_token) {
    return std::unexpected(std::move(events_token.error()));
  }
  auto events_secret = read_key_file(config, "gluster_events.secret_file", config.gluster_events.secret_file);
  if (!events_secret) {
    return std::unexpected(std::move(events_secret.error()));
  }
  auto alerts_token = read_key_file(config, "alerts.token_file", config.alerts.token_file);
  if (!alerts_token) {
    return std::unexpected(std::move(alerts_token.error()));
  }
  return Keys{*std::move(events_token), *std::move(events_secret), *std::move(alerts_token)};
}

}  // namespace glusterfs_exporter::receive

#include "exchange/credentials.hpp"

#include <array>
#include <string>
#include <utility>

#include "config/key_file.hpp"
#include "config/read_file.hpp"
#include "config/values.hpp"

namespace glusterfs_exporter::exchange {

std::expected<ClusterCredentials, config::ConfigError> read_cluster_credentials(
    const config::Config& config) {
  const auto& cluster = config.cluster;
  auto token = config::read_key_file(config, "cluster.token_file", cluster.token_file);
  if (!token) {
    return std::unexpected(std::move(token.error()));
  }
  const std::array<std::pair<std::string, const std::string*>, 3> files = {
      {{"cluster.tls.ca_file", &cluster.tls.ca_file},
       {"cluster.tls.cert_file", &cluster.tls.cert_file},
       {"cluster.tls.key_file", &cluster.tls.key_file}}};
  for (const auto& [setting, path] : files) {
    if (const auto text = path->empty() ? "" : config::read_file(*path); !text) {
      return std::unexpected(config::ConfigError{
          config.origin(setting), setting + ": " + config::printable(*path) + " " + text.error().message});
    }
  }
  return ClusterCredentials{.token = *std::move(token),
                            .ca_file = cluster.tls.ca_file,
                            .cert_file = cluster.tls.cert_file,
                            .key_file = cluster.tls.key_file,
                            .server_name = cluster.tls.server_name};
}

}  // namespace glusterfs_exporter::exchange

#pragma once

#include <expected>

#include "config/config.hpp"
#include "exchange/fetch.hpp"

namespace glusterfs_exporter::exchange {

/// What `cluster` in the configuration names: reads the token, and looks whether the files of TLS can be
/// read. The error's place is where the file is named.
std::expected<ClusterCredentials, config::ConfigError> read_cluster_credentials(const config::Config& config);

}  // namespace glusterfs_exporter::exchange

#pragma once

#include <expected>
#include <map>
#include <string>

#include "config/config.hpp"
#include "webhook/poster.hpp"

namespace glusterfs_exporter::webhook {

using CredentialsByTarget = std::map<std::string, Credentials, std::less<>>;

/// Reads what the targets' files hold, and looks whether those of TLS can be read. The error's place is where
/// the file is named.
std::expected<CredentialsByTarget, config::ConfigError> read_credentials(const config::Config& config);

}  // namespace glusterfs_exporter::webhook

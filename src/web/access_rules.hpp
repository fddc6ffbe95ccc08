#pragma once

#include <expected>
#include <map>
#include <string>

#include "config/config.hpp"
#include "web/password_check.hpp"

namespace glusterfs_exporter::web {

/// What the exporter's own configuration says of who may read and post, with what its files hold. A value.
struct AccessRules {
  std::string telemetry_path = "/metrics";
  std::map<std::string, std::string, std::less<>> tokens;  ///< by name
  std::string cluster_token;                               ///< empty for none
  config::Config::Access::Lists read;
  config::Config::Access::Lists post;
};

inline constexpr std::size_t kLeastTokenBytes = 16;

/// Reads the files of tokens. Two names with the same token, and names in lists that are neither a token nor
/// one of `users`, are errors.
std::expected<AccessRules, config::ConfigError> read_access_rules(const config::Config& config,
                                                                  const PasswordCheck::Users& users);

}  // namespace glusterfs_exporter::web

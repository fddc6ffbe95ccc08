#pragma once

#include <expected>
#include <string>

#include "config/config.hpp"

namespace glusterfs_exporter::receive {

/// What the files hold that the configuration names; empty where it names none.
struct Keys {
  std::string events_token;
  std::string events_secret;
  std::string alerts_token;
};

/// Reads them. A file has to hold one line of 8 to 1024 visible ASCII characters. The error's place is where
/// the file is named.
std::expected<Keys, config::ConfigError> read_keys(const config::Config& config);

}  // namespace glusterfs_exporter::receive

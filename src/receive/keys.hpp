#pragma once

#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "config/config.hpp"

namespace glusterfs_exporter::receive {

/// What a hub's own cluster is called among those that push to it.
inline constexpr std::string_view kOwnCluster = "local";

/// What the files hold that the configuration names; empty where it names none.
struct Keys {
  std::string events_token;
  std::string events_secret;
  std::string alerts_token;
  std::map<std::string, std::string, std::less<>> push_tokens;  ///< by the names of the clusters
};

/// Reads them. A file has to hold one line of 8 to 1024 visible ASCII characters. The error's place is where
/// the file is named. Two clusters with the same token, which says whom a document is about, are an error
/// too, and so is one that is called like the hub's own.
std::expected<Keys, config::ConfigError> read_keys(const config::Config& config);

}  // namespace glusterfs_exporter::receive

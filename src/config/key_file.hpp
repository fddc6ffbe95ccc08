#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "config/config.hpp"

namespace glusterfs_exporter::config {

inline constexpr std::size_t kLeastKeyBytes = 8;  ///< of what lets somebody in here

/// What the file at `path` holds: one line of `least_bytes` to 1024 visible ASCII characters. Empty when
/// `path` is. An error's place is where `setting` names the file; it never shows any of what the file holds.
std::expected<std::string, ConfigError> read_key_file(const Config& config, const std::string& setting,
                                                      const std::string& path,
                                                      std::size_t least_bytes = kLeastKeyBytes);

}  // namespace glusterfs_exporter::config

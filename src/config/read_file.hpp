#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "config/config.hpp"

namespace glusterfs_exporter::config {

inline constexpr std::size_t kMaxFileBytes = 1024UL * 1024;

/// The whole of the file at `path`. An error, with the path as its place, when it cannot be read, is a
/// directory or holds more than max_file_bytes.
std::expected<std::string, ConfigError> read_file(const std::string& path);

}  // namespace glusterfs_exporter::config

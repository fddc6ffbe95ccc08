#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace glusterfs_exporter {

/// RFC 3339 in UTC with whole milliseconds, rounded down: "2026-11-21T03:14:35.123Z".
std::string write_time(std::chrono::system_clock::time_point time);

/// Reads what write_time writes, with any number of decimals up to nine or none; nothing else, in particular
/// no other zone. Nothing for a date that does not exist and for years before 1970 or after 2199.
std::optional<std::chrono::system_clock::time_point> read_time(std::string_view text);

}  // namespace glusterfs_exporter

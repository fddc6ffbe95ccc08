#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "common/log_format.hpp"
#include "config/config.hpp"
#include "config/values.hpp"

/// What each of this program's settings may be, the same for a flag and for the file.
namespace glusterfs_exporter::config {

inline constexpr std::size_t kMaxVolumeOptions = 200;
inline constexpr std::size_t kMaxPushedClusters = 100;
inline constexpr std::size_t kMaxAccessTokens = 100;
inline constexpr std::size_t kMaxAccessNames = 100;

/// An absolute path on this server that none of its own pages has.
Parsed<std::string> parse_telemetry_path(std::string_view text);

/// How many streams may be open at a time: 0 to 10000.
Parsed<std::size_t> parse_max_viewers(std::string_view text);

/// A program: its absolute path, or a name to look up.
Parsed<std::string> parse_program(std::string_view text);

/// The absolute path of a Unix socket, or empty for the built-in one.
Parsed<std::string> parse_socket_path(std::string_view text);

/// auto, rpc or cli.
Parsed<SourceChoice> parse_source(std::string_view text);

/// auto, always or never.
Parsed<LeaderChoice> parse_leader(std::string_view text);

/// A TCP port, or 0 for this program's own.
Parsed<std::uint16_t> parse_exporter_port(std::string_view text);

/// How often a collector runs: 1s to 24h.
Parsed<std::chrono::milliseconds> parse_interval(std::string_view text);

/// How long a command may take: 100ms to 1h.
Parsed<std::chrono::milliseconds> parse_timeout(std::string_view text);

/// debug, info, warn or error.
Parsed<std::string> parse_log_level(std::string_view text);

/// logfmt or json.
Parsed<LogFormat> parse_log_format(std::string_view text);

/// The name of a Gluster volume option, such as cluster.quorum-type.
Parsed<std::string> parse_volume_option(std::string_view text);

/// The absolute path of a file that holds a token or a secret, or empty for none.
Parsed<std::string> parse_key_path(std::string_view text);

/// How long an alert that is not told of again stands: 1m to 720h.
Parsed<std::chrono::milliseconds> parse_expiry(std::string_view text);

/// The user's name for a cluster or a target: 1 to 64 of a-z, 0-9, '-', '_' and '.', the first a letter or
/// digit. So it is a file's name and needs no escaping anywhere.
Parsed<std::string> parse_name(std::string_view text);

/// The user's name for a token: as parse_name, but none of the words that stand for others.
Parsed<std::string> parse_token_name(std::string_view text);

/// Whom a list lets in: a user's or token's name, or one of those words. Names of users may be anything
/// printable.
Parsed<std::string> parse_who(std::string_view text);

/// A name that a certificate may have, or empty for none.
Parsed<std::string> parse_host_name(std::string_view text);

/// The path of exporter-toolkit's file, absolute or from where the program was started.
Parsed<std::string> parse_web_config_path(std::string_view text);

/// How many files per brick and call: 1 to 100.
Parsed<std::size_t> parse_top_files(std::string_view text);

}  // namespace glusterfs_exporter::config

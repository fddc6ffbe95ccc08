#include "config/settings.hpp"

#include <sys/un.h>

#include <algorithm>
#include <array>
#include <expected>

namespace glusterfs_exporter::config {
namespace {

/// What this program serves itself. Everything under /api/ is its own, too.
constexpr std::array<std::string_view, 5> kOwnPaths = {"/", "/-/healthy", "/-/ready", "/-/reload", "/sd"};

bool is_lower_or_digit(char character) {
  return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
}

bool is_path_character(char character) {
  constexpr std::string_view kOthers = "-._~/";
  return is_lower_or_digit(character) || (character >= 'A' && character <= 'Z') ||
         kOthers.contains(character);
}

bool is_option_character(char character) {
  constexpr std::string_view kOthers = "-._";
  return is_lower_or_digit(character) || kOthers.contains(character);
}

/// The server removes empty and dot segments from a request's path, so a path with them would never be
/// reached.
bool has_dead_segment(std::string_view path) {
  return path.contains("//") || path.contains("/./") || path.contains("/../") || path.ends_with("/.") ||
         path.ends_with("/..");
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte < 0x20 || byte == 0x7F;
  });
}

}  // namespace

Parsed<std::string> parse_telemetry_path(std::string_view text) {
  if (!text.starts_with('/')) {
    return std::unexpected("must begin with '/', is " + quote(text));
  }
  if (!std::ranges::all_of(text, is_path_character) || has_dead_segment(text)) {
    return std::unexpected(
        "must be a plain path of letters, digits, '-', '.', '_' and '~' such as /metrics, is " + quote(text));
  }
  if (std::ranges::find(kOwnPaths, text) != kOwnPaths.end() || text.starts_with("/api/")) {
    return std::unexpected(
        "must not be a path that is used already (/, /-/healthy, /-/ready, /-/reload, /sd, /api/), is " +
        quote(text));
  }
  return std::string(text);
}

Parsed<std::size_t> parse_max_viewers(std::string_view text) {
  return parse_whole_number(text, 0, 10'000);
}

Parsed<std::string> parse_program(std::string_view text) {
  const bool path_or_name = text.starts_with('/') || (!text.contains('/') && !text.starts_with('-'));
  if (text.empty() || !path_or_name || has_control_character(text)) {
    return std::unexpected("must be an absolute path or the name of a program, is " + quote(text));
  }
  return std::string(text);
}

Parsed<std::string> parse_socket_path(std::string_view text) {
  constexpr std::size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
  static_assert(kLongest == 107, "the message below says so");
  if (text.empty()) {
    return std::string();
  }
  if (!text.starts_with('/') || has_control_character(text)) {
    return std::unexpected("must be an absolute path, is " + quote(text));
  }
  if (text.size() > kLongest) {
    return std::unexpected("must not be longer than 107 bytes, the most a Unix socket can have, is " +
                           quote(text));
  }
  return std::string(text);
}

Parsed<SourceChoice> parse_source(std::string_view text) {
  if (text == "auto") {
    return SourceChoice::automatic;
  }
  if (text == "rpc") {
    return SourceChoice::rpc;
  }
  if (text == "cli") {
    return SourceChoice::cli;
  }
  return std::unexpected("must be auto, rpc or cli, is " + quote(text));
}

Parsed<LeaderChoice> parse_leader(std::string_view text) {
  if (text == "auto") {
    return LeaderChoice::automatic;
  }
  if (text == "always") {
    return LeaderChoice::always;
  }
  if (text == "never") {
    return LeaderChoice::never;
  }
  return std::unexpected("must be auto, always or never, is " + quote(text));
}

Parsed<std::uint16_t> parse_exporter_port(std::string_view text) {
  const auto port = parse_whole_number(text, 0, 65535);
  if (!port) {
    return std::unexpected(port.error());
  }
  return static_cast<std::uint16_t>(*port);
}

Parsed<std::chrono::milliseconds> parse_interval(std::string_view text) {
  return parse_duration(text, std::chrono::seconds(1), std::chrono::hours(24));
}

Parsed<std::chrono::milliseconds> parse_timeout(std::string_view text) {
  return parse_duration(text, std::chrono::milliseconds(100), std::chrono::hours(1));
}

Parsed<std::string> parse_log_level(std::string_view text) {
  constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warn", "error"};
  if (std::ranges::find(kLevels, text) == kLevels.end()) {
    return std::unexpected("must be debug, info, warn or error, is " + quote(text));
  }
  return std::string(text);
}

Parsed<LogFormat> parse_log_format(std::string_view text) {
  if (text == "logfmt") {
    return LogFormat::logfmt;
  }
  if (text == "json") {
    return LogFormat::json;
  }
  return std::unexpected("must be logfmt or json, is " + quote(text));
}

Parsed<std::string> parse_volume_option(std::string_view text) {
  const bool plain = std::ranges::all_of(text, is_option_character);
  if (text.empty() || !plain) {
    return std::unexpected(
        "must be an option's name of a-z, 0-9, '.', '_' and '-' such as cluster.quorum-type, is " +
        quote(text));
  }
  return std::string(text);
}

Parsed<std::string> parse_key_path(std::string_view text) {
  if (!text.empty() && (!text.starts_with('/') || has_control_character(text))) {
    return std::unexpected("must be an absolute path, is " + quote(text));
  }
  return std::string(text);
}

Parsed<std::chrono::milliseconds> parse_expiry(std::string_view text) {
  return parse_duration(text, std::chrono::minutes(1), std::chrono::hours(720));
}

Parsed<std::string> parse_name(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  if (text.empty() || text.size() > kLongest || !is_lower_or_digit(text.front()) ||
      !std::ranges::all_of(text, is_option_character)) {
    return std::unexpected(
        "must be 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or a digit, is " + quote(text));
  }
  return std::string(text);
}

Parsed<std::string> parse_token_name(std::string_view text) {
  constexpr std::array kWords = {kAnyone, kSignedIn, kLoopback, kCluster};
  if (std::ranges::find(kWords, text) != kWords.end()) {
    return std::unexpected("must not be anyone, signed_in, loopback or cluster, which mean others, is " +
                           quote(text));
  }
  return parse_name(text);
}

Parsed<std::string> parse_who(std::string_view text) {
  constexpr std::size_t kLongest = 256;
  if (text.empty() || text.size() > kLongest || has_control_character(text)) {
    return std::unexpected(
        "must be the name of a user or a token, or anyone, signed_in, loopback or cluster, is " +
        quote(text));
  }
  return std::string(text);
}

Parsed<std::string> parse_host_name(std::string_view text) {
  constexpr std::size_t kLongest = 253;
  const bool good = std::ranges::all_of(text, [](char character) {
    return is_path_character(character) && character != '/' && character != '~';
  });
  if (text.size() > kLongest || !good || text.starts_with('-') || text.starts_with('.')) {
    return std::unexpected("must be a host's name such as gluster.example.com, is " + quote(text));
  }
  return std::string(text);
}

Parsed<std::string> parse_web_config_path(std::string_view text) {
  if (has_control_character(text)) {
    return std::unexpected("must be a file's path, is " + quote(text));
  }
  return std::string(text);
}

Parsed<std::size_t> parse_top_files(std::string_view text) {
  return parse_whole_number(text, 1, 100);
}

}  // namespace glusterfs_exporter::config

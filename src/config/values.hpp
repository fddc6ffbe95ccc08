#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace glusterfs_exporter::config {

/// A value, or what is wrong with its text: the end of a sentence that starts with the setting's name,
/// "must be …, is '…'". Always one line.
template <class T>
using Parsed = std::expected<T, std::string>;

/// `text` as one line of valid UTF-8: control characters escaped, ill-formed parts replaced.
std::string printable(std::string_view text);

/// `text` between single quotes as messages show it: printable, and cut when it is long.
std::string quote(std::string_view text);

/// A duration as Prometheus writes it: 500ms, 15s, 1m30s. Units y, w, d, h, m, s, ms, each at most once, in
/// that order. An error when it is not within [min, max].
Parsed<std::chrono::milliseconds> parse_duration(std::string_view text, std::chrono::milliseconds min,
                                                 std::chrono::milliseconds max);

/// What parse_duration reads back as the same: "1m30s". Not negative; hours are the largest unit.
std::string format_duration(std::chrono::milliseconds duration);

/// Decimal digits; an error when it is not within [min, max].
Parsed<std::size_t> parse_whole_number(std::string_view text, std::size_t min, std::size_t max);

/// "true" or "false".
Parsed<bool> parse_bool(std::string_view text);

/// "HOST:PORT" with a numeric IPv4 host and a port from 1 to 65535. ":PORT" is read as "0.0.0.0:PORT".
Parsed<std::string> parse_listen_address(std::string_view text);

}  // namespace glusterfs_exporter::config

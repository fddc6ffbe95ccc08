#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace glusterfs_exporter::web {

/// The text as it may stand between tags and in a quoted attribute.
std::string escape_html(std::string_view text);

/// A duration for people, in its two largest units at most and rounded down: "340 ms", "1.2 s", "2 h 5 min".
/// Negative ones are "0 ms".
std::string human_duration(std::chrono::milliseconds duration);

}  // namespace glusterfs_exporter::web

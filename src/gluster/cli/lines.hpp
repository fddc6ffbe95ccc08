#pragma once

#include <optional>
#include <string_view>
#include <vector>

/// Readers for the answers that come as text for people.
namespace glusterfs_exporter::gluster {

/// The text's lines without the white space around them. They point into `text`.
std::vector<std::string_view> lines_of(std::string_view text);

/// What follows `prefix` in `line`, without the white space around it; nothing when the line begins
/// otherwise.
std::optional<std::string_view> after_prefix(std::string_view line, std::string_view prefix);

}  // namespace glusterfs_exporter::gluster

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace glusterfs_exporter {

/// How many bytes at the start of `text` are well-formed UTF-8; text.size() when all are.
/// Well-formed as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
std::size_t valid_utf8_length(std::string_view text);

/// `text` with every ill-formed part replaced by U+FFFD, so that JSON, metric labels and pages can hold it.
/// A sequence that breaks off counts as one part, as browsers and Unicode's recommendation do it.
std::string clean_utf8(std::string_view text);

/// `text` as one line of at most `max_bytes`: control characters become spaces, and what is cut off is shown
/// by "…". Ill-formed UTF-8 is replaced.
std::string shown(std::string_view text, std::size_t max_bytes);

}  // namespace glusterfs_exporter

#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

#include "common/error.hpp"

namespace glusterfs_exporter::input {

struct JsonLimits {
  std::size_t depth = 16;
  std::size_t values = 200'000;
};

/// The value of `text`, which somebody on the network has sent. An error of kind parse, which names the
/// place, for what is not JSON, not UTF-8, has the same key twice in one object, is nested too deep, or
/// has too many values. Nothing is built before all of that is known to be good, and nothing
/// recurses.
Result<nlohmann::json> parse_strictly(std::string_view text, const JsonLimits& limits = {});

}  // namespace glusterfs_exporter::input

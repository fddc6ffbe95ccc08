#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "common/error.hpp"

namespace glusterfs_exporter::receive {

/// The value of `text`, which somebody on the network has sent. An error of kind parse, which names the
/// place, for what is not JSON, not UTF-8, has the same key twice in one object, is nested deeper than 16, or
/// has more than 200,000 values. Nothing is built before all of that is known to be good, and nothing
/// recurses.
Result<nlohmann::json> parse_strictly(std::string_view text);

}  // namespace glusterfs_exporter::receive

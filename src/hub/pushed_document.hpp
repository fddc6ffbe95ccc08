#pragma once

#include <chrono>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/error.hpp"

namespace glusterfs_exporter::hub {

/// What another cluster's exporter says of it: a state document (docs/schema/state.v1.json), as it came.
struct PushedDocument {
  nlohmann::json json;
  std::string sender;  ///< the uuid of the node and when its exporter was started
  std::chrono::system_clock::time_point taken_at;
};

inline constexpr std::size_t kMaxDocumentDepth = 32;
inline constexpr std::size_t kMaxDocumentValues = 400'000;  ///< about four times those of 2400 bricks

/// Reads what anybody may have sent. An error of kind parse, which names the place, for what is not strict
/// JSON (see input::parse_strictly), is no state document of version 1, lacks a member that one must have
/// or has one of another type, or has a member that is null. Members that the schema does not know and words
/// that it does not know stay.
Result<PushedDocument> read_pushed_document(std::string_view text);

}  // namespace glusterfs_exporter::hub

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "common/error.hpp"

namespace glusterfs_exporter::receive {

/// What one node's glustereventsd says (publish in gfevents/utils.py): {"nodeid", "ts", "event", "message"}.
/// All text is one line of valid UTF-8, and bounded.
struct GlusterEvent {
  std::string node;       ///< uuid of the peer that tells; empty when it does not know its own
  std::int64_t time = 0;  ///< by that node's clock, in seconds since 1970
  std::string name;       ///< "VOLUME_STOP": capital letters, digits and '_'
  std::map<std::string, std::string> members;  ///< of its message: "name" → "rep3"; cut after 256 bytes
};

/// Reads the body of a post; a pure function. An error of kind parse that names the place.
Result<GlusterEvent> read_gluster_event(std::string_view body);

/// One sentence for people.
std::string sentence_of(const GlusterEvent& event);

}  // namespace glusterfs_exporter::receive

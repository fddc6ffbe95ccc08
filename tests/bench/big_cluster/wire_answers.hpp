#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "shape.hpp"

namespace glusterfs_exporter::bench {

/// What glusterd and the bricks of a cluster of this shape say over their sockets, made once and in the order
/// and with the keys that tests/fixtures/gluster-10.3/rpc recorded.
class WireAnswers {
 public:
  explicit WireAnswers(const Shape& shape);

  /// The whole record that answers a call's message; empty for a call that nobody here knows.
  [[nodiscard]] std::string answer(std::string_view call) const;

 private:
  std::map<std::uint32_t, std::string> glusterd_;            ///< by procedure
  std::map<std::string, std::string, std::less<>> volumes_;  ///< get_volume, by name
  std::string profile_;
  std::map<std::string, std::string, std::less<>> status_;  ///< by the command
};

}  // namespace glusterfs_exporter::bench

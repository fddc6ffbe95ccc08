#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"
#include "model/snapshot.hpp"

namespace glusterfs_exporter::receive {

/// One alert of a notification. All text is one line of valid UTF-8, and bounded: at most 32 labels and 16
/// annotations are kept, and what is longer is cut.
struct Alert {
  std::string fingerprint;  ///< of its labels; says which alert it is
  bool firing = false;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  model::Time starts_at;
  std::optional<model::Time> ends_at;
  std::string generator_url;  ///< empty when not given
};

/// What Alertmanager's webhook posts, version 4.
struct Notification {
  std::vector<Alert> alerts;
  std::uint64_t truncated = 0;  ///< so many more were left out (max_alerts of the receiver)
};

/// Reads the body of a post; a pure function. An error of kind parse that names the place.
Result<Notification> read_notification(std::string_view body);

}  // namespace glusterfs_exporter::receive

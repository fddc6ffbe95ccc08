#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "receive/gluster_event.hpp"

namespace glusterfs_exporter::receive {

/// Remembers what was told lately, so that what several nodes tell is shown once. For one thread at a time.
///
/// An event that was told again by a node with the same time is the same post once more. Told by another node
/// within ten seconds it is the same happening, and the n-th telling of each node is the n-th happening.
class RecentEvents {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::seconds kSameHappening{10};
  static constexpr std::chrono::minutes kRemembered{5};
  static constexpr std::size_t kMaxHappenings = 500;
  static constexpr std::size_t kMaxNodes = 256;  ///< of one happening; there are no larger clusters

  /// Whether this was not told before.
  bool is_new(const GlusterEvent& event, Clock::time_point now);

  [[nodiscard]] std::size_t size() const { return happenings_.size(); }

 private:
  using Digest = std::array<unsigned char, 32>;
  struct Telling {
    std::string node;
    std::int64_t time;
  };
  struct Happening {
    Digest what;  // of the event's name and message
    Clock::time_point first_told;
    std::vector<Telling> tellings;
  };

  static Digest digest_of(const GlusterEvent& event);

  std::deque<Happening> happenings_;  // oldest first
};

}  // namespace glusterfs_exporter::receive

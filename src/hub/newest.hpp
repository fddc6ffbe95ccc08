#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>

namespace glusterfs_exporter::hub {

/// Whether a document is news of a cluster or was known, is repeated, or was overtaken on its way. A
/// cluster's documents come from whichever of its exporters leads; each of those is a sender, and a new one
/// after a restart. For one thread at a time.
///
/// - A document whose sender already had one of the same or a later time is never news.
/// - One of the sender that is shown otherwise is.
/// - One of another sender is when its time is later than that of the document that is shown. No time counts
///   for later than when it came: a node whose clock is ahead then keeps nobody from following it.
/// - When nothing was taken for kSilence, one of any sender is. A node whose clock is behind can so follow.
class Newest {
 public:
  using SystemTime = std::chrono::system_clock::time_point;
  using SteadyTime = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds kSilence{30};

  /// As many are remembered; the one that was quiet longest is forgotten first, never the one that is shown.
  static constexpr std::size_t kMaxSenders = 64;

  enum class Verdict : std::uint8_t {
    taken,     ///< it is the newest now
    repeated,  ///< its sender had one of the same time
    older,
  };

  /// `sender` as long as it likes; `time` is that of the document. The rest is when it came, by two clocks.
  Verdict judge(std::string_view sender, SystemTime time, SystemTime now, SteadyTime steady_now);

 private:
  struct Sender {
    std::string id;
    SystemTime last;  // the latest time of its documents, taken or not
  };
  struct Shown {
    std::string sender;
    SystemTime time;  // not later than when it came
    SteadyTime taken_at;
  };

  void remember(std::string_view sender, SystemTime time);

  std::list<Sender> senders_;  // who was heard last is first
  std::optional<Shown> shown_;
};

}  // namespace glusterfs_exporter::hub

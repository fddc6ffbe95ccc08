#pragma once

#include <chrono>
#include <optional>
#include <random>
#include <string_view>

namespace glusterfs_exporter::webhook {

/// How long to wait before a delivery is tried again: a second after the first failure, twice as long after
/// each further one, a minute at most; each time a random part of up to half of it less, so that senders
/// which failed together do not come back together. For one thread.
class Backoff {
 public:
  static constexpr std::chrono::milliseconds kFirst{1000};
  static constexpr std::chrono::milliseconds kLongest{60'000};

  explicit Backoff(std::minstd_rand random) : random_(random) {}

  std::chrono::milliseconds next();
  void reset() { next_ = kFirst; }

 private:
  std::minstd_rand random_;
  std::chrono::milliseconds next_ = kFirst;
};

/// How long the header Retry-After (RFC 9110 10.2.3: seconds, or a date in GMT) asks to wait, an hour at
/// most; nothing when it says something else.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::chrono::system_clock::time_point now);

}  // namespace glusterfs_exporter::webhook

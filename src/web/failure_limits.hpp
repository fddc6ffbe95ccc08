#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace glusterfs_exporter::web {

/// How often somebody may fail to say who he is, per address and in all. For any thread.
class FailureLimits {
 public:
  using Clock = std::chrono::steady_clock;

  struct Limit {
    double at_once;
    double per_second;
  };
  static constexpr Limit kOfAddress = {.at_once = 10, .per_second = 0.5};
  static constexpr Limit kInAll = {.at_once = 40, .per_second = 2};
  static constexpr std::size_t kMaxAddresses = 4096;

  /// Whether an address has failed so often that nothing is looked at which it sends.
  bool is_blocked(std::string_view address, Clock::time_point now);

  /// Asks for one more attempt. Who succeeds gives it back; false: not now.
  bool take(std::string_view address, Clock::time_point now);
  void give_back(std::string_view address, Clock::time_point now);

  /// A failure that is known already.
  void failed(std::string_view address, Clock::time_point now);

 private:
  struct Bucket {
    double left;
    Clock::time_point at;
  };

  static void fill(Bucket& bucket, const Limit& limit, Clock::time_point now);
  Bucket& bucket_of(std::string_view address, Clock::time_point now);
  /// Forgets those that have nothing left to be remembered of, or else those that failed least.
  void make_room(Clock::time_point now);

  std::mutex mutex_;
  Bucket all_{kInAll.at_once, {}};
  std::map<std::string, Bucket, std::less<>> addresses_;
};

}  // namespace glusterfs_exporter::web

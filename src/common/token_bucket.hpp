#pragma once

#include <algorithm>
#include <chrono>

namespace glusterfs_exporter {

/// Lets `capacity` through at once and `per_second` in the long run. For one thread at a time.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  TokenBucket(double capacity, double per_second)
      : capacity_(capacity), per_second_(per_second), tokens_(capacity) {}

  bool take(Clock::time_point now) {
    const std::chrono::duration<double> passed = now - filled_at_;
    tokens_ = std::min(capacity_, tokens_ + std::max(0.0, passed.count()) * per_second_);
    filled_at_ = now;
    if (tokens_ < 1) {
      return false;
    }
    tokens_ -= 1;
    return true;
  }

 private:
  const double capacity_;
  const double per_second_;
  double tokens_;
  Clock::time_point filled_at_;
};

}  // namespace glusterfs_exporter

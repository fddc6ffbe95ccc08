#include "web/failure_limits.hpp"

#include <algorithm>

namespace glusterfs_exporter::web {

void FailureLimits::fill(Bucket& bucket, const Limit& limit, Clock::time_point now) {
  const std::chrono::duration<double> passed = now - bucket.at;
  bucket.left = std::min(limit.at_once, bucket.left + std::max(0.0, passed.count()) * limit.per_second);
  bucket.at = now;
}

FailureLimits::Bucket& FailureLimits::bucket_of(std::string_view address, Clock::time_point now) {
  auto found = addresses_.find(address);
  if (found == addresses_.end()) {
    if (addresses_.size() >= kMaxAddresses) {
      make_room(now);
    }
    found = addresses_.emplace(std::string(address), Bucket{kOfAddress.at_once, now}).first;
  }
  fill(found->second, kOfAddress, now);
  return found->second;
}

void FailureLimits::make_room(Clock::time_point now) {
  for (auto& [address, bucket] : addresses_) {
    fill(bucket, kOfAddress, now);
  }
  std::erase_if(addresses_, [](const auto& entry) { return entry.second.left >= kOfAddress.at_once; });
  if (addresses_.size() >= kMaxAddresses) {
    addresses_.erase(
        std::ranges::max_element(addresses_, {}, [](const auto& entry) { return entry.second.left; }));
  }
}

bool FailureLimits::is_blocked(std::string_view address, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  const auto found = addresses_.find(address);
  if (found == addresses_.end()) {
    return false;
  }
  fill(found->second, kOfAddress, now);
  return found->second.left < 1;
}

bool FailureLimits::take(std::string_view address, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  fill(all_, kInAll, now);
  auto& own = bucket_of(address, now);
  if (own.left < 1 || all_.left < 1) {
    return false;
  }
  own.left -= 1;
  all_.left -= 1;
  return true;
}

void FailureLimits::give_back(std::string_view address, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  fill(all_, kInAll, now);
  auto& own = bucket_of(address, now);
  own.left = std::min(own.left + 1, kOfAddress.at_once);
  all_.left = std::min(all_.left + 1, kInAll.at_once);
}

void FailureLimits::failed(std::string_view address, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  auto& own = bucket_of(address, now);
  own.left = std::max(0.0, own.left - 1);
}

}  // namespace glusterfs_exporter::web

#include "reload_requests.hpp"

#include <utility>

namespace glusterfs_exporter {

std::optional<ReloadRequests::Outcome> ReloadRequests::ask(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const auto mine = ++asked_;
  wake_();
  if (!served_.wait_for(lock, patience, [&] { return answered_ >= mine; })) {
    return std::nullopt;
  }
  return last_;
}

void ReloadRequests::serve(const std::function<Outcome()>& reload) {
  std::uint64_t up_to = 0;
  {
    const std::scoped_lock lock(mutex_);
    up_to = asked_;
  }
  auto outcome = reload();
  {
    const std::scoped_lock lock(mutex_);
    answered_ = up_to;
    last_ = std::move(outcome);
  }
  served_.notify_all();
}

}  // namespace glusterfs_exporter

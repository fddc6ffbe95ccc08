#include "collect/timing.hpp"

#include <algorithm>

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// An answer is shown for so many intervals after it was asked for.
constexpr int kIntervalsAnAnswerHolds = 3;

/// What is not there is asked about this much less often.
constexpr int kIntervalsBetweenIdleRuns = 10;

/// A transaction most often lasts well below a second, so that the first try after a conflict may come soon.
constexpr std::chrono::milliseconds kFirstPauseAfterLock = 1s;
constexpr std::chrono::milliseconds kLongestPause = 5min;

/// Some failures pass on their own (Gluster words some lock conflicts as "does not exist"), so a collector
/// with a long interval tries again before that is over.
constexpr std::chrono::milliseconds kFirstPauseAfterOtherFailure = 15s;

std::chrono::milliseconds doubled(std::chrono::milliseconds first, int times) {
  constexpr int kEnough = 20;  // beyond every limit used here
  return first * (1LL << std::min(times, kEnough));
}

std::chrono::milliseconds spread(std::chrono::milliseconds pause, double chance) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(pause * (0.5 + chance));
}

}  // namespace

void Timing::carry_on(const Timing& before) {
  const auto interval = interval_;
  *this = before;
  interval_ = interval;
  observed_period_ = {};
  if (!backs_off_ && previous_start_) {
    due_ = std::min(due_, *previous_start_ + interval_);
  }
}

SteadyTime Timing::answers_expire(SteadyTime now) const {
  const auto period = std::max<std::chrono::steady_clock::duration>(interval_, observed_period_);
  return now + kIntervalsAnAnswerHolds * period;
}

void Timing::ended(const Result<Found>& result, SteadyTime started, SteadyTime ended, double chance) {
  if (previous_start_ && result) {
    // Waiting after failures is no measure of how fast runs can come.
    observed_period_ = failures_in_a_row_ > 0 ? interval_ : started - *previous_start_;
  }
  previous_start_ = started;
  lane_pause_ = 0ms;
  backs_off_ =
      !result && (result.error().kind == ErrorKind::lock || result.error().kind == ErrorKind::timeout);

  const bool timed_out = !result && result.error().kind == ErrorKind::timeout;
  timeouts_in_a_row_ = timed_out ? timeouts_in_a_row_ + 1 : 0;

  if (result) {
    failures_in_a_row_ = 0;
    due_ = std::max(ended, started + interval_ * (*result == Found::nothing ? kIntervalsBetweenIdleRuns : 1));
    return;
  }
  ++failures_in_a_row_;
  const auto kind = result.error().kind;
  if (kind == ErrorKind::lock) {
    lane_pause_ =
        spread(std::min(doubled(kFirstPauseAfterLock, failures_in_a_row_ - 1), kLongestPause), chance);
    due_ = ended + lane_pause_;
  } else if (kind == ErrorKind::timeout) {
    const auto longest = std::max(kLongestPause, interval_);
    due_ = ended + spread(std::min(doubled(interval_, timeouts_in_a_row_ - 1), longest), chance);
  } else {
    due_ = ended + std::min(doubled(kFirstPauseAfterOtherFailure, failures_in_a_row_ - 1), interval_);
  }
}

}  // namespace glusterfs_exporter::collect

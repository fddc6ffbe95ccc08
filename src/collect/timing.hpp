#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "collect/collector.hpp"

namespace glusterfs_exporter::collect {

/// When one collector runs next, and for how long its answers hold. Pure: time and chance come in as
/// arguments.
class Timing {
 public:
  explicit Timing(std::chrono::milliseconds interval) : interval_(interval) {}

  /// Goes on where `before` was, which may have had another interval.
  void carry_on(const Timing& before);

  [[nodiscard]] SteadyTime due() const { return due_; }
  /// Whether Gluster was busy or ill when it was last asked, so that it should be left alone until due().
  [[nodiscard]] bool backs_off() const { return backs_off_; }
  void run_at_once(SteadyTime now) { due_ = std::min(due_, now); }

  /// Until when answers hold that a run starting at `now` learns: a few intervals, or more where runs in fact
  /// come more slowly than the interval says.
  [[nodiscard]] SteadyTime answers_expire(SteadyTime now) const;

  /// Plans the next run after one that started at `started` and ended just now, at `ended`. `chance` in [0,
  /// 1).
  ///
  /// After a success: an interval after the start; less often where there was nothing to be found. After a
  /// lock conflict or a timeout Gluster is busy or ill: each further one doubles the pause, and chance
  /// spreads the pauses of exporters that got into each other's way.
  void ended(const Result<Found>& result, SteadyTime started, SteadyTime ended, double chance);

  /// How long the whole lane should leave Gluster alone after the last run; zero unless that met a lock.
  [[nodiscard]] std::chrono::milliseconds lane_pause() const { return lane_pause_; }

 private:
  std::chrono::milliseconds interval_;
  SteadyTime due_;
  std::optional<SteadyTime> previous_start_;
  std::chrono::steady_clock::duration observed_period_{};
  std::chrono::milliseconds lane_pause_{};
  int failures_in_a_row_ = 0;
  int timeouts_in_a_row_ =
      0;  ///< of these: a refusal at once, as of a glusterd that is not there, puts nothing off
  bool backs_off_ = false;
};

}  // namespace glusterfs_exporter::collect

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace glusterfs_exporter {

/// Brings those who want the configuration read anew to the one thread that does it, and waits for what comes
/// of it.
class ReloadRequests {
 public:
  /// A line for people: what was done, or why nothing was.
  using Outcome = std::expected<std::string, std::string>;

  /// `wake` has serve() called soon.
  explicit ReloadRequests(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// What came of a reading that began after this was called; nothing when `patience` ended first. From any
  /// thread.
  std::optional<Outcome> ask(std::chrono::milliseconds patience);

  /// Reads anew, for all who have asked by now. On one thread.
  void serve(const std::function<Outcome()>& reload);

 private:
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable served_;
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;  // those up to this one
  Outcome last_;
};

}  // namespace glusterfs_exporter

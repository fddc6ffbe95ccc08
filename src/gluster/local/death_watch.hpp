#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "common/unique_fd.hpp"
#include "gluster/node_records.hpp"

namespace glusterfs_exporter::gluster::local {

/// Tells at once when a process has ended, through a pidfd of each. Costs nothing while nothing happens.
///
/// Where the kernel has no pidfds (before 5.3) or does not let this program have them, available() is false
/// and nothing is ever told: whoever looks at processes from time to time finds it then. The same goes for
/// processes beyond the first kMaxWatched and for those that the limit of open files leaves no room for.
class DeathWatch {
 public:
  static constexpr std::size_t kMaxWatched = 4096;

  /// `on_death` is called on the watch's own thread, once for all that ended within some milliseconds. It may
  /// call watch(), not start() or stop(). It must not throw.
  explicit DeathWatch(std::function<void()> on_death);
  ~DeathWatch();
  DeathWatch(const DeathWatch&) = delete;
  DeathWatch& operator=(const DeathWatch&) = delete;
  DeathWatch(DeathWatch&&) = delete;
  DeathWatch& operator=(DeathWatch&&) = delete;

  [[nodiscard]] bool available() const { return available_; }

  /// Both from one thread. After stop() no call of on_death is running, nor will one come; deaths meanwhile
  /// are told after the next start().
  void start();
  void stop();

  /// From now on these, from any thread. One that is gone already counts as a death, once for as long as it
  /// is named.
  void watch(const std::set<ProcessKey>& processes);

 private:
  struct Watched {
    UniqueFd pidfd;        ///< closed once its process has ended
    std::uint64_t id = 0;  ///< in epoll's events; never used again
  };

  void add(const ProcessKey& key);
  void run();
  /// Whether one of the events is the end of a process; sets `stopping`.
  bool take_events(int timeout_ms, bool& stopping);

  std::function<void()> on_death_;
  bool available_ = false;
  UniqueFd epoll_;
  UniqueFd stop_event_;
  UniqueFd gone_event_;  ///< a process was already gone when it was to be watched
  std::mutex mutex_;     ///< of the members below
  std::map<ProcessKey, Watched> watched_;
  std::map<std::uint64_t, ProcessKey> by_id_;
  std::uint64_t last_id_;
  std::thread thread_;  ///< of the one who starts and stops
};

}  // namespace glusterfs_exporter::gluster::local

#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "collect/collector.hpp"
#include "collect/timing.hpp"
#include "model/snapshot.hpp"

namespace spdlog {
class logger;
}

namespace glusterfs_exporter::collect {

/// Runs the enabled collectors, each at its interval, one thread a lane.
class Scheduler {
 public:
  struct Parts {
    Sources sources;
    const config::Config& config;
    FactStore& store;
    std::shared_ptr<spdlog::logger> log;
    /// There is news: called on a lane's thread after a run, or after several that came one upon another.
    std::function<void()> on_news;
    /// Called on a lane's thread after each run of the processes' collector.
    std::function<void()> on_processes;
    /// A run failed, and not because the program ends. Called on a lane's thread and must not ask the
    /// scheduler anything. May be empty.
    std::function<void(std::string_view collector, const Error&)> on_failure{};
  };

  /// The parts have to outlive the scheduler. Nothing runs before start() or run_once().
  Scheduler(Parts parts, std::span<const CollectorSpec* const> table);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Goes on where another one was, which has been stopped and may have had another configuration: knows what
  /// it knew of how collectors do, when they ran, and who leads. Before start().
  void carry_on(const Scheduler& before);

  void start();

  /// Ends the lanes and waits for them. Whoever runs commands for the source has to end those, or this waits
  /// for their deadlines.
  void stop();

  /// Runs every enabled collector once, in the table's order, on the calling thread. Not together with
  /// start().
  void run_once();

  /// Has a collector run now if it can run at all, and once more if it runs already, even if it was to leave
  /// an ill Gluster alone: whoever calls this saw that something has changed. From any thread.
  void run_now(const CollectorSpec& spec);

  /// Has a collector run soon because somebody says that there is something new: at once, but not sooner than
  /// a while after its last run began (a second; 5 s where the cluster's lock is taken, 30 s for a crawl).
  /// However often it is called meanwhile, that is one run. Nothing happens for a collector that is off, is
  /// the leader's on another exporter, or leaves a busy or ill Gluster alone. From any thread.
  void run_soon(const CollectorSpec& spec);

  /// Whether this exporter speaks for the cluster; nothing while that is not decided. From any thread.
  [[nodiscard]] std::optional<bool> leader() const;

  /// How each collector does, disabled ones included, in the table's order. From any thread.
  [[nodiscard]] std::vector<model::CollectorState> states() const;

  /// Whether all of what waits for nothing slower than a daemon of this node has been due for `patience` and
  /// does not end: not one ill disk or daemon, whose lane alone waits for it, but none of the lanes goes on.
  /// Never while there is no such collector to run. From any thread.
  [[nodiscard]] bool hangs(std::chrono::milliseconds patience) const;

  /// The enabled collectors that have not ended their first run as far as `shown` knows, which is states(),
  /// or what a picture had of it. A crawl takes minutes and is not waited for.
  [[nodiscard]] std::vector<std::string> not_ready(std::span<const model::CollectorState> shown) const;

 private:
  struct Entry {
    const CollectorSpec* spec;
    Timing timing;
    model::CollectorState state;
    bool run_again = false;  ///< wanted at once while it may be running already
    /// When `told_due` is on the wall clock. Worked out once for each due time, since the clocks' readings
    /// always differ a little and every picture would bring another time.
    mutable model::Time told_at{};
    mutable std::optional<SteadyTime> told_due{};
    std::optional<SteadyTime> started = std::nullopt;  ///< when its last run began
    std::optional<SteadyTime> wanted =
        std::nullopt;       ///< when to run once more; kept while it may be running already
    bool insisted = false;  ///< by run_now()
  };

  /// Whether it is enabled, is this exporter's to run, and what it follows has run. Needs the mutex.
  [[nodiscard]] bool can_run(const Entry& entry) const;
  [[nodiscard]] SteadyTime due_of(const Entry& entry) const;
  [[nodiscard]] model::Time next_run_of(const Entry& entry) const;
  void run_lane(Lane lane, const std::stop_token& stop);
  /// The collector of `lane` that is due first, or null while none of them can run. Needs the mutex.
  Entry* next_of(Lane lane);
  /// Runs one collector; takes and leaves the lock held.
  void run(Entry& entry, std::unique_lock<std::mutex>& lock);
  /// Whether to tell now of the runs of this lane that ended and are not told of yet. Needs the mutex.
  bool is_time_for_news(Lane lane, SteadyTime started, SteadyTime ended);
  void record(Entry& entry, const Run& run, const Result<Found>& result, SteadyTime ended);
  /// Decides anew who leads; the leader's collectors run at once when it is this one.
  void follow_leader(SteadyTime now);
  void log_change(const Entry& entry, const model::CollectorState& before) const;
  /// Collectors run at once when the volumes are known for the first time, or have changed what there is to
  /// ask.
  void follow_topology(const Entry& entry, SteadyTime now);

  Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Entry> entries_;
  SteadyTime transactions_paused_until_;
  SteadyTime started_at_{};  ///< constant once lanes run
  bool topology_known_ = false;
  std::string topology_outline_;
  std::optional<bool> leader_;
  std::map<Lane, std::optional<SteadyTime>> untold_since_;  ///< when the first of these runs began
  std::minstd_rand chance_;
  std::vector<std::jthread> lanes_;
};

}  // namespace glusterfs_exporter::collect

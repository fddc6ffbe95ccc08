#include "collect/scheduler.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "collect/leader.hpp"
#include "collect/table.hpp"
#include "collect/volume_options.hpp"

namespace glusterfs_exporter::collect {

namespace {

using namespace std::chrono_literals;

/// Runs that follow each other this closely are told of together, so that a poll of several collectors makes
/// one picture.
constexpr auto kSameMoment = 100ms;

/// A lane that is never idle, as when each answer takes long to time out, tells its news this often.
constexpr auto kNewsAtLeastEvery = 1s;

/// What others say has a collector run no more often than this.
std::chrono::milliseconds least_pause(Lane lane) {
  switch (lane) {
    case Lane::transaction:
      return 5s;
    case Lane::crawl:
      return 30s;
    case Lane::exporters:
      return 250ms;  // people look at what other exporters tell
    default:
      return 1s;
  }
}

/// What decides which questions make sense: when it changes, new answers are wanted now.
std::string outline_of(const gluster::Topology& topology) {
  std::string outline;
  for (const auto& volume : topology) {
    outline += volume.id;
    outline += static_cast<char>('0' + static_cast<int>(volume.status));
    outline += profiling_is_on(volume) ? 'p' : '-';
    outline += option_is_on(volume, "features.quota") ? 'q' : '-';
    outline += option_is_on(volume, "features.bitrot") ? 'b' : '-';
    outline += std::to_string(volume.bricks.size()) + "," + std::to_string(volume.snapshot_count) + ";";
  }
  return outline;
}

}  // namespace

Scheduler::Scheduler(Parts parts, std::span<const CollectorSpec* const> table)
    : parts_(std::move(parts)), chance_(std::random_device{}()) {
  for (const auto* spec : table) {
    const auto& settings = parts_.config.collectors.at(std::string(spec->defaults.name));
    Entry entry{spec, Timing(settings.interval), {}};
    entry.state.name = spec->defaults.name;
    entry.state.enabled = settings.enabled && can_ask(*spec, parts_.config.gluster.source);
    entry.state.standby = spec->scope == Scope::cluster;
    entry.state.interval = settings.interval;
    entries_.push_back(std::move(entry));
  }
}

Scheduler::~Scheduler() {
  stop();
}

void Scheduler::carry_on(const Scheduler& before) {
  const std::scoped_lock lock(mutex_, before.mutex_);
  leader_ = before.leader_;
  topology_known_ = before.topology_known_;
  topology_outline_ = before.topology_outline_;
  transactions_paused_until_ = before.transactions_paused_until_;
  for (auto& entry : entries_) {
    const auto& old = *std::ranges::find(before.entries_, entry.spec, &Entry::spec);
    entry.state.standby = old.state.standby;
    if (!entry.state.enabled || !old.state.enabled) {
      continue;
    }
    const auto interval = entry.state.interval;
    entry.state = old.state;
    entry.state.interval = interval;
    entry.started = old.started;
    entry.timing.carry_on(old.timing);
  }
}

void Scheduler::start() {
  started_at_ = std::chrono::steady_clock::now();
  for (const auto lane : kLanes) {
    lanes_.emplace_back([this, lane](const std::stop_token& stop) { run_lane(lane, stop); });
  }
}

void Scheduler::stop() {
  for (auto& lane : lanes_) {
    lane.request_stop();
  }
  lanes_.clear();  // joins
}

void Scheduler::run_once() {
  std::unique_lock lock(mutex_);
  for (auto& entry : entries_) {
    if (can_run(entry)) {
      run(entry, lock);
    }
  }
}

bool Scheduler::can_run(const Entry& entry) const {
  if (!entry.state.enabled || entry.state.standby || entry.spec->follows == nullptr) {
    return entry.state.enabled && !entry.state.standby;
  }
  const auto followed = std::ranges::find(entries_, entry.spec->follows, &Entry::spec);
  return topology_known_ && (!followed->state.enabled || followed->state.success.has_value());
}

Scheduler::Entry* Scheduler::next_of(Lane lane) {
  Entry* next = nullptr;
  for (auto& entry : entries_) {
    if (entry.spec->lane == lane && can_run(entry) &&
        (next == nullptr || entry.timing.due() < next->timing.due())) {
      next = &entry;
    }
  }
  return next;
}

SteadyTime Scheduler::due_of(const Entry& entry) const {
  return entry.spec->lane == Lane::transaction ? std::max(entry.timing.due(), transactions_paused_until_)
                                               : entry.timing.due();
}

model::Time Scheduler::next_run_of(const Entry& entry) const {
  const auto due = due_of(entry);
  if (due != entry.told_due) {
    entry.told_due = due;
    const auto wait = std::max(due - std::chrono::steady_clock::now(), SteadyTime::duration::zero());
    entry.told_at =
        std::chrono::system_clock::now() + std::chrono::duration_cast<model::Time::duration>(wait);
  }
  return entry.told_at;
}

void Scheduler::run_lane(Lane lane, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    auto* next = next_of(lane);
    if (next == nullptr) {
      changed_.wait(lock, stop, [&] { return next_of(lane) != nullptr; });
      continue;
    }
    const auto due = due_of(*next);
    if (std::chrono::steady_clock::now() < due) {
      // Woken early when a run in another lane changed who is next.
      changed_.wait_until(lock, stop, due, [&] { return next_of(lane) != next || due_of(*next) < due; });
      continue;
    }
    run(*next, lock);
  }
}

void Scheduler::run(Entry& entry, std::unique_lock<std::mutex>& lock) {
  const auto started = std::chrono::steady_clock::now();
  const auto expires = entry.timing.answers_expire(started);
  entry.started = started;
  entry.wanted.reset();
  entry.insisted = false;
  lock.unlock();
  Run run(parts_.sources, parts_.config, parts_.store, started, expires);
  const auto result = entry.spec->run(run);
  const auto ended = std::chrono::steady_clock::now();
  lock.lock();
  if (!result && result.error().kind == ErrorKind::cancelled) {
    return;  // the program is ending: neither a success nor a failure
  }
  record(entry, run, result, ended);
  if (entry.wanted && (entry.insisted || !entry.timing.backs_off())) {
    entry.timing.run_at_once(std::max(*entry.wanted, ended));
  }
  follow_topology(entry, ended);
  if (entry.spec->lane == Lane::query || entry.spec->lane == Lane::exporters) {
    follow_leader(ended);
  }
  changed_.notify_all();
  const bool news = is_time_for_news(entry.spec->lane, started, ended);
  lock.unlock();
  if (entry.spec == &processes_collector) {
    parts_.on_processes();
  }
  if (news) {
    parts_.on_news();
  }
  lock.lock();
}

bool Scheduler::is_time_for_news(Lane lane, SteadyTime started, SteadyTime ended) {
  const auto* next = next_of(lane);
  auto& since = untold_since_[lane];
  since = since.value_or(started);
  if (next != nullptr && due_of(*next) <= ended + kSameMoment && ended < *since + kNewsAtLeastEvery) {
    return false;
  }
  since.reset();
  return true;
}

void Scheduler::record(Entry& entry, const Run& run, const Result<Found>& result, SteadyTime ended) {
  const auto before = entry.state;
  entry.state.success = result.has_value();
  entry.state.last_duration = ended - run.now;
  entry.state.source = run.way() ? to_string(*run.way()) : "";
  if (result) {
    entry.state.last_success = std::chrono::system_clock::now();
    entry.state.failure_reason.clear();
    entry.state.failure_text.clear();
  } else {
    entry.state.failure_reason = to_string(result.error().kind);
    entry.state.failure_text = result.error().context;
    if (parts_.on_failure) {
      parts_.on_failure(entry.state.name, result.error());
    }
  }
  entry.timing.ended(result, run.now, ended, std::uniform_real_distribution<>(0, 1)(chance_));
  transactions_paused_until_ = std::max(transactions_paused_until_, ended + entry.timing.lane_pause());
  log_change(entry, before);
}

void Scheduler::log_change(const Entry& entry, const model::CollectorState& before) const {
  const auto& now = entry.state;
  if (now.success == before.success && now.failure_reason == before.failure_reason) {
    return;
  }
  if (!*now.success) {
    parts_.log->warn("collector {} failed ({}): {}", now.name, now.failure_reason, now.failure_text);
  } else if (before.success) {
    parts_.log->info("collector {} works again", now.name);
  }
}

void Scheduler::follow_topology(const Entry& entry, SteadyTime now) {
  if (entry.spec != &topology_collector || !*entry.state.success) {
    return;
  }
  auto outline = outline_of(*parts_.store.copy().topology.value);
  if (topology_known_ && outline == topology_outline_) {
    return;
  }
  topology_known_ = true;
  topology_outline_ = std::move(outline);
  for (auto& other : entries_) {
    if (other.spec->follows != nullptr) {
      other.timing.run_at_once(now);
    }
  }
}

void Scheduler::follow_leader(SteadyTime now) {
  const auto leader = is_leader(parts_.config.cluster.leader, parts_.store.copy());
  if (leader == leader_ || !leader) {
    return;
  }
  leader_ = leader;
  parts_.log->info(*leader ? "this exporter speaks for the cluster"
                           : "another exporter speaks for the cluster");
  for (auto& entry : entries_) {
    if (entry.spec->scope == Scope::cluster) {
      entry.state.standby = !*leader;
      entry.timing.run_at_once(now);
    }
  }
}

void Scheduler::run_now(const CollectorSpec& spec) {
  const std::scoped_lock lock(mutex_);
  const auto entry = std::ranges::find(entries_, &spec, &Entry::spec);
  entry->wanted = std::chrono::steady_clock::now();
  entry->insisted = true;
  entry->timing.run_at_once(*entry->wanted);
  changed_.notify_all();
}

void Scheduler::run_soon(const CollectorSpec& spec) {
  const std::scoped_lock lock(mutex_);
  const auto entry = std::ranges::find(entries_, &spec, &Entry::spec);
  if (!entry->state.enabled || entry->state.standby || entry->timing.backs_off()) {
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  const auto at = entry->started ? std::max(now, *entry->started + least_pause(spec.lane)) : now;
  entry->wanted = std::min(entry->wanted.value_or(at), at);
  entry->timing.run_at_once(at);
  changed_.notify_all();
}

std::optional<bool> Scheduler::leader() const {
  const std::scoped_lock lock(mutex_);
  return leader_;
}

std::vector<model::CollectorState> Scheduler::states() const {
  const std::scoped_lock lock(mutex_);
  std::vector<model::CollectorState> states;
  states.reserve(entries_.size());
  for (const auto& entry : entries_) {
    states.push_back(entry.state);
    if (can_run(entry)) {
      states.back().next_run = next_run_of(entry);
    }
  }
  return states;
}

bool Scheduler::hangs(std::chrono::milliseconds patience) const {
  const auto latest = std::chrono::steady_clock::now() - patience;
  const std::scoped_lock lock(mutex_);
  bool any = false;
  for (const auto& entry : entries_) {
    const auto lane = entry.spec->lane;
    if (lane == Lane::transaction || lane == Lane::crawl || !can_run(entry)) {
      continue;
    }
    // Before its first run a collector has been due for ever.
    if (std::max(entry.timing.due(), started_at_) > latest) {
      return false;
    }
    any = true;
  }
  return any;
}

std::vector<std::string> Scheduler::not_ready(std::span<const model::CollectorState> shown) const {
  const auto has_run = [&](const std::string& name) {
    const auto state = std::ranges::find(shown, name, &model::CollectorState::name);
    return state != shown.end() && state->success;
  };
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& entry : entries_) {
    if (entry.state.enabled && !entry.state.standby && entry.spec->lane != Lane::crawl &&
        !has_run(entry.state.name)) {
      names.push_back(entry.state.name);
    }
  }
  return names;
}

}  // namespace glusterfs_exporter::collect

#include "collect/scheduler.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "collect/per_volume.hpp"
#include "collect/table.hpp"

namespace glusterfs_exporter::collect {

namespace {

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
    entry.state.enabled = settings.enabled;
    entry.state.interval = settings.interval;
    entries_.push_back(std::move(entry));
  }
}

Scheduler::~Scheduler() {
  stop();
}

void Scheduler::start() {
  for (const auto lane : {Lane::query, Lane::transaction, Lane::crawl}) {
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
  if (!entry.state.enabled || entry.spec->follows == nullptr) {
    return entry.state.enabled;
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

void Scheduler::run_lane(Lane lane, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    auto* next = next_of(lane);
    if (next == nullptr) {
      changed_.wait(lock, stop, [&] { return next_of(lane) != nullptr; });
      continue;
    }
    auto due = next->timing.due();
    if (lane == Lane::transaction) {
      due = std::max(due, transactions_paused_until_);
    }
    if (std::chrono::steady_clock::now() < due) {
      // Woken early when a run in another lane changed who is next.
      changed_.wait_until(lock, stop, due, [&] { return next_of(lane) != next || next->timing.due() < due; });
      continue;
    }
    run(*next, lock);
  }
}

void Scheduler::run(Entry& entry, std::unique_lock<std::mutex>& lock) {
  const auto started = std::chrono::steady_clock::now();
  const auto expires = entry.timing.answers_expire(started);
  lock.unlock();
  Run run(parts_.source, parts_.config, parts_.store, expires);
  const auto result = entry.spec->run(run);
  const auto ended = std::chrono::steady_clock::now();
  lock.lock();
  if (!result && result.error().kind == ErrorKind::cancelled) {
    return;  // the program is ending: neither a success nor a failure
  }
  record(entry, result, started, ended);
  follow_topology(entry, ended);
  changed_.notify_all();
  lock.unlock();
  parts_.on_run_ended();
  lock.lock();
}

void Scheduler::record(Entry& entry, const Result<Found>& result, SteadyTime started, SteadyTime ended) {
  const auto before = entry.state;
  entry.state.success = result.has_value();
  entry.state.last_duration = ended - started;
  if (result) {
    entry.state.last_success = std::chrono::system_clock::now();
    entry.state.failure_reason.clear();
    entry.state.failure_text.clear();
  } else {
    entry.state.failure_reason = to_string(result.error().kind);
    entry.state.failure_text = result.error().context;
  }
  entry.timing.ended(result, started, ended, std::uniform_real_distribution<>(0, 1)(chance_));
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

std::vector<model::CollectorState> Scheduler::states() const {
  const std::scoped_lock lock(mutex_);
  std::vector<model::CollectorState> states;
  states.reserve(entries_.size());
  for (const auto& entry : entries_) {
    states.push_back(entry.state);
  }
  return states;
}

std::vector<std::string> Scheduler::not_ready() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& entry : entries_) {
    if (entry.state.enabled && !entry.state.success && entry.spec->lane != Lane::crawl) {
      names.push_back(entry.state.name);
    }
  }
  return names;
}

}  // namespace glusterfs_exporter::collect

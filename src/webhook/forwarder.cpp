#include "webhook/forwarder.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "live/changes.hpp"
#include "live/feed.hpp"
#include "webhook/notable.hpp"

namespace glusterfs_exporter::webhook {

std::expected<void, config::ConfigError> Forwarder::start() {
  const auto& settings = parts_.settings;
  for (const auto& [name, target] : settings.targets) {
    std::optional<Spool> spool;
    if (!settings.spool_directory.empty()) {
      auto opened = Spool::open(std::filesystem::path(settings.spool_directory) / name);
      if (!opened) {
        targets_.clear();
        return std::unexpected(
            config::ConfigError{parts_.spool_origin, "webhook.spool_directory: " + opened.error().context});
      }
      spool = *std::move(opened);
    }
    targets_.push_back(
        std::make_unique<Target>(Target::Parts{name, target, parts_.credentials.at(name), std::move(spool),
                                               live::random_epoch(), parts_.metrics, parts_.log}));
  }
  if (targets_.empty()) {
    return {};
  }
  for (const auto& target : targets_) {
    target->start();
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { this->run(stop); });
  return {};
}

void Forwarder::stop(std::chrono::milliseconds patience) {
  thread_ = {};  // requests the stop and joins
  const auto patience_ends = Clock::now() + patience;
  for (const auto& target : targets_) {
    target->hurry();
  }
  for (const auto& target : targets_) {
    target->stop(patience_ends);
  }
  targets_.clear();
}

void Forwarder::take(std::shared_ptr<const model::Snapshot> snapshot) {
  {
    const std::scoped_lock lock(mutex_);
    newest_ = std::move(snapshot);
    news_ = true;
  }
  woken_.notify_one();
}

std::optional<Forwarder::Clock::time_point> Forwarder::next_due() const {
  std::optional<Clock::time_point> next;
  for (const auto& target : targets_) {
    if (const auto due = target->due_at()) {
      next = next ? std::min(*next, *due) : due;
    }
  }
  return next;
}

void Forwarder::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::shared_ptr<const model::Snapshot> newest;
    {
      std::unique_lock lock(mutex_);
      if (const auto due = next_due()) {
        woken_.wait_until(lock, stop, *due, [this] { return news_; });
      } else {
        woken_.wait(lock, stop, [this] { return news_; });
      }
      news_ = false;
      newest = newest_;
    }
    if (newest != nullptr && !stop.stop_requested()) {
      look(newest);
    }
  }
}

void Forwarder::look(const std::shared_ptr<const model::Snapshot>& snapshot) {
  const auto now = Clock::now();
  std::vector<Target*> spoken_to;
  bool state_is_needed = false;
  for (const auto& target : targets_) {
    if (target->is_spoken_to(*snapshot)) {
      spoken_to.push_back(target.get());
      state_is_needed = state_is_needed || target->wants_changes() || target->is_due(now);
    } else {
      target->fall_silent();
    }
  }
  if (!state_is_needed) {
    return;
  }
  Moment moment{.snapshot = snapshot, .state = parts_.state(), .notable = false};
  if (moment.state == nullptr) {
    return;
  }
  if (seen_ != nullptr && seen_ != moment.state) {
    moment.notable = is_notable(*seen_, live::merge_patch(*seen_, *moment.state));
  }
  seen_ = moment.state;
  for (auto* const target : spoken_to) {
    target->take(moment, now);
  }
}

}  // namespace glusterfs_exporter::webhook

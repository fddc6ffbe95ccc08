#include "webhook/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/values.hpp"
#include "live/state_document.hpp"
#include "webhook/changes_document.hpp"
#include "webhook/gluster_dashboard.hpp"

namespace glusterfs_exporter::webhook {

Target::Target(Parts parts)
    : name_(std::move(parts.name)),
      settings_(std::move(parts.settings)),
      metrics_(parts.metrics),
      log_(std::move(parts.log)),
      queue_({.bytes = settings_.queue_limit_bytes}, std::move(parts.run), std::move(parts.spool),
             [this](const Error& error) { warn("what waits is kept in memory: " + error.context); }),
      sender_(queue_, settings_, std::move(parts.credentials),
              {[this](const auto& attempt, const auto& id, auto next_try) { tell(attempt, id, next_try); },
               [this] {
                 chain_is_broken_ = true;
                 show_counts();
               }}) {
  metrics_.webhook_added(name_);
  show_counts();  // something may have waited since before the start
}

void Target::stop(Clock::time_point patience_ends) {
  sender_.stop(patience_ends);
  if (const auto lost = queue_.volatile_documents(); lost > 0) {
    metrics_.webhook_dropped(name_, lost);
    log_->warn("webhook {}: ended with {} documents that could not be delivered: they are lost", name_, lost);
  }
}

bool Target::is_spoken_to(const model::Snapshot& snapshot) const {
  // Before Gluster answered there is nothing to tell.
  return snapshot.up.has_value() &&
         (settings_.send == config::WebhookSender::always || snapshot.leader.value_or(false));
}

void Target::take(const Moment& moment, Clock::time_point now) {
  const bool wanted = is_due(now) || (settings_.on_change && moment.notable);
  if (!wanted) {
    return;
  }
  next_ = now + settings_.interval;
  if (moment.state == sent_) {
    return;  // nothing was learnt since
  }
  auto body = write(moment);
  if (body.empty()) {
    return;
  }
  sent_id_ = queue_.next_id();
  const auto lost = queue_.push(std::move(body));
  sent_ = moment.state;
  if (lost > 0) {
    chain_is_broken_ = true;
    warn(fmt::format("no room for more than {} MiB of documents that wait: {} dropped",
                     settings_.queue_limit_bytes >> 20U, lost));
  }
  show_counts();
}

std::string Target::write(const Moment& moment) {
  switch (settings_.format) {
    case config::WebhookFormat::state:
      return live::to_text(*moment.state);
    case config::WebhookFormat::changes: {
      const auto* const before = chain_is_broken_.exchange(false) ? nullptr : sent_.get();
      const auto id = queue_.next_id();
      return write_changes({id, sent_id_, before, *moment.state});
    }
    case config::WebhookFormat::gluster_dashboard:
      // Its lists cannot say that they are not known.
      return moment.snapshot->peers_known && moment.snapshot->volumes_known
                 ? live::to_text(gluster_dashboard_document(*moment.snapshot))
                 : "";
  }
  return {};
}

void Target::fall_silent() {
  next_.reset();
  sent_.reset();
}

void Target::tell(const Attempt& attempt, const std::string& id, std::chrono::milliseconds next_try) {
  using Result = Attempt::Result;
  if (attempt.result == Result::failed) {
    metrics_.webhook_retried(name_, attempt.reason);
    if (!std::exchange(failing_, true)) {
      warn(fmt::format("not delivered: {}; trying again, first in {} ms", attempt.text, next_try.count()));
    }
    return;
  }
  metrics_.webhook_ended(name_, attempt.result == Result::delivered ? "delivered" : "rejected");
  if (attempt.result == Result::rejected) {
    chain_is_broken_ = true;
    warn(fmt::format("document {} was refused and is given up: {}", id, attempt.text));
  } else if (std::exchange(failing_, false)) {
    log_->info("webhook {}: delivers again", name_);
  }
  show_counts();
}

void Target::warn(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  if (warnings_.take(std::chrono::steady_clock::now())) {
    log_->warn("webhook {}: {}", name_, text);
  }
}

void Target::show_counts() {
  const std::scoped_lock lock(mutex_);
  const auto counts = queue_.counts();
  metrics_.webhook_queue(name_, counts.documents, counts.bytes);
  metrics_.webhook_dropped(name_, counts.dropped - std::exchange(dropped_, counts.dropped));
}

}  // namespace glusterfs_exporter::webhook

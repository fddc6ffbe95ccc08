#pragma once

#include <spdlog/logger.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "common/token_bucket.hpp"
#include "config/webhook.hpp"
#include "metrics/exporter_metrics.hpp"
#include "model/snapshot.hpp"
#include "webhook/poster.hpp"
#include "webhook/queue.hpp"
#include "webhook/sender.hpp"

namespace glusterfs_exporter::webhook {

/// What there is to send at a moment.
struct Moment {
  std::shared_ptr<const model::Snapshot> snapshot;
  std::shared_ptr<const nlohmann::json> state;  ///< the document of /api/v1/state made of it
  bool notable = false;                         ///< something happened since the moment before
};

/// One target: decides when it is sent something and what, and has it delivered. For one thread, beside that
/// of its sender.
class Target {
 public:
  using Clock = std::chrono::steady_clock;

  struct Parts {
    std::string name;
    config::WebhookTarget settings;
    Credentials credentials;
    std::optional<Spool> spool;
    std::string run;  ///< begins the ids of deliveries, differs for each target and each start
    metrics::ExporterMetrics& metrics;
    std::shared_ptr<spdlog::logger> log;
  };

  explicit Target(Parts parts);
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  Target(Target&&) = delete;
  Target& operator=(Target&&) = delete;
  ~Target() = default;

  void start() { sender_.start(); }
  /// What would be lost with this program is tried once more. Returns at once.
  void hurry() { sender_.hurry(); }
  /// Ends its thread once that is done, or when `patience_ends`; says what is lost.
  void stop(Clock::time_point patience_ends);

  /// Whether this exporter sends to it, by what it knows of itself.
  [[nodiscard]] bool is_spoken_to(const model::Snapshot& snapshot) const;
  /// Whether it has to be known if something happened.
  [[nodiscard]] bool wants_changes() const { return settings_.on_change; }
  /// Whether it is sent something in any case: it is its time, or the first one.
  [[nodiscard]] bool is_due(Clock::time_point now) const { return !next_ || (interval() && now >= *next_); }
  /// When it is due next, if not by something that happens.
  [[nodiscard]] std::optional<Clock::time_point> due_at() const { return interval() ? next_ : std::nullopt; }

  /// Queues what is to be sent at this moment, if anything. Never waits for the target.
  void take(const Moment& moment, Clock::time_point now);

  /// Another exporter speaks to it from now on.
  void fall_silent();

 private:
  [[nodiscard]] bool interval() const { return settings_.interval.count() > 0; }
  std::string write(const Moment& moment);
  void tell(const Attempt& attempt, const std::string& id, std::chrono::milliseconds next_try);
  void warn(const std::string& text);
  void show_counts();

  const std::string name_;
  const config::WebhookTarget settings_;
  metrics::ExporterMetrics& metrics_;
  const std::shared_ptr<spdlog::logger> log_;
  std::optional<Clock::time_point> next_;       // set once something was sent
  std::shared_ptr<const nlohmann::json> sent_;  // the state that was sent last
  std::string sent_id_;
  std::atomic<bool> chain_is_broken_ = false;  // something that changes follow was not delivered
  std::mutex mutex_;
  TokenBucket warnings_{5, 1.0 / 60};
  bool failing_ = false;
  std::uint64_t dropped_ = 0;  // that are in the metrics
  Queue queue_;
  Sender sender_;
};

}  // namespace glusterfs_exporter::webhook

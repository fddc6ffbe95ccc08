#pragma once

#include <spdlog/logger.h>

#include <condition_variable>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "config/config.hpp"
#include "metrics/exporter_metrics.hpp"
#include "model/snapshot.hpp"
#include "webhook/keys.hpp"
#include "webhook/target.hpp"

namespace glusterfs_exporter::webhook {

/// Sends documents to all targets of the configuration. Pictures only pass by: documents are made on a thread
/// of its own, and each target has one that delivers.
class Forwarder {
 public:
  struct Parts {
    config::Webhook settings;
    std::string spool_origin;  ///< where settings.spool_directory is set
    CredentialsByTarget credentials;
    /// The state document of the newest picture, called on the forwarder's thread.
    std::function<std::shared_ptr<const nlohmann::json>()> state;
    metrics::ExporterMetrics& metrics;
    std::shared_ptr<spdlog::logger> log;
  };

  explicit Forwarder(Parts parts) : parts_(std::move(parts)) {}
  ~Forwarder() { stop({}); }
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;
  Forwarder(Forwarder&&) = delete;
  Forwarder& operator=(Forwarder&&) = delete;

  /// Takes up what the spool holds and starts to deliver. The error is one of the spool's folder.
  std::expected<void, config::ConfigError> start();

  /// Ends all threads. What waits in memory is tried once more, for up to `patience`, and then lost; what
  /// lies in the spool is delivered after the next start.
  void stop(std::chrono::milliseconds patience);

  /// A new picture. Returns at once.
  void take(std::shared_ptr<const model::Snapshot> snapshot);

 private:
  using Clock = std::chrono::steady_clock;

  void run(const std::stop_token& stop);
  void look(const std::shared_ptr<const model::Snapshot>& snapshot);
  [[nodiscard]] std::optional<Clock::time_point> next_due() const;

  const Parts parts_;
  std::vector<std::unique_ptr<Target>> targets_;
  std::shared_ptr<const nlohmann::json> seen_;  // the state that was looked at last
  std::mutex mutex_;
  std::condition_variable_any woken_;
  bool news_ = false;
  std::shared_ptr<const model::Snapshot> newest_;
  std::jthread thread_;
};

}  // namespace glusterfs_exporter::webhook

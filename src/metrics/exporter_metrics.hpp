#pragma once

#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace glusterfs_exporter::metrics {

/// What the exporter counts about its own work, in prometheus-cpp's types. Safe to use from any thread.
class ExporterMetrics {
 public:
  ExporterMetrics();

  /// `reason` is empty for a command that answered, else a value of ErrorKind.
  void command_ended(std::string_view command, std::chrono::duration<double> duration,
                     std::string_view reason);
  void request_answered(std::string_view route, int status);
  /// Something was posted to this exporter; `result` is a value of receive::Outcome.
  void notification_came(std::string_view receiver, std::string_view result);

  /// There is such a webhook; its counters begin at 0, or go on where they were.
  void webhook_added(const std::string& target);
  /// There is none of that name any more, and nothing is told of it.
  void webhook_removed(const std::string& target);
  /// A delivery to a webhook ended; `result` is delivered or rejected.
  void webhook_ended(const std::string& target, std::string_view result);
  /// An attempt failed; `reason` is connect, timeout or status.
  void webhook_retried(const std::string& target, std::string_view reason);
  /// So many more documents were dropped.
  void webhook_dropped(const std::string& target, std::uint64_t documents);
  /// What waits for delivery now.
  void webhook_queue(const std::string& target, std::size_t documents, std::size_t bytes);

  /// The configuration was read: at the start, or anew.
  void config_read(bool good);

  [[nodiscard]] std::vector<prometheus::MetricFamily> collect() const { return registry_.Collect(); }

 private:
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Histogram>& command_durations_;
  prometheus::Family<prometheus::Counter>& command_failures_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Counter>& notifications_;
  prometheus::Family<prometheus::Counter>& webhook_deliveries_;
  prometheus::Family<prometheus::Counter>& webhook_retries_;
  prometheus::Family<prometheus::Counter>& webhook_dropped_;
  prometheus::Family<prometheus::Gauge>& webhook_queue_entries_;
  prometheus::Family<prometheus::Gauge>& webhook_queue_bytes_;
  prometheus::Gauge& config_good_;
  prometheus::Gauge& config_good_at_;
};

}  // namespace glusterfs_exporter::metrics

#pragma once

#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include <chrono>
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

  [[nodiscard]] std::vector<prometheus::MetricFamily> collect() const { return registry_.Collect(); }

 private:
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Histogram>& command_durations_;
  prometheus::Family<prometheus::Counter>& command_failures_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Counter>& notifications_;
};

}  // namespace glusterfs_exporter::metrics

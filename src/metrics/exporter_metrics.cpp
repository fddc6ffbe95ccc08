#include "metrics/exporter_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <string>

#include "metrics/catalogue.hpp"

namespace glusterfs_exporter::metrics {

namespace {

/// Seconds; a good answer of the CLI takes 0.04 to 0.1, the default deadline of a transaction is 120.
const prometheus::Histogram::BucketBoundaries& duration_bounds() {
  static const prometheus::Histogram::BucketBoundaries kBounds{
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600};
  return kBounds;
}

template <class Builder>
auto& add_family(Builder builder, std::string_view name, prometheus::Registry& registry) {
  const auto& row = family_named(name);
  return builder.Name(std::string(row.name)).Help(std::string(row.help)).Register(registry);
}

}  // namespace

ExporterMetrics::ExporterMetrics()
    : command_durations_(
          add_family(prometheus::BuildHistogram(), "glusterfs_exporter_command_duration_seconds", registry_)),
      command_failures_(
          add_family(prometheus::BuildCounter(), "glusterfs_exporter_command_failures_total", registry_)),
      requests_(add_family(prometheus::BuildCounter(), "glusterfs_exporter_http_requests_total", registry_)),
      notifications_(
          add_family(prometheus::BuildCounter(), "glusterfs_exporter_notifications_total", registry_)),
      webhook_deliveries_(
          add_family(prometheus::BuildCounter(), "glusterfs_exporter_webhook_deliveries_total", registry_)),
      webhook_retries_(
          add_family(prometheus::BuildCounter(), "glusterfs_exporter_webhook_retries_total", registry_)),
      webhook_dropped_(
          add_family(prometheus::BuildCounter(), "glusterfs_exporter_webhook_dropped_total", registry_)),
      webhook_queue_entries_(
          add_family(prometheus::BuildGauge(), "glusterfs_exporter_webhook_queue_entries", registry_)),
      webhook_queue_bytes_(
          add_family(prometheus::BuildGauge(), "glusterfs_exporter_webhook_queue_bytes", registry_)),
      config_good_(
          add_family(prometheus::BuildGauge(), "glusterfs_exporter_config_last_reload_successful", registry_)
              .Add({})),
      config_good_at_(add_family(prometheus::BuildGauge(),
                                 "glusterfs_exporter_config_last_reload_success_timestamp_seconds", registry_)
                          .Add({})) {}

void ExporterMetrics::command_ended(std::string_view command, std::chrono::duration<double> duration,
                                    std::string_view reason) {
  command_durations_.Add({{"command", std::string(command)}}, duration_bounds()).Observe(duration.count());
  if (!reason.empty()) {
    command_failures_.Add({{"command", std::string(command)}, {"reason", std::string(reason)}}).Increment();
  }
}

void ExporterMetrics::request_answered(std::string_view route, int status) {
  requests_.Add({{"route", std::string(route)}, {"code", std::to_string(status)}}).Increment();
}

void ExporterMetrics::notification_came(std::string_view receiver, std::string_view result) {
  notifications_.Add({{"receiver", std::string(receiver)}, {"result", std::string(result)}}).Increment();
}

void ExporterMetrics::webhook_added(const std::string& target) {
  for (const char* const result : {"delivered", "rejected"}) {
    webhook_deliveries_.Add({{"target", target}, {"result", result}});
  }
  webhook_queue(target, 0, 0);
  webhook_dropped(target, 0);
}

void ExporterMetrics::webhook_removed(const std::string& target) {
  for (const char* const result : {"delivered", "rejected"}) {
    webhook_deliveries_.Remove(&webhook_deliveries_.Add({{"target", target}, {"result", result}}));
  }
  for (const char* const reason : {"connect", "timeout", "status"}) {
    webhook_retries_.Remove(&webhook_retries_.Add({{"target", target}, {"reason", reason}}));
  }
  webhook_dropped_.Remove(&webhook_dropped_.Add({{"target", target}}));
  webhook_queue_entries_.Remove(&webhook_queue_entries_.Add({{"target", target}}));
  webhook_queue_bytes_.Remove(&webhook_queue_bytes_.Add({{"target", target}}));
}

void ExporterMetrics::webhook_ended(const std::string& target, std::string_view result) {
  webhook_deliveries_.Add({{"target", target}, {"result", std::string(result)}}).Increment();
}

void ExporterMetrics::webhook_retried(const std::string& target, std::string_view reason) {
  webhook_retries_.Add({{"target", target}, {"reason", std::string(reason)}}).Increment();
}

void ExporterMetrics::webhook_dropped(const std::string& target, std::uint64_t documents) {
  webhook_dropped_.Add({{"target", target}}).Increment(static_cast<double>(documents));
}

void ExporterMetrics::webhook_queue(const std::string& target, std::size_t documents, std::size_t bytes) {
  webhook_queue_entries_.Add({{"target", target}}).Set(static_cast<double>(documents));
  webhook_queue_bytes_.Add({{"target", target}}).Set(static_cast<double>(bytes));
}

void ExporterMetrics::config_read(bool good) {
  config_good_.Set(good ? 1 : 0);
  if (good) {
    config_good_at_.SetToCurrentTime();
  }
}

}  // namespace glusterfs_exporter::metrics

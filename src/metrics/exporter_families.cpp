#include <array>

#include "common/build_info.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/each.hpp"

namespace glusterfs_exporter::metrics {

namespace {

/// One sample for each enabled collector, of what `Get` makes of its state.
template <auto Get>
void each_collector(const ClusterView& view, Samples& samples) {
  for (const auto& collector : view.snapshot.collectors) {
    if (collector.enabled && !collector.standby) {
      samples.add(make_labels({{"collector", collector.name}}), Get(collector));
    }
  }
}

constexpr std::array kFamilies{
    Family{"glusterfs_exporter_build_info", MetricType::info, Scope::node, "version,revision",
           "This exporter",
           [](const ClusterView&, Samples& samples) {
             samples.add("", {{"version", build_version()}, {"revision", build_revision()}}, 1);
           }},
    Family{"glusterfs_scrape_collector_success", MetricType::gauge, Scope::node, "collector",
           "Whether the collector's last run succeeded",
           each_collector<[](const model::CollectorState& state) { return state.success; }>},
    Family{"glusterfs_scrape_collector_failure_info", MetricType::info, Scope::node, "collector,reason",
           "Why the collector's last run failed: timeout, lock, exit, parse, empty, oversize, spawn, connect",
           [](const ClusterView& view, Samples& samples) {
             for (const auto& collector : view.snapshot.collectors) {
               if (!collector.standby && !collector.failure_reason.empty()) {
                 samples.add("", {{"collector", collector.name}, {"reason", collector.failure_reason}}, 1);
               }
             }
           }},
    Family{"glusterfs_scrape_collector_duration_seconds", MetricType::gauge, Scope::node, "collector",
           "How long the collector's last run took", each_collector<[](const model::CollectorState& state) {
             return state.success ? std::optional(state.last_duration.count()) : std::nullopt;
           }>},
    Family{"glusterfs_collector_last_success_timestamp_seconds", MetricType::gauge, Scope::node, "collector",
           "When the collector last succeeded", each_collector<[](const model::CollectorState& state) {
             return seconds_since_epoch(state.last_success);
           }>},
    Family{"glusterfs_collector_interval_seconds", MetricType::gauge, Scope::node, "collector",
           "How often the collector runs while all is well",
           each_collector<[](const model::CollectorState& state) {
             return std::chrono::duration<double>(state.interval).count();
           }>},
    Family{"glusterfs_exporter_leader", MetricType::gauge, Scope::node, "",
           "Whether this exporter speaks for the cluster, besides for its own node",
           [](const ClusterView& view, Samples& samples) { samples.add("", view.snapshot.leader); }},
    Family{"glusterfs_exporter_source_info", MetricType::info, Scope::node, "question,source",
           "Which way a question is answered now: rpc (a daemon's socket), cli (the gluster command), local "
           "(the "
           "kernel), http (another exporter)",
           [](const ClusterView& view, Samples& samples) {
             for (const auto& collector : view.snapshot.collectors) {
               if (!collector.standby && !collector.source.empty()) {
                 samples.add("", {{"question", collector.name}, {"source", collector.source}}, 1);
               }
             }
           }},
    Family{"glusterfs_exporter_command_duration_seconds", MetricType::histogram, Scope::node, "command,le",
           "How long commands of the gluster CLI took", Counted{}},
    Family{"glusterfs_exporter_command_failures_total", MetricType::counter, Scope::node, "command,reason",
           "Commands without a good answer: timeout, lock, exit, parse, empty, oversize, spawn", Counted{}},
    Family{"glusterfs_exporter_http_requests_total", MetricType::counter, Scope::node, "route,code",
           "HTTP requests answered", Counted{}},
    Family{"glusterfs_exporter_notifications_total", MetricType::counter, Scope::node, "receiver,result",
           "What was posted, by receiver (gluster_events, alerts, push): accepted, duplicate, unauthorized, "
           "malformed, too_large, rate_limited",
           Counted{}},
    Family{"glusterfs_exporter_webhook_deliveries_total", MetricType::counter, Scope::node, "target,result",
           "Documents whose delivery to a webhook ended: delivered, or rejected by the receiver for good",
           Counted{}},
    Family{"glusterfs_exporter_webhook_retries_total", MetricType::counter, Scope::node, "target,reason",
           "Attempts to deliver that failed and are made again: connect, timeout, status (429 or 5xx)",
           Counted{}},
    Family{"glusterfs_exporter_webhook_dropped_total", MetricType::counter, Scope::node, "target",
           "Documents that were dropped undelivered for want of room", Counted{}},
    Family{"glusterfs_exporter_webhook_queue_entries", MetricType::gauge, Scope::node, "target",
           "Documents that wait for delivery", Counted{}},
    Family{"glusterfs_exporter_webhook_queue_bytes", MetricType::gauge, Scope::node, "target",
           "What the documents that wait for delivery take of memory or, with a spool, of the disk",
           Counted{}},
    Family{"glusterfs_exporter_config_last_reload_successful", MetricType::gauge, Scope::node, "",
           "Whether the configuration was good when it was read last, at the start or anew", Counted{}},
    Family{"glusterfs_exporter_config_last_reload_success_timestamp_seconds", MetricType::gauge, Scope::node,
           "", "When a good configuration was read last", Counted{}},
    Family{"process_cpu_seconds_total", MetricType::counter, Scope::node, "",
           "CPU time of this exporter, without its children",
           [](const ClusterView& view, Samples& samples) { samples.add("", view.process.cpu_seconds); }},
    Family{"process_resident_memory_bytes", MetricType::gauge, Scope::node, "",
           "Memory of this exporter in RAM",
           [](const ClusterView& view, Samples& samples) { samples.add("", view.process.resident_bytes); }},
    Family{"process_virtual_memory_bytes", MetricType::gauge, Scope::node, "",
           "Address space of this exporter",
           [](const ClusterView& view, Samples& samples) { samples.add("", view.process.virtual_bytes); }},
    Family{"process_open_fds", MetricType::gauge, Scope::node, "", "Open file descriptors of this exporter",
           [](const ClusterView& view, Samples& samples) { samples.add("", view.process.open_fds); }},
    Family{"process_max_fds", MetricType::gauge, Scope::node, "", "File descriptors this exporter may open",
           [](const ClusterView& view, Samples& samples) { samples.add("", view.process.max_fds); }},
    Family{"process_threads", MetricType::gauge, Scope::node, "", "Threads of this exporter",
           [](const ClusterView& view, Samples& samples) { samples.add("", view.process.threads); }},
    Family{
        "process_start_time_seconds", MetricType::gauge, Scope::node, "", "When this exporter was started",
        [](const ClusterView& view, Samples& samples) { samples.add("", view.process.start_time_seconds); }},
};

}  // namespace

std::span<const Family> exporter_families() {
  return kFamilies;
}

}  // namespace glusterfs_exporter::metrics

#include <algorithm>
#include <array>
#include <utility>

#include "metrics/catalogue.hpp"
#include "metrics/each.hpp"
#include "model/names.hpp"

namespace glusterfs_exporter::metrics {

namespace {

using model::TaskKind;

template <auto Member>
void each_quota_limit(const VolumeView& view, Samples& samples) {
  for (const auto& limit : view.volume.quota) {
    samples.add(make_labels({{"volume", view.volume.name}, {"path", limit.path}}), limit.*Member);
  }
}

template <auto Get>
void each_snapshot(const VolumeView& view, Samples& samples) {
  if (!view.volume.snapshots) {
    return;
  }
  for (const auto& snapshot : view.volume.snapshots->snapshots) {
    samples.add(make_labels({{"volume", view.volume.name}, {"snapshot", snapshot.name}}), Get(snapshot));
  }
}

/// Calls `write(labels, node)` for every node of every rebalance.
template <class Write>
void each_rebalance_node(const VolumeView& view, Write write) {
  if (!view.volume.rebalance) {
    return;
  }
  for (const auto& node : view.volume.rebalance->nodes) {
    write(make_labels({{"volume", view.volume.name}, {"host", node.host}}), node);
  }
}

template <auto Member>
void each_rebalance(const VolumeView& view, Samples& samples) {
  each_rebalance_node(view, [&](const std::string& labels, const model::RebalanceNode& node) {
    samples.add(labels, node.*Member);
  });
}

std::string worker_labels(const model::GeoReplicationWorker& worker) {
  return make_labels({{"volume", worker.volume},
                      {"secondary", worker.secondary},
                      {"host", worker.host},
                      {"brick", worker.brick}});
}

/// Calls `write(labels, worker)` for every geo-replication worker.
template <class Write>
void each_worker(const VolumeView& view, Write write) {
  for (const auto& worker : view.volume.geo_replication) {
    write(worker_labels(worker), worker);
  }
}

template <auto Get>
void each_scrubber(const VolumeView& view, Samples& samples) {
  if (!view.volume.bitrot) {
    return;
  }
  for (const auto& node : view.volume.bitrot->nodes) {
    samples.add(make_labels({{"volume", view.volume.name}, {"host", node.host}}), Get(node));
  }
}

constexpr std::string_view kQuotaLabels = "volume,path";
constexpr std::string_view kSnapshotLabels = "volume,snapshot";
constexpr std::string_view kNodeLabels = "volume,host";
constexpr std::string_view kWorkerLabels = "volume,secondary,host,brick";

constexpr std::array kFamilies{
    Family{"glusterfs_quota_hard_limit_bytes", MetricType::gauge, Scope::cluster, kQuotaLabels,
           "Space the directory may use at most", each_quota_limit<&model::QuotaLimit::hard_limit_bytes>},
    Family{"glusterfs_quota_soft_limit_bytes", MetricType::gauge, Scope::cluster, kQuotaLabels,
           "Space beyond which Gluster warns", each_quota_limit<&model::QuotaLimit::soft_limit_bytes>},
    Family{"glusterfs_quota_used_bytes", MetricType::gauge, Scope::cluster, kQuotaLabels,
           "Space the directory uses", each_quota_limit<&model::QuotaLimit::used_bytes>},
    Family{"glusterfs_quota_soft_limit_exceeded", MetricType::gauge, Scope::cluster, kQuotaLabels,
           "Whether the directory is beyond its soft limit",
           each_quota_limit<&model::QuotaLimit::soft_limit_exceeded>},
    Family{"glusterfs_quota_hard_limit_exceeded", MetricType::gauge, Scope::cluster, kQuotaLabels,
           "Whether the directory is beyond its hard limit",
           each_quota_limit<&model::QuotaLimit::hard_limit_exceeded>},
    Family{"glusterfs_quota_objects_limit", MetricType::gauge, Scope::cluster, kQuotaLabels,
           "Files and directories the directory may hold at most",
           each_quota_limit<&model::QuotaLimit::objects_limit>},
    Family{"glusterfs_quota_files", MetricType::gauge, Scope::cluster, kQuotaLabels,
           "Files in a directory with a limit on objects", each_quota_limit<&model::QuotaLimit::files>},
    Family{"glusterfs_quota_directories", MetricType::gauge, Scope::cluster, kQuotaLabels,
           "Directories in a directory with a limit on objects",
           each_quota_limit<&model::QuotaLimit::directories>},

    Family{"glusterfs_volume_snapshots", MetricType::gauge, Scope::cluster, "volume",
           "Snapshots of a volume that has some", each_volume<[](const model::Volume& volume) {
             return volume.snapshots ? std::optional(volume.snapshots->snapshots.size()) : std::nullopt;
           }>},
    Family{"glusterfs_volume_snapshot_hard_limit", MetricType::gauge, Scope::cluster, "volume",
           "How many snapshots there may be", each_volume<[](const model::Volume& volume) {
             return volume.snapshots ? volume.snapshots->hard_limit : std::nullopt;
           }>},
    Family{"glusterfs_volume_snapshot_soft_limit", MetricType::gauge, Scope::cluster, "volume",
           "Number of snapshots beyond which Gluster warns", each_volume<[](const model::Volume& volume) {
             return volume.snapshots ? volume.snapshots->soft_limit : std::nullopt;
           }>},
    Family{"glusterfs_snapshot_created_timestamp_seconds", MetricType::gauge, Scope::cluster, kSnapshotLabels,
           "When the snapshot was taken",
           each_snapshot<[](const model::SnapshotItem& item) { return seconds_since_epoch(item.created); }>},
    Family{"glusterfs_snapshot_activated", MetricType::gauge, Scope::cluster, kSnapshotLabels,
           "Whether the snapshot's bricks run, so that it can be mounted",
           each_snapshot<[](const model::SnapshotItem& item) { return item.activated; }>},

    Family{"glusterfs_rebalance_info", MetricType::info, Scope::cluster, "volume,task",
           "The task whose progress the other rebalance metrics show: rebalance or remove_brick",
           [](const VolumeView& view, Samples& samples) {
             if (view.volume.rebalance) {
               const bool leaves = view.volume.rebalance->kind == TaskKind::remove_brick;
               samples.add(view.labels, {{"task", leaves ? "remove_brick" : "rebalance"}}, 1);
             }
           }},
    Family{"glusterfs_rebalance_state", MetricType::state_set, Scope::cluster, "volume,host,state",
           "State of the task on the node",
           [](const VolumeView& view, Samples& samples) {
             each_rebalance_node(view, [&](const std::string& labels, const model::RebalanceNode& node) {
               add_state_set(samples, labels, node.state, model::kTaskStateNames);
             });
           }},
    Family{"glusterfs_rebalance_moved_files", MetricType::gauge, Scope::cluster, kNodeLabels,
           "Files the task has moved", each_rebalance<&model::RebalanceNode::moved_files>},
    Family{"glusterfs_rebalance_moved_bytes", MetricType::gauge, Scope::cluster, kNodeLabels,
           "Bytes the task has moved", each_rebalance<&model::RebalanceNode::moved_bytes>},
    Family{"glusterfs_rebalance_scanned_files", MetricType::gauge, Scope::cluster, kNodeLabels,
           "Files the task has looked at", each_rebalance<&model::RebalanceNode::scanned_files>},
    Family{"glusterfs_rebalance_failed_files", MetricType::gauge, Scope::cluster, kNodeLabels,
           "Files the task could not move", each_rebalance<&model::RebalanceNode::failed_files>},
    Family{"glusterfs_rebalance_skipped_files", MetricType::gauge, Scope::cluster, kNodeLabels,
           "Files the task left where they are, most often for want of space",
           each_rebalance<&model::RebalanceNode::skipped_files>},
    Family{"glusterfs_rebalance_run_seconds", MetricType::gauge, Scope::cluster, kNodeLabels,
           "How long the task has run, or ran", each_rebalance<&model::RebalanceNode::run_seconds>},

    Family{"glusterfs_georep_state", MetricType::state_set, Scope::cluster,
           "volume,secondary,host,brick,state", "State of the brick's geo-replication worker",
           [](const VolumeView& view, Samples& samples) {
             each_worker(view, [&](const std::string& labels, const model::GeoReplicationWorker& worker) {
               add_word_states(samples, labels, worker.state, model::kWorkerStateNames);
             });
           }},
    Family{"glusterfs_georep_crawl_state", MetricType::state_set, Scope::cluster,
           "volume,secondary,host,brick,state", "How an active worker finds what has changed",
           [](const VolumeView& view, Samples& samples) {
             each_worker(view, [&](const std::string& labels, const model::GeoReplicationWorker& worker) {
               if (!worker.crawl.empty()) {
                 add_word_states(samples, labels, worker.crawl, model::kCrawlStateNames);
               }
             });
           }},
    Family{"glusterfs_georep_last_synced_timestamp_seconds", MetricType::gauge, Scope::cluster, kWorkerLabels,
           "Up to when all changes have reached the secondary",
           [](const VolumeView& view, Samples& samples) {
             each_worker(view, [&](const std::string& labels, const model::GeoReplicationWorker& worker) {
               samples.add(labels, seconds_since_epoch(worker.last_synced));
             });
           }},
    Family{"glusterfs_georep_pending_entries", MetricType::gauge, Scope::cluster,
           "volume,secondary,host,brick,kind",
           "Operations that have not reached the secondary: entry, data, meta",
           [](const VolumeView& view, Samples& samples) {
             each_worker(view, [&](const std::string& labels, const model::GeoReplicationWorker& worker) {
               for (const auto& [kind, pending] :
                    {std::pair("entry", worker.pending_entry), std::pair("data", worker.pending_data),
                     std::pair("meta", worker.pending_meta)}) {
                 if (pending) {
                   samples.add(labels, {{"kind", kind}}, *pending);
                 }
               }
             });
           }},
    Family{"glusterfs_georep_failures", MetricType::gauge, Scope::cluster, kWorkerLabels,
           "Operations that failed on the secondary, since the worker started",
           [](const VolumeView& view, Samples& samples) {
             each_worker(view, [&](const std::string& labels, const model::GeoReplicationWorker& worker) {
               samples.add(labels, worker.failures);
             });
           }},
    Family{"glusterfs_georep_checkpoint_reached", MetricType::gauge, Scope::cluster, kWorkerLabels,
           "Whether the checkpoint has been reached; absent without one",
           [](const VolumeView& view, Samples& samples) {
             each_worker(view, [&](const std::string& labels, const model::GeoReplicationWorker& worker) {
               samples.add(labels, worker.checkpoint_reached);
             });
           }},

    Family{"glusterfs_bitrot_scrub_state", MetricType::state_set, Scope::cluster, "volume,state",
           "What the scrubber does",
           [](const VolumeView& view, Samples& samples) {
             if (view.volume.bitrot) {
               add_state_set(samples, view.labels, view.volume.bitrot->state, model::kScrubStateNames);
             }
           }},
    Family{"glusterfs_bitrot_scrubbed_files", MetricType::gauge, Scope::cluster, kNodeLabels,
           "Files checked by the last scrub",
           each_scrubber<[](const model::BitrotNode& node) { return node.scrubbed_files; }>},
    Family{"glusterfs_bitrot_skipped_files", MetricType::gauge, Scope::cluster, kNodeLabels,
           "Files the last scrub passed over",
           each_scrubber<[](const model::BitrotNode& node) { return node.skipped_files; }>},
    Family{"glusterfs_bitrot_corrupted_objects", MetricType::gauge, Scope::cluster, kNodeLabels,
           "Objects whose content no longer has the signature it had",
           each_scrubber<[](const model::BitrotNode& node) { return node.corrupted_objects; }>},
    Family{"glusterfs_bitrot_last_scrub_timestamp_seconds", MetricType::gauge, Scope::cluster, kNodeLabels,
           "When the last scrub was completed",
           each_scrubber<[](const model::BitrotNode& node) { return seconds_since_epoch(node.last_scrub); }>},
    Family{"glusterfs_bitrot_last_scrub_seconds", MetricType::gauge, Scope::cluster, kNodeLabels,
           "How long the last scrub took",
           each_scrubber<[](const model::BitrotNode& node) { return node.last_scrub_seconds; }>},

    Family{"glusterfs_top_file_calls", MetricType::gauge, Scope::cluster, "volume,host,brick,call,file",
           "Calls on the brick's busiest files: open, read, write, opendir, readdir",
           [](const BrickView& view, Samples& samples) {
             for (const auto& top : view.brick.top_files) {
               samples.add(view.labels, {{"call", model::name_of(top.call)}, {"file", top.file}}, top.count);
             }
           }},
};

}  // namespace

std::span<const Family> task_families() {
  return kFamilies;
}

}  // namespace glusterfs_exporter::metrics

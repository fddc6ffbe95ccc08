#include <fmt/format.h>

#include <utility>

#include "live/json_put.hpp"
#include "live/volume_json.hpp"
#include "model/names.hpp"

namespace glusterfs_exporter::live {
namespace {

using Json = nlohmann::json;

Json quota_json(const std::vector<model::QuotaLimit>& limits) {
  auto quota = Json::object();
  for (const auto& limit : limits) {
    auto& json = quota[limit.path] = Json::object();
    put(json, "hard_limit_bytes", limit.hard_limit_bytes);
    put(json, "soft_limit_bytes", limit.soft_limit_bytes);
    put(json, "used_bytes", limit.used_bytes);
    put(json, "soft_limit_exceeded", limit.soft_limit_exceeded);
    put(json, "hard_limit_exceeded", limit.hard_limit_exceeded);
    put(json, "objects_limit", limit.objects_limit);
    put(json, "files", limit.files);
    put(json, "directories", limit.directories);
  }
  return quota;
}

Json snapshots_json(const model::SnapshotReport& report) {
  auto items = Json::object();
  for (const auto& item : report.snapshots) {
    auto& json = items[item.name] = Json::object();
    put_time(json, "created", item.created);
    put(json, "activated", item.activated);
  }
  auto snapshots = Json::object();
  put(snapshots, "hard_limit", report.hard_limit);
  put(snapshots, "soft_limit", report.soft_limit);
  snapshots["items"] = std::move(items);
  return snapshots;
}

Json rebalance_json(const model::RebalanceReport& report) {
  auto nodes = Json::object();
  for (const auto& node : report.nodes) {
    auto& json = nodes[node.host];
    json = {{"state", name_of(node.state)},      {"moved_files", node.moved_files},
            {"moved_bytes", node.moved_bytes},   {"scanned_files", node.scanned_files},
            {"failed_files", node.failed_files}, {"skipped_files", node.skipped_files}};
    put_text(json, "peer_uuid", node.peer_uuid);
    put(json, "run_seconds", node.run_seconds);
  }
  return {{"task", name_of(report.kind)}, {"nodes", std::move(nodes)}};
}

Json worker_json(const model::GeoReplicationWorker& worker) {
  Json json = {{"secondary", worker.secondary},
               {"host", worker.host},
               {"brick", worker.brick},
               {"state", model::name_in(model::kWorkerStateNames, std::string_view(worker.state))}};
  if (!worker.crawl.empty()) {
    json["crawl_state"] = model::name_in(model::kCrawlStateNames, std::string_view(worker.crawl));
  }
  put_time(json, "last_synced", worker.last_synced);
  put(json, "pending_entry", worker.pending_entry);
  put(json, "pending_data", worker.pending_data);
  put(json, "pending_meta", worker.pending_meta);
  put(json, "failures", worker.failures);
  put(json, "checkpoint_reached", worker.checkpoint_reached);
  return json;
}

Json bitrot_json(const model::BitrotReport& report) {
  auto nodes = Json::object();
  for (const auto& node : report.nodes) {
    auto& json = nodes[node.host] = Json::object();
    put(json, "scrubbed_files", node.scrubbed_files);
    put(json, "skipped_files", node.skipped_files);
    put(json, "corrupted_objects", node.corrupted_objects);
    put_time(json, "last_scrub", node.last_scrub);
    put(json, "last_scrub_seconds", node.last_scrub_seconds);
  }
  return {{"scrub_state", name_of(report.state)}, {"nodes", std::move(nodes)}};
}

}  // namespace

void put_tasks(Json& json, const model::Volume& volume) {
  if (!volume.quota.empty()) {
    json["quota"] = quota_json(volume.quota);
  }
  if (volume.snapshots) {
    json["snapshots"] = snapshots_json(*volume.snapshots);
  }
  if (volume.rebalance) {
    json["rebalance"] = rebalance_json(*volume.rebalance);
  }
  if (!volume.geo_replication.empty()) {
    auto& workers = json["geo_replication"] = Json::object();
    for (const auto& worker : volume.geo_replication) {
      workers[fmt::format("{}:{} {}", worker.host, worker.brick, worker.secondary)] = worker_json(worker);
    }
  }
  if (volume.bitrot) {
    json["bitrot"] = bitrot_json(*volume.bitrot);
  }
}

}  // namespace glusterfs_exporter::live

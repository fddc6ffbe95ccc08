#include "live/state_document.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/build_info.hpp"
#include "live/daemon_json.hpp"
#include "live/json_put.hpp"
#include "live/leader_part.hpp"
#include "live/reasons.hpp"
#include "live/volume_json.hpp"
#include "model/names.hpp"

namespace glusterfs_exporter::live {
namespace {

using Json = nlohmann::json;

Json cluster_json(const model::Snapshot& snapshot) {
  Json json = {{"taken_at", write_time(snapshot.taken_at)}, {"reasons", health_reasons(snapshot)}};
  if (snapshot.health) {
    json["health"] = name_of(*snapshot.health);
  }
  put(json, "up", snapshot.up);
  put(json, "leader", snapshot.leader);
  put_text(json, "leader_host", snapshot.leader_host);
  put_text(json, "version", snapshot.version);
  put(json, "op_version", snapshot.op_version);
  put(json, "max_op_version", snapshot.max_op_version);
  return json;
}

Json node_json(const model::Snapshot& snapshot, const StateOptions& options) {
  Json json = {{"exporter_version", build_version()}};
  put_text(json, "page_version", std::string(options.page_version));
  put_text(json, "peer_uuid", snapshot.peer_uuid);
  const auto local = std::ranges::find(snapshot.peers, true, &model::Peer::local);
  if (local != snapshot.peers.end()) {
    put_text(json, "host", local->host);
  }
  put_time(json, "started_at", options.started_at);
  return json;
}

Json exporter_json(const model::Exporter& exporter) {
  Json json = {{"answers", exporter.answers}};
  put_text(json, "version", exporter.version);
  put_text(json, "gluster_version", exporter.gluster_version);
  put_time(json, "report_taken_at", exporter.report_taken_at);
  put(json, "leader", exporter.leader);
  return json;
}

Json peer_json(const model::Peer& peer) {
  Json json = {{"local", peer.local}, {"connected", peer.connected}};
  put_text(json, "host", peer.host);
  if (!peer.state.empty()) {
    json["state"] = model::name_in(model::kPeerStateNames, std::string_view(peer.state), "handshake");
  }
  if (peer.exporter) {
    json["exporter"] = exporter_json(*peer.exporter);
  }
  return json;
}

Json collector_json(const model::CollectorState& collector) {
  using Seconds = std::chrono::duration<double>;
  Json json = {{"enabled", collector.enabled}, {"standby", collector.standby}};
  put(json, "interval_seconds", Seconds(collector.interval).count());
  put(json, "success", collector.success);
  put_time(json, "last_success", collector.last_success);
  put_time(json, "next_run", collector.next_run);
  if (collector.success) {  // it has run
    put_measured(json, "last_duration_seconds", collector.last_duration.count());
  }
  put_text(json, "source", collector.source);
  put_text(json, "failure_reason", collector.failure_reason);
  put_text(json, "failure_text", collector.failure_text);
  return json;
}

}  // namespace

bool has_details(const model::Snapshot& snapshot, const StateOptions& options) {
  std::size_t bricks = 0;
  for (const auto& volume : snapshot.volumes) {
    bricks += volume.brick_count();
  }
  return bricks <= options.max_bricks_with_details;
}

Json state_document(const model::Snapshot& snapshot, const Rates& rates, const std::vector<Event>& events,
                    const StateOptions& options) {
  Json json = {
      {"schema", kStateSchema}, {"cluster", cluster_json(snapshot)}, {"node", node_json(snapshot, options)}};
  if (snapshot.peers_known) {
    auto& peers = json["peers"] = Json::object();
    for (const auto& peer : snapshot.peers) {
      peers[peer.uuid] = peer_json(peer);
    }
  }
  if (snapshot.volumes_known) {
    const VolumeContext context{
        .rates = rates, .options = options, .details = has_details(snapshot, options)};
    auto& volumes = json["volumes"] = Json::object();
    for (const auto& volume : snapshot.volumes) {
      volumes[volume.name] = volume_json(volume, context);
    }
  }
  auto& daemons = json["daemons"] = Json::object();
  for (const auto& daemon : snapshot.daemons) {
    daemons[daemon_key(daemon)] = daemon_json(daemon);
  }
  auto& collectors = json["collectors"] = Json::object();
  for (const auto& collector : snapshot.collectors) {
    collectors[collector.name] = collector_json(collector);
  }
  auto& log = json["events"] = Json::object();
  for (const auto& event : events) {
    log[std::to_string(event.id)] = event_json(event);
  }
  if (snapshot.leader_part != nullptr) {
    fill_from_leader(json, *snapshot.leader_part);
  }
  return json;
}

std::string to_text(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace glusterfs_exporter::live

#include "collect/picture.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "collect/picture_volume.hpp"
#include "model/assess.hpp"

namespace glusterfs_exporter::collect {

namespace {

using HostByUuid = std::map<std::string, std::string, std::less<>>;

/// A node's name is the one its bricks have in `volume info`; only a node without bricks has the pool's name
/// for it, which for the local node would be "localhost".
HostByUuid name_hosts(const gluster::Topology* topology, const gluster::PeerList* peers,
                      const std::string& local_hostname) {
  HostByUuid hosts;
  if (topology != nullptr) {
    for (const auto& volume : *topology) {
      for (const auto& brick : volume.bricks) {
        hosts.try_emplace(brick.peer_uuid, brick.id.host);  // emplace would copy first and then look
      }
    }
  }
  if (peers != nullptr) {
    for (const auto& peer : *peers) {
      hosts.emplace(peer.uuid, peer.local ? local_hostname : peer.host);
    }
  }
  return hosts;
}

std::string host_of(const HostByUuid& hosts, const std::string& uuid) {
  const auto found = hosts.find(uuid);
  return found == hosts.end() ? uuid : found->second;
}

void join_node_reports(model::Volume& volume, const Facts& facts, const HostByUuid& hosts,
                       const std::string& local_host, SteadyTime now) {
  if (const auto* rebalance = answer_about(facts.rebalance, volume.name, now)) {
    volume.rebalance = *rebalance;
    for (auto& node : volume.rebalance->nodes) {
      node.host = host_of(hosts, node.peer_uuid);
    }
  }
  if (const auto* bitrot = answer_about(facts.bitrot, volume.name, now)) {
    volume.bitrot = *bitrot;
    for (auto& node : volume.bitrot->nodes) {
      if (node.host == "localhost") {
        node.host = local_host;
      }
    }
  }
  if (const auto* workers = facts.geo_replication.at(now)) {
    std::ranges::copy_if(*workers, std::back_inserter(volume.geo_replication),
                         [&](const auto& worker) { return worker.volume == volume.name; });
  }
}

/// What the CLI says of daemons. One serves all volumes of its node and stands in the answer about each; it
/// is online if all of them say so.
std::map<std::pair<std::string, model::DaemonKind>, bool> daemons_by_cli(const Facts& facts, SteadyTime now) {
  std::map<std::pair<std::string, model::DaemonKind>, bool> online;  // by the node's uuid
  for (const auto& [volume, dated] : facts.status) {
    const auto* status = dated.at(now);
    if (status == nullptr) {
      continue;
    }
    for (const auto& daemon : status->daemons) {
      const auto [entry, added] = online.emplace(std::pair(daemon.peer_uuid, daemon.kind), true);
      entry->second = entry->second && daemon.online;
    }
  }
  return online;
}

/// A node's own exporter knows best, as long as it knows anything about its processes. It also reports on
/// them while it speaks for its node; the leader does for the others.
std::vector<model::Daemon> make_daemons(const Facts& facts, const Reports& reports, const HostByUuid& hosts,
                                        bool leader, SteadyTime now) {
  std::vector<model::Daemon> daemons;
  for (const auto& [uuid, host] : hosts) {
    if (const auto* report = reports.of_node(uuid)) {
      for (const auto& daemon : report->daemons) {
        daemons.push_back(daemon);
        daemons.back().host = host;
        daemons.back().spoken_for = reports.speaks(uuid) ? report == &reports.own() : leader;
      }
    }
  }
  for (const auto& [key, online] : daemons_by_cli(facts, now)) {
    const auto* report = reports.of_node(key.first);
    if (report == nullptr || report->daemons.empty()) {
      daemons.push_back({key.first, host_of(hosts, key.first), key.second, online, {}, leader});
    }
  }
  std::ranges::stable_sort(daemons, {}, &model::Daemon::host);
  return daemons;
}

std::vector<model::Peer> make_peers(const gluster::PeerList& records, const HostByUuid& hosts) {
  std::vector<model::Peer> peers;
  for (const auto& record : records) {
    peers.push_back(
        {record.uuid, host_of(hosts, record.uuid), record.local, record.connected, record.state, {}});
  }
  std::ranges::sort(peers, {}, &model::Peer::uuid);
  return peers;
}

model::Exporter describe(const model::NodeReport& report, std::optional<bool> leader) {
  return {.answers = true,
          .version = report.exporter_version,
          .gluster_version = report.gluster_version,
          .report_taken_at = report.taken_at,
          .leader = leader};
}

void join_exporters(model::Snapshot& snapshot, const Facts& facts, const Reports& reports) {
  for (auto& peer : snapshot.peers) {
    if (peer.local) {
      peer.exporter = describe(reports.own(), snapshot.leader);
      continue;
    }
    const auto* neighbours = facts.neighbours.value.get();
    const auto asked = neighbours == nullptr ? Neighbours::const_iterator() : neighbours->find(peer.uuid);
    if (neighbours == nullptr || asked == neighbours->end()) {
      continue;
    }
    const auto* report = reports.of_node(peer.uuid);
    peer.exporter = report == nullptr ? model::Exporter{} : describe(*report, report->leader);
    peer.exporter->answers = asked->second.answers;
  }
}

/// Who leads and what that one says. When several say that they do, as for a moment while the lead passes on,
/// one that answers counts more than one whose last word merely holds, then the lower uuid.
void join_leader(model::Snapshot& snapshot, const Reports& reports, const std::string& local_host) {
  if (snapshot.leader.value_or(false)) {
    snapshot.leader_host = local_host;
    return;
  }
  for (const bool answers : {true, false}) {
    for (const auto& peer : snapshot.peers) {
      if (peer.local || !peer.exporter || peer.exporter->answers != answers ||
          !peer.exporter->leader.value_or(false)) {
        continue;
      }
      if (answers && snapshot.leader_host.empty()) {
        snapshot.leader_host = peer.host;
      }
      if (const auto* report = reports.of_node(peer.uuid);
          report != nullptr && snapshot.leader_part == nullptr) {
        snapshot.leader_part = report->cluster;
      }
    }
  }
}

void follow_heal_backlog(model::Volume& volume, const PictureContext& context) {
  const model::Volume* before = nullptr;
  if (context.previous != nullptr) {
    const auto& volumes = context.previous->volumes;  // by name
    const auto found = std::ranges::lower_bound(volumes, volume.name, {}, &model::Volume::name);
    // One that has the name of a deleted one is another.
    const bool same = found != volumes.end() && found->name == volume.name && found->id == volume.id;
    before = same ? &*found : nullptr;
  }
  const auto since = before == nullptr ? std::nullopt : before->heal_backlog_since;
  const auto pending = model::heal_pending_entries(volume);
  if (!pending) {
    volume.heal_backlog_since = since;
  } else if (*pending > 0) {
    volume.heal_backlog_since = since.value_or(context.taken_at);
  }
}

}  // namespace

model::Snapshot make_picture(const Facts& facts, const Reports& reports, PictureContext context) {
  const auto now = context.now;
  const auto* topology = facts.topology.at(now);
  const auto* peers = facts.peers.at(now);
  const auto hosts = name_hosts(topology, peers, context.local_hostname);

  model::Snapshot snapshot;
  snapshot.taken_at = context.taken_at;
  snapshot.leader = context.leader;
  snapshot.up = facts.glusterd_answers;
  snapshot.peer_uuid = reports.own().peer_uuid;
  if (const auto* version = facts.version.at(now)) {
    snapshot.version = *version;
  }
  if (const auto* number = facts.op_version.at(now)) {
    snapshot.op_version = *number;
  }
  if (const auto* number = facts.max_op_version.at(now)) {
    snapshot.max_op_version = *number;
  }
  auto local_host = context.local_hostname;
  if (peers != nullptr) {
    snapshot.peers_known = true;
    snapshot.peers = make_peers(*peers, hosts);
    const auto local = std::ranges::find(snapshot.peers, true, &model::Peer::local);
    local_host = local == snapshot.peers.end() ? local_host : local->host;
    join_exporters(snapshot, facts, reports);
  }
  join_leader(snapshot, reports, local_host);
  if (topology != nullptr) {
    snapshot.volumes_known = true;
    snapshot.volumes.reserve(topology->size());
    for (const auto& record : *topology) {
      auto volume = make_volume(record, facts, reports, context.leader.value_or(false), now);
      join_node_reports(volume, facts, hosts, local_host, now);
      model::assess_health(volume);
      model::assess_capacity(volume);
      model::assess_server_quorum(volume, snapshot.peers);
      follow_heal_backlog(volume, context);
      snapshot.volumes.push_back(std::move(volume));
    }
    std::ranges::sort(snapshot.volumes, {}, &model::Volume::name);
    model::assess_shared_filesystems(snapshot.volumes);
  }
  snapshot.daemons = make_daemons(facts, reports, hosts, context.leader.value_or(false), now);
  snapshot.health = model::cluster_health(snapshot);
  snapshot.collectors = std::move(context.collectors);
  return snapshot;
}

}  // namespace glusterfs_exporter::collect

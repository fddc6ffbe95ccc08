#include <array>
#include <utility>

#include "metrics/catalogue.hpp"
#include "metrics/each.hpp"
#include "model/names.hpp"

namespace glusterfs_exporter::metrics {

namespace {

/// One sample for each daemon that this exporter reports on, of what `Get` makes of it.
template <auto Get>
void each_daemon(const ClusterView& view, Samples& samples) {
  for (const auto& daemon : view.snapshot.daemons) {
    if (daemon.spoken_for) {
      samples.add(make_labels({{"host", daemon.host}, {"daemon", model::name_of(daemon.kind)}}), Get(daemon));
    }
  }
}

std::string peer_labels(const model::Peer& peer) {
  return make_labels({{"host", peer.host}, {"peer_uuid", peer.uuid}});
}

constexpr std::array kFamilies{
    Family{"glusterfs_up", MetricType::gauge, Scope::node, "", "Whether glusterd answered when last asked",
           [](const ClusterView& view, Samples& samples) { samples.add("", view.snapshot.up); }},
    Family{"glusterfs_version_info", MetricType::info, Scope::node, "version",
           "The Gluster installed on this node",
           [](const ClusterView& view, Samples& samples) {
             if (!view.snapshot.version.empty()) {
               samples.add("", {{"version", view.snapshot.version}}, 1);
             }
           }},
    Family{"glusterfs_op_version", MetricType::gauge, Scope::node, "", "The cluster's operating version",
           [](const ClusterView& view, Samples& samples) { samples.add("", view.snapshot.op_version); }},
    Family{"glusterfs_max_op_version", MetricType::gauge, Scope::cluster, "",
           "The highest operating version that all nodes of the cluster support",
           [](const ClusterView& view, Samples& samples) { samples.add("", view.snapshot.max_op_version); }},
    Family{"glusterfs_cluster_health", MetricType::state_set, Scope::cluster, "state",
           "Health of the cluster: critical when data is out of reach, degraded when a brick or a peer is "
           "missing",
           [](const ClusterView& view, Samples& samples) {
             if (view.snapshot.health) {
               add_state_set(samples, "", *view.snapshot.health, model::kClusterHealthNames);
             }
           }},
    Family{"glusterfs_peers", MetricType::gauge, Scope::cluster, "",
           "Nodes of the trusted pool, this one included",
           [](const ClusterView& view, Samples& samples) {
             if (view.snapshot.peers_known) {
               samples.add("", view.snapshot.peers.size());
             }
           }},
    Family{"glusterfs_peer_connected", MetricType::gauge, Scope::cluster, "host,peer_uuid",
           "Whether the glusterd of this node is connected to that of the peer",
           [](const ClusterView& view, Samples& samples) {
             for (const auto& peer : view.snapshot.peers) {
               samples.add(peer_labels(peer), peer.connected);
             }
           }},
    Family{"glusterfs_peer_state", MetricType::state_set, Scope::cluster, "host,peer_uuid,state",
           "State of the peer's membership; Gluster tells none for the local node",
           [](const ClusterView& view, Samples& samples) {
             for (const auto& peer : view.snapshot.peers) {
               if (!peer.state.empty()) {
                 add_word_states(samples, peer_labels(peer), peer.state, model::kPeerStateNames, "handshake");
               }
             }
           }},
    Family{
        "glusterfs_daemon_online", MetricType::gauge, Scope::node_else_cluster, "host,daemon",
        "Whether the daemon runs: glusterd, glustereventsd, shd (self-heal), quotad, bitd, scrub, snapd, nfs",
        each_daemon<[](const model::Daemon& daemon) { return std::optional(daemon.online); }>},
    Family{"glusterfs_daemon_start_time_seconds", MetricType::gauge, Scope::node, "host,daemon",
           "When the daemon started", each_daemon<[](const model::Daemon& daemon) {
             return daemon.process ? seconds_since_epoch(daemon.process->start_time) : std::nullopt;
           }>},
    Family{"glusterfs_daemon_cpu_seconds_total", MetricType::counter, Scope::node, "host,daemon",
           "CPU time of the daemon", each_daemon<[](const model::Daemon& daemon) {
             return part_of(daemon.process, &model::ProcessUsage::cpu_seconds);
           }>},
    Family{"glusterfs_daemon_resident_memory_bytes", MetricType::gauge, Scope::node, "host,daemon",
           "Memory of the daemon in RAM", each_daemon<[](const model::Daemon& daemon) {
             return part_of(daemon.process, &model::ProcessUsage::resident_bytes);
           }>},
    Family{"glusterfs_daemon_threads", MetricType::gauge, Scope::node, "host,daemon", "Threads of the daemon",
           each_daemon<[](const model::Daemon& daemon) {
             return part_of(daemon.process, &model::ProcessUsage::threads);
           }>},
    Family{"glusterfs_daemon_open_fds", MetricType::gauge, Scope::node, "host,daemon",
           "Open file descriptors of the daemon", each_daemon<[](const model::Daemon& daemon) {
             return daemon.process ? daemon.process->open_fds : std::nullopt;
           }>},
};

}  // namespace

std::span<const Family> cluster_families() {
  return kFamilies;
}

}  // namespace glusterfs_exporter::metrics

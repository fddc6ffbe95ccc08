#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "model/node.hpp"
#include "model/volume.hpp"

namespace glusterfs_exporter::model {

/// The exporter on a node, as this one knows it.
struct Exporter {
  bool answers = false;
  std::string version;          ///< empty when not known
  std::string gluster_version;  ///< of the glusterd that runs there; empty when not known
  std::optional<Time> report_taken_at;
  std::optional<bool> leader;  ///< whether it says that it speaks for the cluster
};

struct Peer {
  std::string uuid;
  std::string host;  ///< as `volume info` writes it where the peer has a brick; never "localhost"
  bool local = false;
  bool connected = false;
  std::string
      state;  ///< Gluster's words, "Peer in Cluster"; empty for the local peer, about which it says nothing
  std::optional<Exporter> exporter{};  ///< absent while nobody asked
};

enum class DaemonKind : std::uint8_t { self_heal, quota, bitrot, scrubber, snapshot, nfs, glusterd, events };

struct Daemon {
  std::string peer_uuid;
  std::string host;
  DaemonKind kind = DaemonKind::self_heal;
  bool online = false;
  std::optional<ProcessUsage> process;  ///< only its own node tells; several of one kind are added up
  bool spoken_for = false;              ///< this exporter is the one that reports on it
};

/// How one collector does.
struct CollectorState {
  std::string name;
  bool enabled = false;
  bool standby = false;  ///< enabled, but left to the exporter that leads
  std::chrono::milliseconds interval{};
  std::optional<bool> success;                    ///< of the last run; absent before the first one ended
  std::chrono::duration<double> last_duration{};  ///< of the last run
  std::string source;                ///< which way the last run asked; empty when it asked nobody
  std::optional<Time> last_success;  ///< when the last successful run ended
  std::string failure_reason;        ///< of the last run, a value of ErrorKind; empty on success
  std::string failure_text;          ///< for people
  std::optional<Time> next_run{};    ///< absent while it waits for something else than a time
};

/// The picture: all that is known of the cluster at one moment. A value; once published it is never changed,
/// so any number of threads may read one without a lock. What is not known, or was learnt too long ago, is
/// absent.
struct Snapshot {
  Time taken_at;
  std::optional<bool> leader;  ///< whether this exporter speaks for the cluster
  std::optional<bool> up;      ///< glusterd answered the last time it was asked
  std::string version;         ///< of the Gluster installed here, "10.3"; empty when not known
  std::optional<std::uint64_t> op_version;
  std::optional<std::uint64_t> max_op_version;

  bool peers_known = false;
  bool volumes_known = false;
  std::vector<Peer> peers;      ///< by uuid
  std::vector<Volume> volumes;  ///< by name
  std::vector<Daemon> daemons;
  std::optional<ClusterHealth> health;
  std::string peer_uuid;    ///< of this node; empty when not known
  std::string leader_host;  ///< whose exporter leads; empty when not known
  /// What that one says; null when this exporter leads, or nobody's word holds.
  std::shared_ptr<const nlohmann::json> leader_part;

  std::vector<CollectorState> collectors;
};

}  // namespace glusterfs_exporter::model

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gluster/node_records.hpp"
#include "gluster/records.hpp"
#include "model/node_report.hpp"

namespace glusterfs_exporter::collect {

using SteadyTime = std::chrono::steady_clock::time_point;

/// An answer, when it was learnt, and from when on it is too old to be shown.
template <class T>
struct Dated {
  std::shared_ptr<const T> value;  ///< null when never learnt
  SteadyTime learnt;
  SteadyTime expires;

  /// The answer, or null when there is none that still holds at `now`.
  [[nodiscard]] const T* at(SteadyTime now) const { return now < expires ? value.get() : nullptr; }
};

/// Another node's exporter.
struct Neighbour {
  bool answers = false;  ///< it has not yet missed so many questions that it counts as gone
  int failures_in_a_row = 0;
  std::shared_ptr<const model::NodeReport> report;  ///< its newest; null when it never answered
  SteadyTime report_expires;
};

/// When glusterd was last asked for its peers, and the connections it had then.
struct PeersAsked {
  SteadyTime asked;
  SteadyTime connections_changed;
  gluster::Sockets connections;
};

/// By peer uuid.
using Neighbours = std::map<std::string, Neighbour, std::less<>>;

/// The newest answer to every question. Copying is cheap: answers are shared.
struct Facts {
  template <class T>
  using ByVolume = gluster::PerVolume<Dated<T>>;

  std::optional<bool> glusterd_answers;  ///< when last asked for the topology
  Dated<gluster::Topology> topology;
  Dated<gluster::PeerList> peers;
  std::optional<PeersAsked> peers_asked;
  Dated<std::string> version;
  Dated<std::uint64_t> op_version;
  Dated<std::uint64_t> max_op_version;
  Dated<std::vector<model::GeoReplicationWorker>> geo_replication;

  // Of this node alone.
  Dated<gluster::NodeProcesses> processes;
  Dated<gluster::PerBrick<gluster::BrickFilesystem>> filesystems;
  Dated<gluster::PerBrick<gluster::HealIndex>> heal_index;
  Dated<gluster::PerBrick<model::BrickProfile>> brick_profiles;
  Dated<gluster::PerBrick<model::BrickInternals>> brick_internals;
  Dated<gluster::PerBrick<model::ThinPool>> thin_pools;

  /// What the exporters of the other nodes said when last asked, by peer uuid: all peers that were asked.
  Dated<Neighbours> neighbours;

  ByVolume<gluster::StatusRecord> status;
  ByVolume<gluster::DetailRecord> detail;
  ByVolume<gluster::ProfileRecord> profile;
  ByVolume<gluster::HealRecord> heal_count;
  ByVolume<gluster::HealRecord> heal_summary;
  ByVolume<std::vector<model::QuotaLimit>> quota;
  ByVolume<model::RebalanceReport> rebalance;
  ByVolume<model::SnapshotReport> snapshots;
  ByVolume<model::BitrotReport> bitrot;
  ByVolume<gluster::TopRecord> top;

  /// Drops what is known of volumes that the topology does not list, so that the store does not grow for
  /// ever.
  void forget_deleted_volumes();

  /// When the next answer that still holds at `now` gets too old; nothing when there is none.
  [[nodiscard]] std::optional<SteadyTime> next_expiry(SteadyTime now) const;
};

/// Facts shared between the collectors' threads and whoever makes the picture. Safe to use from any thread.
class FactStore {
 public:
  [[nodiscard]] Facts copy() const {
    const std::scoped_lock lock(mutex_);
    return facts_;
  }

  void update(const std::function<void(Facts&)>& change) {
    const std::scoped_lock lock(mutex_);
    change(facts_);
  }

 private:
  mutable std::mutex mutex_;
  Facts facts_;
};

}  // namespace glusterfs_exporter::collect

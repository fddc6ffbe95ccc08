#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "gluster/records.hpp"

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

/// The newest answer to every question. Copying is cheap: answers are shared.
struct Facts {
  template <class T>
  using ByVolume = gluster::PerVolume<Dated<T>>;

  Dated<gluster::Topology> topology;
  Dated<gluster::PeerList> peers;
  Dated<gluster::VersionRecord> versions;
  Dated<std::vector<model::GeoReplicationWorker>> geo_replication;
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

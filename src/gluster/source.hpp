#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "gluster/records.hpp"

namespace glusterfs_exporter::gluster {

/// The questions this program has for Gluster; the only way for the parts after this one to reach it.
///
/// Every question only reads. A volume's name must come from topology(). Where Gluster answers "there is no
/// such thing here" (no quota, no session), the answer is an empty record, not an error. Calls block until
/// the answer, the deadline, or this program's end. Implementations are safe to call from several threads at
/// once.
class Source {
 public:
  virtual ~Source() = default;

  virtual Result<Topology> topology() = 0;
  virtual Result<PeerList> peers() = 0;
  /// The operating version of the cluster.
  virtual Result<std::uint64_t> op_version() = 0;
  /// Of the Gluster that is installed on this node, "10.3".
  virtual Result<std::string> version() = 0;
  /// The highest operating version that all nodes support: asks every peer.
  virtual Result<std::uint64_t> max_op_version() = 0;

  /// Of all started volumes. A volume that was locked by someone else may be missing: ask for it by name.
  virtual Result<PerVolume<StatusRecord>> status() = 0;
  /// Of one volume; without bricks when the volume is not started or gone.
  virtual Result<StatusRecord> status(const std::string& volume) = 0;
  /// Of all started volumes and of one, with the same exceptions.
  virtual Result<PerVolume<DetailRecord>> detail() = 0;
  virtual Result<DetailRecord> detail(const std::string& volume) = 0;
  virtual Result<ProfileRecord> profile(const std::string& volume) = 0;

  /// How many entries wait for heal. For replicated volumes only: Gluster refuses to count for others.
  virtual Result<HealRecord> heal_count(const std::string& volume) = 0;
  /// The same and split-brain, by a crawl: minutes when there is much to heal. For disperse and replicated
  /// volumes.
  virtual Result<HealRecord> heal_summary(const std::string& volume) = 0;

  virtual Result<std::vector<model::QuotaLimit>> quota(const std::string& volume) = 0;
  virtual Result<model::RebalanceReport> rebalance(const std::string& volume, const TaskRecord& task) = 0;
  virtual Result<model::SnapshotReport> snapshots(const std::string& volume) = 0;
  virtual Result<std::vector<model::GeoReplicationWorker>> geo_replication() = 0;
  virtual Result<model::BitrotReport> bitrot(const std::string& volume) = 0;
  virtual Result<TopRecord> top(const std::string& volume, model::TopCall call, std::size_t files) = 0;
};

}  // namespace glusterfs_exporter::gluster

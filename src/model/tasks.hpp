#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What Gluster's features and long-running jobs report: leaves of the picture, one struct per row of an
/// answer.
namespace glusterfs_exporter::model {

using Time = std::chrono::system_clock::time_point;

/// The limit on one directory. Absent: not limited in this way, or quotad could not tell.
struct QuotaLimit {
  std::string path;  ///< from the volume's root, "/projects"
  std::optional<std::uint64_t> hard_limit_bytes;
  std::optional<std::uint64_t> soft_limit_bytes;
  std::optional<std::uint64_t> used_bytes;
  std::optional<bool> soft_limit_exceeded;
  std::optional<bool> hard_limit_exceeded;
  std::optional<std::uint64_t> objects_limit;
  std::optional<std::uint64_t> files;
  std::optional<std::uint64_t> directories;

  bool operator==(const QuotaLimit&) const = default;
};

struct SnapshotItem {
  std::string name;
  std::optional<Time> created;  ///< Gluster writes it in the node's local time without a zone
  std::optional<bool> activated;

  bool operator==(const SnapshotItem&) const = default;
};

struct SnapshotReport {
  std::vector<SnapshotItem> snapshots;
  std::optional<std::uint64_t> hard_limit;  ///< how many snapshots there may be
  std::optional<std::uint64_t> soft_limit;  ///< from how many on Gluster warns

  bool operator==(const SnapshotReport&) const = default;
};

enum class TaskKind : std::uint8_t { rebalance, remove_brick };

/// Gluster's own states of a rebalance and of a remove-brick.
enum class TaskState : std::uint8_t { not_started, in_progress, stopped, completed, failed, unknown };

struct RebalanceNode {
  std::string peer_uuid;
  std::string host;
  TaskState state = TaskState::unknown;
  std::uint64_t moved_files = 0;
  std::uint64_t moved_bytes = 0;
  std::uint64_t scanned_files = 0;
  std::uint64_t failed_files = 0;
  std::uint64_t skipped_files = 0;
  double run_seconds = 0;

  bool operator==(const RebalanceNode&) const = default;
};

struct RebalanceReport {
  TaskKind kind = TaskKind::rebalance;
  std::vector<RebalanceNode> nodes;

  bool operator==(const RebalanceReport&) const = default;
};

/// One geo-replication worker: a primary brick and what it sends to a secondary volume.
struct GeoReplicationWorker {
  std::string volume;     ///< the primary volume
  std::string secondary;  ///< "user@host::volume"
  std::string host;
  std::string brick;
  std::string state;  ///< Gluster's word: Active, Passive, Faulty, …
  std::string crawl;  ///< Gluster's words: Changelog Crawl, …; empty when it does not say
  std::optional<Time> last_synced;
  std::optional<std::uint64_t> pending_entry, pending_data, pending_meta;
  std::optional<std::uint64_t> failures;
  std::optional<bool> checkpoint_reached;  ///< absent when no checkpoint is set

  bool operator==(const GeoReplicationWorker&) const = default;
};

enum class ScrubState : std::uint8_t { idle, in_progress, paused, unknown };

struct BitrotNode {
  std::string host;  ///< as the answer names it, "localhost" included
  std::optional<std::uint64_t> scrubbed_files;
  std::optional<std::uint64_t> skipped_files;
  std::optional<std::uint64_t> corrupted_objects;
  std::optional<Time> last_scrub;
  std::optional<double> last_scrub_seconds;

  bool operator==(const BitrotNode&) const = default;
};

struct BitrotReport {
  ScrubState state = ScrubState::unknown;
  std::vector<BitrotNode> nodes;

  bool operator==(const BitrotReport&) const = default;
};

enum class TopCall : std::uint8_t { open, read, write, opendir, readdir };

struct TopFile {
  TopCall call = TopCall::open;
  std::string file;
  std::uint64_t count = 0;

  bool operator==(const TopFile&) const = default;
};

}  // namespace glusterfs_exporter::model

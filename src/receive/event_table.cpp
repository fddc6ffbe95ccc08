#include "receive/event_table.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "collect/table.hpp"

namespace glusterfs_exporter::receive {
namespace {

using namespace collect;
using Specs = std::span<const CollectorSpec* const>;

struct Sentence {
  std::string_view event;
  std::string_view text;
};

constexpr std::array kSentences{
    Sentence{"PEER_ATTACH", "node {host} was added to the cluster"},
    Sentence{"PEER_DETACH", "node {host} was removed from the cluster"},
    Sentence{"PEER_CONNECT", "the glusterd of node {host} was connected"},
    Sentence{"PEER_DISCONNECT", "the glusterd of node {peer} was disconnected"},
    Sentence{"PEER_REJECT", "node {peer} was rejected: its volumes differ from the cluster's"},
    Sentence{"VOLUME_CREATE", "volume {name} was created"},
    Sentence{"VOLUME_START", "volume {name} was started"},
    Sentence{"VOLUME_STOP", "volume {name} was stopped"},
    Sentence{"VOLUME_DELETE", "volume {name} was deleted"},
    Sentence{"VOLUME_SET", "options of volume {name} were set: {options}"},
    Sentence{"VOLUME_RESET", "options of volume {name} were reset: {option}"},
    Sentence{"VOLUME_REBALANCE_START", "a rebalance of volume {volume} was started"},
    Sentence{"VOLUME_REBALANCE_STOP", "the rebalance of volume {volume} was stopped"},
    Sentence{"VOLUME_REBALANCE_COMPLETE", "the rebalance of volume {volume} has ended"},
    Sentence{"VOLUME_REBALANCE_FAILED", "the rebalance of volume {volume} failed"},
    Sentence{"BRICK_CONNECTED", "glusterd on {peer} was connected to brick {brick} of volume {volume}"},
    Sentence{"BRICK_DISCONNECTED", "glusterd on {peer} lost brick {brick} of volume {volume}"},
    Sentence{"BRICK_START_FAILED", "brick {peer}:{brick} of volume {volume} could not be started"},
    Sentence{"BRICK_STOP_FAILED", "brick {peer}:{brick} of volume {volume} could not be stopped"},
    Sentence{"BRICK_REPLACE", "brick {source-brick} of volume {Volume} was replaced by {destination-brick}"},
    Sentence{"POSIX_HEALTH_CHECK_FAILED", "the file system of brick {brick} is ill: {op} of {path}: {error}"},
    Sentence{"QUORUM_LOST", "volume {volume} lost its server quorum; its bricks are stopped"},
    Sentence{"QUORUM_REGAINED", "volume {volume} has its server quorum again"},
    Sentence{"AFR_QUORUM_FAIL", "a client of {subvol} lost its quorum and cannot write"},
    Sentence{"AFR_QUORUM_MET", "a client of {subvol} has its quorum"},
    Sentence{"AFR_SUBVOLS_DOWN", "a client reaches no brick of {subvol}"},
    Sentence{"AFR_SUBVOL_UP", "a client reaches a brick of {subvol} again"},
    Sentence{"AFR_SPLIT_BRAIN", "split-brain ({type}) in {subvol}: {file}"},
    Sentence{"EC_MIN_BRICKS_NOT_UP", "a client reaches too few bricks of {subvol}"},
    Sentence{"EC_MIN_BRICKS_UP", "a client reaches enough bricks of {subvol}"},
    Sentence{"BITROT_BAD_FILE", "the scrubber found a bad file on brick {brick}: {path}"},
    Sentence{"QUOTA_ENABLE", "quota of volume {volume} was turned on"},
    Sentence{"QUOTA_DISABLE", "quota of volume {volume} was turned off"},
    Sentence{"QUOTA_SET_USAGE_LIMIT", "the quota of {path} in volume {volume} was set to {limit}"},
    Sentence{"QUOTA_CROSSED_SOFT_LIMIT", "{path} in volume {volume} uses {Usage}: more than the soft limit"},
    Sentence{"SNAPSHOT_CREATED", "snapshot {snapshot_name} of volume {volume_name} was taken"},
    Sentence{"SNAPSHOT_CREATE_FAILED", "a snapshot of volume {volume_name} could not be taken: {error}"},
    Sentence{"SNAPSHOT_DELETED", "snapshot {snapshot_name} was deleted"},
    Sentence{"SNAPSHOT_RESTORED", "volume {volume_name} was restored from snapshot {snapshot_name}"},
    Sentence{"SNAPSHOT_SOFT_LIMIT_REACHED", "volume {volume_name} has more snapshots than its soft limit"},
    Sentence{"SNAPSHOT_HARD_LIMIT_REACHED", "volume {volume_name} has as many snapshots as it may have"},
    Sentence{"SVC_CONNECTED", "daemon {svc_name} was connected"},
    Sentence{"SVC_DISCONNECTED", "daemon {svc_name} was disconnected"},
    Sentence{"DHT_DISK_USAGE", "{subvol} is {usage} full"},
    Sentence{"DHT_INODES_USAGE", "{subvol} has used {usage} of its inodes"},
    Sentence{"CLIENT_AUTH_REJECT", "client {client_identifier} was refused by brick {brick_path}"},
};

/// Collectors by what a name begins with. The first row that fits counts.
struct Concern {
  std::string_view prefix;
  Specs collectors;
};

// What a client tells of its own sight (AFR_*, EC_*) has nobody crawl bricks: the crawl is such a client too
// and would bring about its next run. Split-brain is not told by it.
constexpr std::array<const CollectorSpec*, 2> kBricks{&processes_collector, &status_collector};
constexpr std::array<const CollectorSpec*, 3> kVolumes{&topology_collector, &processes_collector,
                                                       &status_collector};
constexpr std::array<const CollectorSpec*, 3> kTasks{&topology_collector, &status_collector,
                                                     &rebalance_collector};
constexpr std::array<const CollectorSpec*, 2> kPeers{&peers_collector, &exporters_collector};
constexpr std::array<const CollectorSpec*, 2> kImports{&topology_collector, &peers_collector};
constexpr std::array<const CollectorSpec*, 2> kQuota{&topology_collector, &quota_collector};
constexpr std::array<const CollectorSpec*, 2> kSnapshots{&topology_collector, &snapshots_collector};
constexpr std::array<const CollectorSpec*, 1> kGeoReplication{&geo_replication_collector};
constexpr std::array<const CollectorSpec*, 2> kBitrot{&topology_collector, &bitrot_collector};
constexpr std::array<const CollectorSpec*, 2> kSplitBrain{&heal_index_collector, &heal_summary_collector};
constexpr std::array<const CollectorSpec*, 2> kClients{&processes_collector, &heal_index_collector};
constexpr std::array<const CollectorSpec*, 2> kSpace{&filesystems_collector, &detail_collector};

constexpr std::array kConcerns{
    Concern{"PEER_", kPeers},
    Concern{"UNKNOWN_PEER", kPeers},
    Concern{"VOLUME_REBALANCE_", kTasks},
    Concern{"VOLUME_REMOVE_BRICK_", kTasks},
    Concern{"REBALANCE_", kTasks},
    Concern{"VOLUME_", kVolumes},
    Concern{"BRICK_RESET_", kVolumes},
    Concern{"BRICK_REPLACE", kVolumes},
    Concern{"BRICK", kBricks},
    Concern{"POSIX_", kBricks},
    Concern{"QUORUM_", kBricks},
    Concern{"SVC_", kBricks},
    Concern{"IMPORT_QUOTA_", kQuota},
    Concern{"IMPORT_", kImports},
    Concern{"COMPARE_FRIEND_", kImports},
    Concern{"QUOTA_", kQuota},
    Concern{"SNAPSHOT_", kSnapshots},
    Concern{"GEOREP_", kGeoReplication},
    Concern{"BITROT_", kBitrot},
    Concern{"AFR_SPLIT_BRAIN", kSplitBrain},
    Concern{"AFR_", kClients},
    Concern{"EC_", kClients},
    Concern{"DHT_", kSpace},
};

struct Recovery {
  std::string_view event;
  std::string_view loss;
};

constexpr std::array kRecoveries{
    Recovery{"AFR_SUBVOL_UP", "AFR_SUBVOLS_DOWN"},
    Recovery{"AFR_QUORUM_MET", "AFR_QUORUM_FAIL"},
    Recovery{"EC_MIN_BRICKS_UP", "EC_MIN_BRICKS_NOT_UP"},
};

}  // namespace

std::string_view template_of(std::string_view event) {
  const auto* const row = std::ranges::find(kSentences, event, &Sentence::event);
  return row == kSentences.end() ? std::string_view() : row->text;
}

Specs collectors_of(std::string_view event) {
  const auto* const row = std::ranges::find_if(
      kConcerns, [&](const Concern& concern) { return event.starts_with(concern.prefix); });
  return row == kConcerns.end() ? Specs() : row->collectors;
}

bool is_told(std::string_view event) {
  return event != "CLIENT_CONNECT" && event != "CLIENT_DISCONNECT";
}

std::string_view told_only_after(std::string_view event) {
  const auto* const row = std::ranges::find(kRecoveries, event, &Recovery::event);
  return row == kRecoveries.end() ? std::string_view() : row->loss;
}

}  // namespace glusterfs_exporter::receive

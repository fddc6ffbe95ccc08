#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "model/health.hpp"
#include "model/snapshot.hpp"
#include "model/volume.hpp"

/// What states and kinds are called wherever they are told: in labels of metrics and in JSON. A table has
/// them in the order in which they are listed.
namespace glusterfs_exporter::model {

template <class Value, std::size_t kSize>
using Names = std::array<std::pair<Value, std::string_view>, kSize>;

inline constexpr Names<Health, 5> kHealthNames{{{Health::up, "up"},
                                                {Health::degraded, "degraded"},
                                                {Health::partial, "partial"},
                                                {Health::down, "down"},
                                                {Health::unknown, "unknown"}}};

/// A subvolume is whole or not; it cannot be up in part.
inline constexpr Names<Health, 4> kSubvolumeHealthNames{{{Health::up, "up"},
                                                         {Health::degraded, "degraded"},
                                                         {Health::down, "down"},
                                                         {Health::unknown, "unknown"}}};

inline constexpr Names<ClusterHealth, 4> kClusterHealthNames{{{ClusterHealth::ok, "ok"},
                                                              {ClusterHealth::degraded, "degraded"},
                                                              {ClusterHealth::critical, "critical"},
                                                              {ClusterHealth::unknown, "unknown"}}};

inline constexpr Names<VolumeType, 6> kVolumeTypeNames{
    {{VolumeType::distribute, "distribute"},
     {VolumeType::replicate, "replicate"},
     {VolumeType::disperse, "disperse"},
     {VolumeType::distributed_replicate, "distributed_replicate"},
     {VolumeType::distributed_disperse, "distributed_disperse"},
     {VolumeType::unknown, "unknown"}}};

inline constexpr Names<VolumeStatus, 3> kVolumeStatusNames{{{VolumeStatus::created, "created"},
                                                            {VolumeStatus::started, "started"},
                                                            {VolumeStatus::stopped, "stopped"}}};

inline constexpr Names<DaemonKind, 8> kDaemonNames{{{DaemonKind::glusterd, "glusterd"},
                                                    {DaemonKind::events, "glustereventsd"},
                                                    {DaemonKind::self_heal, "shd"},
                                                    {DaemonKind::quota, "quotad"},
                                                    {DaemonKind::bitrot, "bitd"},
                                                    {DaemonKind::scrubber, "scrub"},
                                                    {DaemonKind::snapshot, "snapd"},
                                                    {DaemonKind::nfs, "nfs"}}};

inline constexpr Names<TaskKind, 2> kTaskNames{
    {{TaskKind::rebalance, "rebalance"}, {TaskKind::remove_brick, "remove_brick"}}};

inline constexpr Names<TaskState, 6> kTaskStateNames{{{TaskState::not_started, "not_started"},
                                                      {TaskState::in_progress, "in_progress"},
                                                      {TaskState::stopped, "stopped"},
                                                      {TaskState::completed, "completed"},
                                                      {TaskState::failed, "failed"},
                                                      {TaskState::unknown, "unknown"}}};

inline constexpr Names<ScrubState, 4> kScrubStateNames{{{ScrubState::idle, "idle"},
                                                        {ScrubState::in_progress, "in_progress"},
                                                        {ScrubState::paused, "paused"},
                                                        {ScrubState::unknown, "unknown"}}};

inline constexpr Names<TopCall, 5> kTopCallNames{{{TopCall::open, "open"},
                                                  {TopCall::read, "read"},
                                                  {TopCall::write, "write"},
                                                  {TopCall::opendir, "opendir"},
                                                  {TopCall::readdir, "readdir"}}};

/// Gluster's words for a geo-replication worker. Other words are "unknown".
inline constexpr Names<std::string_view, 7> kWorkerStateNames{{{"Active", "active"},
                                                               {"Passive", "passive"},
                                                               {"Faulty", "faulty"},
                                                               {"Initializing...", "initializing"},
                                                               {"Created", "created"},
                                                               {"Stopped", "stopped"},
                                                               {"Paused", "paused"}}};

inline constexpr Names<std::string_view, 3> kCrawlStateNames{
    {{"Hybrid Crawl", "hybrid"}, {"History Crawl", "history"}, {"Changelog Crawl", "changelog"}}};

/// Gluster's words for a peer's membership. The dozen others are steps on the way in: "handshake".
inline constexpr Names<std::string_view, 3> kPeerStateNames{{{"Peer in Cluster", "in_cluster"},
                                                             {"Peer Rejected", "rejected"},
                                                             {"Peer detach in progress", "detaching"}}};

template <class Value, std::size_t kSize>
constexpr std::string_view name_in(const Names<Value, kSize>& names, const Value& value,
                                   std::string_view otherwise = "unknown") {
  const auto* found = std::ranges::find(names, value, &std::pair<Value, std::string_view>::first);
  return found == names.end() ? otherwise : found->second;
}

constexpr std::string_view name_of(Health health) {
  return name_in(kHealthNames, health);
}
constexpr std::string_view name_of(ClusterHealth health) {
  return name_in(kClusterHealthNames, health);
}
constexpr std::string_view name_of(VolumeType type) {
  return name_in(kVolumeTypeNames, type);
}
constexpr std::string_view name_of(VolumeStatus status) {
  return name_in(kVolumeStatusNames, status);
}
constexpr std::string_view name_of(DaemonKind kind) {
  return name_in(kDaemonNames, kind);
}
constexpr std::string_view name_of(TaskKind kind) {
  return name_in(kTaskNames, kind);
}
constexpr std::string_view name_of(TaskState state) {
  return name_in(kTaskStateNames, state);
}
constexpr std::string_view name_of(ScrubState state) {
  return name_in(kScrubStateNames, state);
}
constexpr std::string_view name_of(TopCall call) {
  return name_in(kTopCallNames, call);
}

/// Nothing for a name that no daemon has.
constexpr std::optional<DaemonKind> daemon_kind(std::string_view name) {
  const auto* found = std::ranges::find(kDaemonNames, name, &std::pair<DaemonKind, std::string_view>::second);
  return found == kDaemonNames.end() ? std::nullopt : std::optional(found->first);
}

/// "host:path", as Gluster's commands write it.
inline std::string brick_name(const BrickId& id) {
  return id.host + ":" + id.path;
}

}  // namespace glusterfs_exporter::model

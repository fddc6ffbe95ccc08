#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "input/json_shape.hpp"
#include "model/names.hpp"

/// The parts of the state document that more than one kind of document has. The members are those of
/// docs/schema/state.v1.json.
namespace glusterfs_exporter::input {

/// What may stand where the document has a name of the table.
template <class Value, std::size_t kSize>
constexpr std::array<std::string_view, kSize> words_of(const model::Names<Value, kSize>& names) {
  std::array<std::string_view, kSize> words;
  std::ranges::transform(names, words.begin(), &std::pair<Value, std::string_view>::second);
  return words;
}

/// The same for a table of Gluster's words, of which there may be others.
template <std::size_t kSize>
constexpr std::array<std::string_view, kSize + 1> words_or_unknown(
    const model::Names<std::string_view, kSize>& names) {
  std::array<std::string_view, kSize + 1> words;
  std::ranges::copy(words_of(names), words.begin());
  words.back() = "unknown";
  return words;
}

/// The members of all of them, in that order.
template <std::size_t... kSizes>
constexpr auto joined(const std::array<Member, kSizes>&... parts) {
  std::array<Member, (kSizes + ...)> all{};
  auto* end = all.data();
  ((end = std::ranges::copy(parts, end).out), ...);
  return all;
}

// What bricks, subvolumes and volumes have alike.
inline constexpr std::array kCapacityMembers{Member{"size_bytes", &kWhole}, Member{"free_bytes", &kWhole},
                                             Member{"inodes", &kWhole}, Member{"inodes_free", &kWhole}};
inline constexpr std::array kTrafficMembers{
    Member{"operations_total", &kWhole},          Member{"operation_seconds_total", &kNumber},
    Member{"read_bytes_total", &kWhole},          Member{"written_bytes_total", &kWhole},
    Member{"operations_per_second", &kNumber},    Member{"read_bytes_per_second", &kNumber},
    Member{"written_bytes_per_second", &kNumber}, Member{"mean_latency_seconds", &kNumber}};

inline constexpr auto kClusterHealthWords = words_of(model::kClusterHealthNames);
inline constexpr Shape kClusterHealth = word_of(kClusterHealthWords);
inline constexpr auto kHealthWords = words_of(model::kHealthNames);
inline constexpr Shape kHealth = word_of(kHealthWords);
inline constexpr auto kSubvolumeHealthWords = words_of(model::kSubvolumeHealthNames);
inline constexpr Shape kSubvolumeHealth = word_of(kSubvolumeHealthWords);

inline constexpr std::array kProcessMembers{Member{"start_time", &kTime, true},
                                            Member{"cpu_seconds_total", &kNumber},
                                            Member{"resident_memory_bytes", &kWhole, true},
                                            Member{"threads", &kWhole, true}, Member{"open_fds", &kWhole}};
inline constexpr Shape kProcess = object_of(kProcessMembers);

inline constexpr std::array kThinPoolMembers{Member{"size_bytes", &kWhole, true},
                                             Member{"data_used_ratio", &kRatio},
                                             Member{"metadata_used_ratio", &kRatio}};
inline constexpr Shape kThinPool = object_of(kThinPoolMembers);

inline constexpr std::array kHeapMembers{Member{"in_use", &kWhole, true}, Member{"free", &kWhole, true},
                                         Member{"mapped", &kWhole, true}};
inline constexpr Shape kHeap = object_of(kHeapMembers);

inline constexpr std::array kInodesMembers{Member{"active", &kWhole, true}, Member{"lru", &kWhole, true},
                                           Member{"lru_limit", &kWhole, true},
                                           Member{"purge", &kWhole, true}};
inline constexpr Shape kInodes = object_of(kInodesMembers);

inline constexpr std::array kFopMembers{Member{"count", &kWhole, true}, Member{"seconds_total", &kNumber},
                                        Member{"seconds_min", &kNumber}, Member{"seconds_max", &kNumber}};
inline constexpr Shape kFop = object_of(kFopMembers);
inline constexpr Shape kFops = map_of(kFop);
inline constexpr Shape kCounts = map_of(kWhole);

inline constexpr auto kTopCallWords = words_of(model::kTopCallNames);
inline constexpr Shape kTopCall = word_of(kTopCallWords);
inline constexpr std::array kTopFileMembers{Member{"call", &kTopCall, true}, Member{"file", &kText, true},
                                            Member{"count", &kWhole, true}};
inline constexpr Shape kTopFile = object_of(kTopFileMembers);
inline constexpr Shape kTopFiles = list_of(kTopFile);

/// Without its name and its place in the volume.
inline constexpr auto kBrickMembers =
    joined(kCapacityMembers, kTrafficMembers,
           std::array{Member{"online", &kFlag}, Member{"device", &kText}, Member{"fs_type", &kText},
                      Member{"shares_filesystem", &kFlag}, Member{"heal_pending_entries", &kWhole},
                      Member{"heal_dirty_entries", &kWhole}, Member{"split_brain_entries", &kWhole},
                      Member{"healing_entries", &kWhole}, Member{"process", &kProcess},
                      Member{"thin_pool", &kThinPool}, Member{"clients", &kWhole},
                      Member{"clients_by_host", &kCounts}, Member{"heap_bytes", &kHeap},
                      Member{"cached_inodes", &kInodes}, Member{"pending_calls", &kWhole},
                      Member{"fops", &kFops}, Member{"top_files", &kTopFiles}});
inline constexpr Shape kBrick = object_of(kBrickMembers);

inline constexpr auto kSubvolumeMembers =
    joined(kCapacityMembers, std::array{Member{"health", &kSubvolumeHealth}, Member{"quorum_met", &kFlag}});
inline constexpr Shape kSubvolume = object_of(kSubvolumeMembers);
inline constexpr Shape kSubvolumes = map_of(kSubvolume);

inline constexpr std::array kQuotaMembers{Member{"hard_limit_bytes", &kWhole},
                                          Member{"soft_limit_bytes", &kWhole},
                                          Member{"used_bytes", &kWhole},
                                          Member{"soft_limit_exceeded", &kFlag},
                                          Member{"hard_limit_exceeded", &kFlag},
                                          Member{"objects_limit", &kWhole},
                                          Member{"files", &kWhole},
                                          Member{"directories", &kWhole}};
inline constexpr Shape kQuota = object_of(kQuotaMembers);
inline constexpr Shape kQuotas = map_of(kQuota);

inline constexpr std::array kSnapshotMembers{Member{"created", &kTime}, Member{"activated", &kFlag}};
inline constexpr Shape kSnapshot = object_of(kSnapshotMembers);
inline constexpr Shape kSnapshotItems = map_of(kSnapshot);
inline constexpr std::array kSnapshotsMembers{Member{"hard_limit", &kWhole}, Member{"soft_limit", &kWhole},
                                              Member{"items", &kSnapshotItems, true}};
inline constexpr Shape kSnapshots = object_of(kSnapshotsMembers);

inline constexpr auto kTaskStateWords = words_of(model::kTaskStateNames);
inline constexpr Shape kTaskState = word_of(kTaskStateWords);
inline constexpr std::array kRebalanceNodeMembers{Member{"peer_uuid", &kText},
                                                  Member{"state", &kTaskState, true},
                                                  Member{"moved_files", &kWhole, true},
                                                  Member{"moved_bytes", &kWhole, true},
                                                  Member{"scanned_files", &kWhole, true},
                                                  Member{"failed_files", &kWhole, true},
                                                  Member{"skipped_files", &kWhole, true},
                                                  Member{"run_seconds", &kNumber}};
inline constexpr Shape kRebalanceNode = object_of(kRebalanceNodeMembers);
inline constexpr Shape kRebalanceNodes = map_of(kRebalanceNode);
inline constexpr auto kTaskWords = words_of(model::kTaskNames);
inline constexpr Shape kTask = word_of(kTaskWords);
inline constexpr std::array kRebalanceMembers{Member{"task", &kTask, true},
                                              Member{"nodes", &kRebalanceNodes, true}};
inline constexpr Shape kRebalance = object_of(kRebalanceMembers);

inline constexpr auto kWorkerStateWords = words_or_unknown(model::kWorkerStateNames);
inline constexpr Shape kWorkerState = word_of(kWorkerStateWords);
inline constexpr auto kCrawlWords = words_or_unknown(model::kCrawlStateNames);
inline constexpr Shape kCrawl = word_of(kCrawlWords);
inline constexpr std::array kWorkerMembers{
    Member{"secondary", &kText, true},   Member{"host", &kText, true},
    Member{"brick", &kText, true},       Member{"state", &kWorkerState, true},
    Member{"crawl_state", &kCrawl},      Member{"last_synced", &kTime},
    Member{"pending_entry", &kWhole},    Member{"pending_data", &kWhole},
    Member{"pending_meta", &kWhole},     Member{"failures", &kWhole},
    Member{"checkpoint_reached", &kFlag}};
inline constexpr Shape kWorker = object_of(kWorkerMembers);
inline constexpr Shape kWorkers = map_of(kWorker);

inline constexpr std::array kScrubberMembers{
    Member{"scrubbed_files", &kWhole}, Member{"skipped_files", &kWhole}, Member{"corrupted_objects", &kWhole},
    Member{"last_scrub", &kTime}, Member{"last_scrub_seconds", &kNumber}};
inline constexpr Shape kScrubber = object_of(kScrubberMembers);
inline constexpr Shape kScrubbers = map_of(kScrubber);
inline constexpr auto kScrubWords = words_of(model::kScrubStateNames);
inline constexpr Shape kScrub = word_of(kScrubWords);
inline constexpr std::array kBitrotMembers{Member{"scrub_state", &kScrub, true},
                                           Member{"nodes", &kScrubbers, true}};
inline constexpr Shape kBitrot = object_of(kBitrotMembers);

/// Without what is told of its subvolumes and bricks.
inline constexpr auto kVolumeKnowledge = joined(
    kCapacityMembers, kTrafficMembers,
    std::array{Member{"id", &kText, true}, Member{"health", &kHealth}, Member{"server_quorum_met", &kFlag},
               Member{"heal_pending_entries", &kWhole}, Member{"heal_backlog_since", &kTime},
               Member{"quota", &kQuotas}, Member{"snapshots", &kSnapshots}, Member{"rebalance", &kRebalance},
               Member{"geo_replication", &kWorkers}, Member{"bitrot", &kBitrot}});

inline constexpr auto kDaemonWords = words_of(model::kDaemonNames);
inline constexpr Shape kDaemonKind = word_of(kDaemonWords);
inline constexpr std::array kDaemonMembers{Member{"host", &kText, true}, Member{"daemon", &kDaemonKind, true},
                                           Member{"online", &kFlag, true}, Member{"peer_uuid", &kText, true},
                                           Member{"process", &kProcess}};
inline constexpr Shape kDaemon = object_of(kDaemonMembers);
inline constexpr Shape kDaemons = map_of(kDaemon);

inline constexpr Shape kReasons = list_of(kText);

}  // namespace glusterfs_exporter::input

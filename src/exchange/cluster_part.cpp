#include "exchange/cluster_part.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "common/time_text.hpp"
#include "exchange/json_fields.hpp"
#include "model/names.hpp"

namespace glusterfs_exporter::exchange {
namespace {

using Json = nlohmann::json;

enum class Kind : std::uint8_t { text, time, whole, number, ratio, flag, word, object, map, list };

struct Member;

/// What a value must look like.
struct Shape {
  Kind kind = Kind::text;
  std::span<const Member> members{};          ///< of an object
  std::span<const std::string_view> words{};  ///< that a word may be
  const Shape* inner = nullptr;               ///< of each value of a map or list
};

struct Member {
  std::string_view name;
  const Shape* shape;
  bool required = false;
};

constexpr Shape kText{.kind = Kind::text};
constexpr Shape kTime{.kind = Kind::time};
constexpr Shape kWhole{.kind = Kind::whole};
constexpr Shape kNumber{.kind = Kind::number};
constexpr Shape kRatio{.kind = Kind::ratio};
constexpr Shape kFlag{.kind = Kind::flag};

constexpr Shape object_of(std::span<const Member> members) {
  return {.kind = Kind::object, .members = members};
}
constexpr Shape word_of(std::span<const std::string_view> words) {
  return {.kind = Kind::word, .words = words};
}
constexpr Shape map_of(const Shape& inner) {
  return {.kind = Kind::map, .inner = &inner};
}
constexpr Shape list_of(const Shape& inner) {
  return {.kind = Kind::list, .inner = &inner};
}

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

// The members are those of docs/schema/state.v1.json.

constexpr auto kClusterHealthWords = words_of(model::kClusterHealthNames);
constexpr Shape kClusterHealth = word_of(kClusterHealthWords);
constexpr auto kHealthWords = words_of(model::kHealthNames);
constexpr Shape kHealth = word_of(kHealthWords);
constexpr auto kSubvolumeHealthWords = words_of(model::kSubvolumeHealthNames);
constexpr Shape kSubvolumeHealth = word_of(kSubvolumeHealthWords);

constexpr std::array kProcessMembers{Member{"start_time", &kTime, true},
                                     Member{"cpu_seconds_total", &kNumber},
                                     Member{"resident_memory_bytes", &kWhole, true},
                                     Member{"threads", &kWhole, true}, Member{"open_fds", &kWhole}};
constexpr Shape kProcess = object_of(kProcessMembers);

constexpr std::array kThinPoolMembers{Member{"size_bytes", &kWhole, true}, Member{"data_used_ratio", &kRatio},
                                      Member{"metadata_used_ratio", &kRatio}};
constexpr Shape kThinPool = object_of(kThinPoolMembers);

constexpr std::array kHeapMembers{Member{"in_use", &kWhole, true}, Member{"free", &kWhole, true},
                                  Member{"mapped", &kWhole, true}};
constexpr Shape kHeap = object_of(kHeapMembers);

constexpr std::array kInodesMembers{Member{"active", &kWhole, true}, Member{"lru", &kWhole, true},
                                    Member{"lru_limit", &kWhole, true}, Member{"purge", &kWhole, true}};
constexpr Shape kInodes = object_of(kInodesMembers);

constexpr std::array kFopMembers{Member{"count", &kWhole, true}, Member{"seconds_total", &kNumber},
                                 Member{"seconds_min", &kNumber}, Member{"seconds_max", &kNumber}};
constexpr Shape kFop = object_of(kFopMembers);
constexpr Shape kFops = map_of(kFop);
constexpr Shape kCounts = map_of(kWhole);

constexpr auto kTopCallWords = words_of(model::kTopCallNames);
constexpr Shape kTopCall = word_of(kTopCallWords);
constexpr std::array kTopFileMembers{Member{"call", &kTopCall, true}, Member{"file", &kText, true},
                                     Member{"count", &kWhole, true}};
constexpr Shape kTopFile = object_of(kTopFileMembers);
constexpr Shape kTopFiles = list_of(kTopFile);

constexpr std::array kBrickMembers{Member{"online", &kFlag},
                                   Member{"size_bytes", &kWhole},
                                   Member{"free_bytes", &kWhole},
                                   Member{"inodes", &kWhole},
                                   Member{"inodes_free", &kWhole},
                                   Member{"device", &kText},
                                   Member{"fs_type", &kText},
                                   Member{"shares_filesystem", &kFlag},
                                   Member{"heal_pending_entries", &kWhole},
                                   Member{"heal_dirty_entries", &kWhole},
                                   Member{"split_brain_entries", &kWhole},
                                   Member{"healing_entries", &kWhole},
                                   Member{"process", &kProcess},
                                   Member{"thin_pool", &kThinPool},
                                   Member{"clients", &kWhole},
                                   Member{"clients_by_host", &kCounts},
                                   Member{"heap_bytes", &kHeap},
                                   Member{"cached_inodes", &kInodes},
                                   Member{"pending_calls", &kWhole},
                                   Member{"operations_total", &kWhole},
                                   Member{"operation_seconds_total", &kNumber},
                                   Member{"read_bytes_total", &kWhole},
                                   Member{"written_bytes_total", &kWhole},
                                   Member{"operations_per_second", &kNumber},
                                   Member{"read_bytes_per_second", &kNumber},
                                   Member{"written_bytes_per_second", &kNumber},
                                   Member{"mean_latency_seconds", &kNumber},
                                   Member{"fops", &kFops},
                                   Member{"top_files", &kTopFiles}};
constexpr Shape kBrick = object_of(kBrickMembers);
constexpr Shape kBricks = map_of(kBrick);

constexpr std::array kSubvolumeMembers{Member{"health", &kSubvolumeHealth}, Member{"quorum_met", &kFlag},
                                       Member{"size_bytes", &kWhole},       Member{"free_bytes", &kWhole},
                                       Member{"inodes", &kWhole},           Member{"inodes_free", &kWhole}};
constexpr Shape kSubvolume = object_of(kSubvolumeMembers);
constexpr Shape kSubvolumes = map_of(kSubvolume);

constexpr std::array kQuotaMembers{Member{"hard_limit_bytes", &kWhole},
                                   Member{"soft_limit_bytes", &kWhole},
                                   Member{"used_bytes", &kWhole},
                                   Member{"soft_limit_exceeded", &kFlag},
                                   Member{"hard_limit_exceeded", &kFlag},
                                   Member{"objects_limit", &kWhole},
                                   Member{"files", &kWhole},
                                   Member{"directories", &kWhole}};
constexpr Shape kQuota = object_of(kQuotaMembers);
constexpr Shape kQuotas = map_of(kQuota);

constexpr std::array kSnapshotMembers{Member{"created", &kTime}, Member{"activated", &kFlag}};
constexpr Shape kSnapshot = object_of(kSnapshotMembers);
constexpr Shape kSnapshotItems = map_of(kSnapshot);
constexpr std::array kSnapshotsMembers{Member{"hard_limit", &kWhole}, Member{"soft_limit", &kWhole},
                                       Member{"items", &kSnapshotItems, true}};
constexpr Shape kSnapshots = object_of(kSnapshotsMembers);

constexpr auto kTaskStateWords = words_of(model::kTaskStateNames);
constexpr Shape kTaskState = word_of(kTaskStateWords);
constexpr std::array kRebalanceNodeMembers{Member{"peer_uuid", &kText},
                                           Member{"state", &kTaskState, true},
                                           Member{"moved_files", &kWhole, true},
                                           Member{"moved_bytes", &kWhole, true},
                                           Member{"scanned_files", &kWhole, true},
                                           Member{"failed_files", &kWhole, true},
                                           Member{"skipped_files", &kWhole, true},
                                           Member{"run_seconds", &kNumber}};
constexpr Shape kRebalanceNode = object_of(kRebalanceNodeMembers);
constexpr Shape kRebalanceNodes = map_of(kRebalanceNode);
constexpr auto kTaskWords = words_of(model::kTaskNames);
constexpr Shape kTask = word_of(kTaskWords);
constexpr std::array kRebalanceMembers{Member{"task", &kTask, true}, Member{"nodes", &kRebalanceNodes, true}};
constexpr Shape kRebalance = object_of(kRebalanceMembers);

constexpr auto kWorkerStateWords = words_or_unknown(model::kWorkerStateNames);
constexpr Shape kWorkerState = word_of(kWorkerStateWords);
constexpr auto kCrawlWords = words_or_unknown(model::kCrawlStateNames);
constexpr Shape kCrawl = word_of(kCrawlWords);
constexpr std::array kWorkerMembers{Member{"secondary", &kText, true},   Member{"host", &kText, true},
                                    Member{"brick", &kText, true},       Member{"state", &kWorkerState, true},
                                    Member{"crawl_state", &kCrawl},      Member{"last_synced", &kTime},
                                    Member{"pending_entry", &kWhole},    Member{"pending_data", &kWhole},
                                    Member{"pending_meta", &kWhole},     Member{"failures", &kWhole},
                                    Member{"checkpoint_reached", &kFlag}};
constexpr Shape kWorker = object_of(kWorkerMembers);
constexpr Shape kWorkers = map_of(kWorker);

constexpr std::array kScrubberMembers{Member{"scrubbed_files", &kWhole}, Member{"skipped_files", &kWhole},
                                      Member{"corrupted_objects", &kWhole}, Member{"last_scrub", &kTime},
                                      Member{"last_scrub_seconds", &kNumber}};
constexpr Shape kScrubber = object_of(kScrubberMembers);
constexpr Shape kScrubbers = map_of(kScrubber);
constexpr auto kScrubWords = words_of(model::kScrubStateNames);
constexpr Shape kScrub = word_of(kScrubWords);
constexpr std::array kBitrotMembers{Member{"scrub_state", &kScrub, true}, Member{"nodes", &kScrubbers, true}};
constexpr Shape kBitrot = object_of(kBitrotMembers);

constexpr std::array kVolumeMembers{Member{"id", &kText, true},
                                    Member{"health", &kHealth},
                                    Member{"server_quorum_met", &kFlag},
                                    Member{"size_bytes", &kWhole},
                                    Member{"free_bytes", &kWhole},
                                    Member{"inodes", &kWhole},
                                    Member{"inodes_free", &kWhole},
                                    Member{"heal_pending_entries", &kWhole},
                                    Member{"heal_backlog_since", &kTime},
                                    Member{"operations_total", &kWhole},
                                    Member{"operation_seconds_total", &kNumber},
                                    Member{"read_bytes_total", &kWhole},
                                    Member{"written_bytes_total", &kWhole},
                                    Member{"operations_per_second", &kNumber},
                                    Member{"read_bytes_per_second", &kNumber},
                                    Member{"written_bytes_per_second", &kNumber},
                                    Member{"mean_latency_seconds", &kNumber},
                                    Member{"quota", &kQuotas},
                                    Member{"snapshots", &kSnapshots},
                                    Member{"rebalance", &kRebalance},
                                    Member{"geo_replication", &kWorkers},
                                    Member{"bitrot", &kBitrot},
                                    Member{"subvolumes", &kSubvolumes},
                                    Member{"bricks", &kBricks}};
constexpr Shape kVolume = object_of(kVolumeMembers);
constexpr Shape kVolumes = map_of(kVolume);

constexpr auto kDaemonWords = words_of(model::kDaemonNames);
constexpr Shape kDaemonKind = word_of(kDaemonWords);
constexpr std::array kDaemonMembers{Member{"host", &kText, true}, Member{"daemon", &kDaemonKind, true},
                                    Member{"online", &kFlag, true}, Member{"peer_uuid", &kText, true},
                                    Member{"process", &kProcess}};
constexpr Shape kDaemon = object_of(kDaemonMembers);
constexpr Shape kDaemons = map_of(kDaemon);

constexpr Shape kReasons = list_of(kText);

constexpr std::array kClusterMembers{Member{"taken_at", &kTime, true}, Member{"health", &kClusterHealth},
                                     Member{"reasons", &kReasons},     Member{"max_op_version", &kWhole},
                                     Member{"volumes", &kVolumes},     Member{"daemons", &kDaemons}};
constexpr Shape kCluster = object_of(kClusterMembers);

std::optional<Json> take(const Json& value, const Shape& shape);

std::optional<Json> take_text(const Json& value, const Shape& shape) {
  const auto* text = value.get_ptr<const std::string*>();
  if (text == nullptr || text->size() > kMaxTextBytes) {
    return std::nullopt;
  }
  if (shape.kind == Kind::time) {
    const auto time = read_time(*text);
    return time ? std::optional<Json>(write_time(*time)) : std::nullopt;
  }
  if (shape.kind == Kind::word && std::ranges::find(shape.words, *text) == shape.words.end()) {
    return std::nullopt;
  }
  return *text;
}

std::optional<Json> take_number(const Json& value, Kind kind) {
  if (kind == Kind::whole) {
    return value.is_number_unsigned() ? std::optional(value) : std::nullopt;
  }
  const double number = value.is_number() ? value.get<double>() : -1;
  const bool good = number >= 0 && number <= (kind == Kind::ratio ? 1 : std::numeric_limits<double>::max());
  return good ? std::optional<Json>(number) : std::nullopt;
}

std::optional<Json> take_object(const Json& value, const Shape& shape) {
  if (!value.is_object()) {
    return std::nullopt;
  }
  auto taken = Json::object();
  for (const auto& member : shape.members) {
    const auto found = value.find(member.name);
    auto good = found == value.end() ? std::nullopt : take(*found, *member.shape);
    if (good) {
      taken.emplace(member.name, *std::move(good));
    } else if (member.required) {
      return std::nullopt;
    }
  }
  return taken;
}

std::optional<Json> take_map(const Json& value, const Shape& inner) {
  if (!value.is_object()) {
    return std::nullopt;
  }
  auto taken = Json::object();
  for (const auto& [key, element] : value.items()) {
    auto good = key.size() <= kMaxTextBytes ? take(element, inner) : std::nullopt;
    if (good) {
      taken.emplace(key, *std::move(good));
    }
  }
  return taken;
}

std::optional<Json> take_list(const Json& value, const Shape& inner) {
  if (!value.is_array()) {
    return std::nullopt;
  }
  auto taken = Json::array();
  for (const auto& element : value) {
    if (auto good = take(element, inner)) {
      taken.push_back(*std::move(good));
    }
  }
  return taken;
}

/// As deep as shapes are, whatever the document is.
std::optional<Json> take(const Json& value, const Shape& shape) {
  switch (shape.kind) {
    case Kind::text:
    case Kind::time:
    case Kind::word:
      return take_text(value, shape);
    case Kind::whole:
    case Kind::number:
    case Kind::ratio:
      return take_number(value, shape.kind);
    case Kind::flag:
      return value.is_boolean() ? std::optional(value) : std::nullopt;
    case Kind::object:
      return take_object(value, shape);
    case Kind::map:
      return take_map(value, *shape.inner);
    case Kind::list:
      return take_list(value, *shape.inner);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Json> clean_cluster_part(const Json& json) {
  return take(json, kCluster);
}

}  // namespace glusterfs_exporter::exchange

#include "hub/pushed_document.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "common/text.hpp"
#include "common/time_text.hpp"
#include "input/state_shapes.hpp"
#include "input/strict_json.hpp"
#include "live/state_document.hpp"

namespace glusterfs_exporter::hub {
namespace {

using input::joined;
using input::kBrickMembers;
using input::kDaemonMembers;
using input::kFlag;
using input::kNumber;
using input::kReasons;
using input::kSubvolumes;
using input::kText;
using input::kTime;
using input::kVolumeKnowledge;
using input::kWhole;
using input::list_of;
using input::map_of;
using input::Member;
using input::object_of;
using input::Shape;
using nlohmann::json;

// The members are those of docs/schema/state.v1.json, the required ones are required there.

/// It is remembered, see Newest.
constexpr std::size_t kMaxUuidBytes = 128;

constexpr Shape kTexts = map_of(kText);
constexpr Shape kTextList = list_of(kText);

constexpr std::array kClusterMembers{Member{"taken_at", &kTime, true}, Member{"reasons", &kReasons, true},
                                     Member{"health", &kText},         Member{"up", &kFlag},
                                     Member{"leader", &kFlag},         Member{"version", &kText},
                                     Member{"op_version", &kWhole},    Member{"max_op_version", &kWhole},
                                     Member{"leader_host", &kText}};
constexpr Shape kCluster = object_of(kClusterMembers);

// Every exporter of this version tells when it was started, without which a restart could not be seen.
constexpr std::array kNodeMembers{Member{"exporter_version", &kText, true},
                                  Member{"started_at", &kTime, true}, Member{"page_version", &kText},
                                  Member{"peer_uuid", &kText}, Member{"host", &kText}};
constexpr Shape kNode = object_of(kNodeMembers);

constexpr std::array kExporterMembers{Member{"answers", &kFlag, true}, Member{"version", &kText},
                                      Member{"gluster_version", &kText}, Member{"report_taken_at", &kTime},
                                      Member{"leader", &kFlag}};
constexpr Shape kExporter = object_of(kExporterMembers);
constexpr std::array kPeerMembers{Member{"local", &kFlag, true}, Member{"connected", &kFlag, true},
                                  Member{"host", &kText}, Member{"state", &kText},
                                  Member{"exporter", &kExporter}};
constexpr Shape kPeer = object_of(kPeerMembers);
constexpr Shape kPeers = map_of(kPeer);

constexpr auto kStateBrickMembers =
    joined(kBrickMembers,
           std::array{Member{"host", &kText, true}, Member{"path", &kText, true},
                      Member{"subvolume", &kWhole, true}, Member{"place", &kWhole, true},
                      Member{"arbiter", &kFlag, true}, Member{"peer_uuid", &kText}, Member{"as_of", &kTime}});
constexpr Shape kStateBrick = object_of(kStateBrickMembers);
constexpr Shape kStateBricks = map_of(kStateBrick);

constexpr auto kVolumeMembers = joined(
    kVolumeKnowledge,
    std::array{Member{"type", &kText, true}, Member{"status", &kText, true}, Member{"transport", &kText},
               Member{"replica_bricks", &kWhole}, Member{"arbiter_bricks", &kWhole},
               Member{"disperse_bricks", &kWhole}, Member{"redundancy_bricks", &kWhole},
               Member{"options", &kTexts, true}, Member{"profiling", &kFlag, true},
               Member{"subvolumes", &kSubvolumes, true}, Member{"bricks", &kStateBricks, true},
               Member{"as_of", &kTime}, Member{"from_leader", &kTextList}});
constexpr Shape kVolume = object_of(kVolumeMembers);
constexpr Shape kVolumes = map_of(kVolume);

// Here nobody needs the uuid of a daemon's node.
constexpr auto kStateDaemonMembers = [] {
  auto members = joined(kDaemonMembers, std::array{Member{"as_of", &kTime}});
  for (auto& member : members) {
    member.required = member.required && member.name != "peer_uuid";
  }
  return members;
}();
constexpr Shape kDaemon = object_of(kStateDaemonMembers);
constexpr Shape kDaemons = map_of(kDaemon);

constexpr std::array kCollectorMembers{Member{"enabled", &kFlag, true},
                                       Member{"standby", &kFlag, true},
                                       Member{"interval_seconds", &kNumber, true},
                                       Member{"success", &kFlag},
                                       Member{"last_success", &kTime},
                                       Member{"last_duration_seconds", &kNumber},
                                       Member{"source", &kText},
                                       Member{"failure_reason", &kText},
                                       Member{"failure_text", &kText},
                                       Member{"next_run", &kTime}};
constexpr Shape kCollector = object_of(kCollectorMembers);
constexpr Shape kCollectors = map_of(kCollector);

constexpr std::array kEventMembers{Member{"id", &kWhole, true}, Member{"kind", &kText, true},
                                   Member{"text", &kText, true}, Member{"labels", &kTexts, true},
                                   Member{"time", &kTime, true}};
constexpr Shape kEvent = object_of(kEventMembers);
constexpr Shape kEvents = map_of(kEvent);

constexpr std::array kAlertMembers{Member{"name", &kText, true},      Member{"severity", &kText},
                                   Member{"labels", &kTexts, true},   Member{"annotations", &kTexts, true},
                                   Member{"starts_at", &kTime, true}, Member{"received_at", &kTime, true},
                                   Member{"generator_url", &kText}};
constexpr Shape kAlert = object_of(kAlertMembers);
constexpr Shape kAlerts = map_of(kAlert);

constexpr std::array kStateMembers{Member{"schema", &kText, true},
                                   Member{"cluster", &kCluster, true},
                                   Member{"node", &kNode, true},
                                   Member{"peers", &kPeers},
                                   Member{"volumes", &kVolumes},
                                   Member{"daemons", &kDaemons, true},
                                   Member{"collectors", &kCollectors, true},
                                   Member{"events", &kEvents, true},
                                   Member{"alerts", &kAlerts}};
constexpr Shape kState = object_of(kStateMembers);

/// Where the first member is that is null; nothing when none is. A change could not tell of one, see
/// live::merge_patch. Goes as deep as the document, which is bounded.
std::optional<std::vector<std::string>> find_null(const json& value) {
  if (!value.is_structured()) {
    return std::nullopt;
  }
  std::size_t number = 0;
  for (auto element = value.begin(); element != value.end(); ++element, ++number) {
    auto name = value.is_object() ? element.key() : std::to_string(number);
    if (value.is_object() && element->is_null()) {
      return std::vector{std::move(name)};
    }
    if (auto place = find_null(*element)) {
      place->insert(place->begin(), std::move(name));
      return place;
    }
  }
  return std::nullopt;
}

/// "volumes.rep3.status"
std::string to_string(const std::vector<std::string>& place) {
  constexpr std::size_t kMaxNameBytes = 64;
  std::string text;
  for (const auto& name : place) {
    text += text.empty() ? "" : ".";
    text += shown(name, kMaxNameBytes);
  }
  constexpr std::size_t kMaxPlaceBytes = 512;
  return text.empty() ? "the document" : shown(text, kMaxPlaceBytes);
}

std::unexpected<Error> refuse(std::string problem) {
  return std::unexpected(Error{ErrorKind::parse, std::move(problem)});
}

}  // namespace

Result<PushedDocument> read_pushed_document(std::string_view text) {
  auto parsed = input::parse_strictly(text, {.depth = kMaxDocumentDepth, .values = kMaxDocumentValues});
  if (!parsed) {
    return std::unexpected(std::move(parsed.error()));
  }
  // Before the rest, for a document of another kind has everything else wrong too.
  if (!parsed->is_object() || parsed->value("schema", json()) != live::kStateSchema) {
    return refuse("schema must be \"" + std::string(live::kStateSchema) + "\"");
  }
  if (const auto wrong = input::check(*parsed, kState)) {
    return refuse(to_string(wrong->place) + " " + wrong->problem);
  }
  if (const auto place = find_null(*parsed)) {
    return refuse(to_string(*place) + " is null: leave out what is not known");
  }
  const auto& node = parsed->at("node");
  const auto uuid = node.value("peer_uuid", "");
  if (uuid.size() > kMaxUuidBytes) {
    return refuse(fmt::format("node.peer_uuid is longer than {} bytes", kMaxUuidBytes));
  }
  PushedDocument document;
  document.sender = uuid + " " + node.at("started_at").get<std::string>();
  document.taken_at = *read_time(parsed->at("cluster").at("taken_at").get_ref<const std::string&>());
  document.json = *std::move(parsed);
  return document;
}

}  // namespace glusterfs_exporter::hub

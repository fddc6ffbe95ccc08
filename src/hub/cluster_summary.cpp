#include "hub/cluster_summary.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/build_info.hpp"
#include "common/text.hpp"
#include "common/time_text.hpp"
#include "live/reasons.hpp"
#include "model/names.hpp"

namespace glusterfs_exporter::hub {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxReasons = 5;
constexpr std::size_t kMaxReasonBytes = 256;
constexpr std::size_t kMaxWordBytes = 64;

/// Copies a text as one line, if there is one.
void put(json& summary, const char* name, const json& from, const char* member) {
  if (const auto found = from.find(member); found != from.end() && found->is_string()) {
    summary[name] = shown(found->get_ref<const std::string&>(), kMaxWordBytes);
  }
}

std::uint64_t offline_bricks(const json& volume) {
  if (volume.value("status", "") != model::name_of(model::VolumeStatus::started)) {
    return 0;
  }
  const auto& bricks = volume.at("bricks");
  return static_cast<std::uint64_t>(std::count_if(
      bricks.begin(), bricks.end(), [](const json& brick) { return !brick.value("online", true); }));
}

}  // namespace

json summary_of(const model::Snapshot& snapshot) {
  json summary = {{"local", true},
                  {"taken_at", write_time(snapshot.taken_at)},
                  {"reasons", json::array()},
                  {"exporter_version", build_version()}};
  if (snapshot.health) {
    summary["health"] = model::name_of(*snapshot.health);
  }
  for (const auto& reason : live::health_reasons(snapshot)) {
    if (summary["reasons"].size() < kMaxReasons) {
      summary["reasons"].push_back(shown(reason, kMaxReasonBytes));
    }
  }
  if (snapshot.volumes_known) {
    std::uint64_t offline = 0;
    for (const auto& volume : snapshot.volumes) {
      for (const auto& subvolume : volume.subvolumes) {
        offline += volume.status != model::VolumeStatus::started
                       ? 0U
                       : static_cast<std::uint64_t>(std::ranges::count(subvolume.bricks, std::optional(false),
                                                                       &model::Brick::online));
      }
    }
    summary["volumes"] = snapshot.volumes.size();
    summary["bricks_offline"] = offline;
  }
  const auto local = std::ranges::find(snapshot.peers, true, &model::Peer::local);
  if (local != snapshot.peers.end() && !local->host.empty()) {
    summary["sender"] = local->host;
  }
  return summary;
}

json summary_of(const json& state) {
  const auto& cluster = state.at("cluster");
  const auto& node = state.at("node");
  json summary = {{"local", false}, {"reasons", json::array()}};
  put(summary, "health", cluster, "health");
  put(summary, "taken_at", cluster, "taken_at");
  put(summary, "sender", node, "host");
  put(summary, "exporter_version", node, "exporter_version");
  for (const auto& reason : cluster.at("reasons")) {
    if (summary["reasons"].size() == kMaxReasons) {
      break;
    }
    summary["reasons"].push_back(shown(reason.get_ref<const std::string&>(), kMaxReasonBytes));
  }
  if (const auto volumes = state.find("volumes"); volumes != state.end()) {
    std::uint64_t offline = 0;
    for (const auto& volume : *volumes) {
      offline += offline_bricks(volume);
    }
    summary["volumes"] = volumes->size();
    summary["bricks_offline"] = offline;
  }
  return summary;
}

}  // namespace glusterfs_exporter::hub

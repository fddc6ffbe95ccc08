#include "live/leader_part.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "live/daemon_json.hpp"
#include "live/json_put.hpp"
#include "live/reasons.hpp"
#include "live/volume_json.hpp"
#include "model/names.hpp"

namespace glusterfs_exporter::live {
namespace {

using Json = nlohmann::json;

// ---- What the leader tells.

/// What the other exporters get from this node's report.
class OwnReport {
 public:
  explicit OwnReport(const model::NodeReport& own) : uuid_(own.peer_uuid), daemons_(!own.daemons.empty()) {
    for (const auto& brick : own.bricks) {
      bricks_.insert(&brick.brick.id);
    }
  }

  /// Whether nobody but the leader speaks of it.
  [[nodiscard]] bool lacks(const model::Brick& brick) const {
    return brick.spoken_for && !(brick.peer_uuid == uuid_ && bricks_.contains(&brick.id));
  }
  [[nodiscard]] bool lacks(const model::Daemon& daemon) const {
    return daemon.spoken_for && !(daemon.peer_uuid == uuid_ && daemons_);
  }

 private:
  struct ByValue {
    bool operator()(const model::BrickId* a, const model::BrickId* b) const { return *a < *b; }
  };

  std::string_view uuid_;
  bool daemons_;
  std::set<const model::BrickId*, ByValue> bricks_;
};

Json volume_part(const model::Volume& volume, const OwnReport& own, const VolumeContext& context) {
  auto json = Json::object();
  auto bricks = Json::object();
  bool any_lacks = false;
  for (const auto& subvolume : volume.subvolumes) {
    for (const auto& brick : subvolume.bricks) {
      auto part = Json::object();
      if (own.lacks(brick)) {
        put_brick_state(part, volume, brick, context);
        any_lacks = true;
      } else {
        put_leaders_knowledge(part, brick, context);
      }
      if (!part.empty()) {
        bricks[brick_name(brick.id)] = std::move(part);
      }
    }
  }
  put_tasks(json, volume);
  if (any_lacks) {
    put_volume_state(json, volume, context);
    auto& subvolumes = json["subvolumes"] = Json::object();
    for (std::size_t i = 0; i < volume.subvolumes.size(); ++i) {
      subvolumes[std::to_string(i)] = subvolume_json(volume.subvolumes[i]);
    }
  }
  if (!bricks.empty()) {
    json["bricks"] = std::move(bricks);
  }
  if (!json.empty()) {
    json["id"] = volume.id;
  }
  return json;
}

/// What is told of bricks that are too many.
constexpr std::array<std::string_view, 4> kMostWanted{"online", "size_bytes", "free_bytes",
                                                      "heal_pending_entries"};

void shorten_bricks(Json& volume) {
  if (!volume.contains("bricks")) {
    return;
  }
  for (auto& brick : volume["bricks"]) {
    auto kept = Json::object();
    for (const auto name : kMostWanted) {
      if (const auto found = brick.find(name); found != brick.end()) {
        kept[std::string(name)] = std::move(*found);
      }
    }
    brick = std::move(kept);
  }
}

void shorten(Json& part, std::size_t max_bytes) {
  if (to_text(part).size() <= max_bytes) {
    return;
  }
  for (auto& volume : part["volumes"]) {
    shorten_bricks(volume);
  }
  if (to_text(part).size() <= max_bytes) {
    return;
  }
  part.erase("volumes");
  part.erase("daemons");
}

// ---- What the others do with it.

/// What means nothing, or contradicts, beside something that this exporter knows itself and may have learnt
/// later.
struct Belongs {
  std::string_view name;
  std::string_view to;
};
constexpr std::array kBelongings{Belongs{"mean_latency_seconds", "operations_per_second"},
                                 Belongs{"heal_backlog_since", "heal_pending_entries"}};

/// What is so of a brick whether its process runs or not.
constexpr std::array<std::string_view, 8> kOfOfflineBricks{"size_bytes",        "free_bytes", "inodes",
                                                           "inodes_free",       "device",     "fs_type",
                                                           "shares_filesystem", "thin_pool"};

bool stands_alone(const Json& own, std::string_view name) {
  return std::ranges::none_of(kBelongings,
                              [&](const auto& pair) { return pair.name == name && own.contains(pair.to); });
}

/// Gives `own` the members of `theirs` that it lacks and `wanted(name)` allows, and `filled(name)` each name.
template <class Wanted, class Filled>
void fill(Json& own, const Json& theirs, Wanted wanted, Filled filled) {
  std::vector<Json::const_iterator> missing;
  for (auto member = theirs.begin(); member != theirs.end(); ++member) {
    if (!own.contains(member.key()) && stands_alone(own, member.key()) && wanted(member.key())) {
      missing.push_back(member);
    }
  }
  for (const auto& member : missing) {
    own[member.key()] = member.value();
    filled(member.key());
  }
}

bool fill_brick(Json& own, const Json& theirs, const Json& as_of) {
  const bool offline = own.contains("online") && own["online"] == false;
  bool any = false;
  fill(
      own, theirs,
      [&](const std::string& name) {
        return !offline || std::ranges::find(kOfOfflineBricks, name) != kOfOfflineBricks.end();
      },
      [&](const std::string&) { any = true; });
  if (any) {
    own["as_of"] = as_of;
  }
  return any;
}

bool is_unknown(const Json& object) {
  return object.value("health", "") == "unknown";
}

/// An unknown health gives way to one that is known. Whether it did.
bool take_health(Json& own, const Json& theirs) {
  if (!is_unknown(own) || !theirs.contains("health") || is_unknown(theirs)) {
    return false;
  }
  own["health"] = theirs["health"];
  return true;
}

bool fill_subvolumes(Json& own, const Json& theirs) {
  bool any = false;
  for (auto subvolume = theirs.begin(); subvolume != theirs.end(); ++subvolume) {
    if (const auto found = own.find(subvolume.key()); found != own.end()) {
      any = take_health(*found, *subvolume) || any;
      fill(
          *found, *subvolume, [](const std::string&) { return true; },
          [&](const std::string&) { any = true; });
    }
  }
  return any;
}

/// Whether the volume's health was unknown and is known now.
bool fill_volume(Json& own, const Json& theirs, const Json& as_of) {
  if (own["id"] != theirs["id"]) {
    return false;  // another one of the same name, before or after
  }
  const bool started = own["status"] == "started";
  std::set<std::string> filled;
  fill(
      own, theirs, [&](const std::string& name) { return started || name == "snapshots"; },
      [&](const std::string& name) { filled.insert(name); });
  const bool health = started && take_health(own, theirs);
  if (health) {
    filled.insert("health");
  }
  if (started && theirs.contains("subvolumes") && fill_subvolumes(own["subvolumes"], theirs["subvolumes"])) {
    filled.insert("subvolumes");
  }
  if (!filled.empty()) {
    own["from_leader"] = filled;
    own["as_of"] = as_of;
  }
  if (const auto bricks = theirs.find("bricks"); started && bricks != theirs.end()) {
    for (auto brick = bricks->begin(); brick != bricks->end(); ++brick) {
      if (const auto found = own["bricks"].find(brick.key()); found != own["bricks"].end()) {
        fill_brick(*found, *brick, as_of);
      }
    }
  }
  return health;
}

/// Whether it is called what a daemon of a known node is called, so that there cannot be any number of them.
bool is_of_a_peer(const std::string& key, const Json& daemon, const Json& peers) {
  const auto peer = peers.find(daemon["peer_uuid"].get_ref<const std::string&>());
  const auto host = daemon["host"].get<std::string>();
  return peer != peers.end() && peer->value("host", "") == host &&
         key == host + "/" + daemon["daemon"].get<std::string>();
}

/// The worse one of two healths of the cluster, the unknown one the best of all.
Json worse(const Json& one, const Json& other) {
  static constexpr std::array<std::string_view, 4> kBestFirst{"unknown", "ok", "degraded", "critical"};
  const auto rank = [](const Json& health) {
    return std::ranges::find(kBestFirst, health.get_ref<const std::string&>()) - kBestFirst.begin();
  };
  return rank(one) < rank(other) ? other : one;
}

/// With the health of volumes that were unknown the cluster's is another one, too. What this exporter sees
/// for itself (its own glusterd, the peers) stays.
void fill_health(Json& cluster, const Json& part, const std::set<std::string>& unknown_before) {
  if (!part.contains("health") || !cluster.contains("health")) {
    return;
  }
  cluster["health"] = worse(cluster["health"], part["health"]);
  auto reasons = part.value("reasons", Json::array());
  for (auto& reason : cluster["reasons"]) {
    const auto& text = reason.get_ref<const std::string&>();
    const bool outdated = std::ranges::any_of(
        unknown_before, [&](const std::string& name) { return text.starts_with(unknown_volume(name)); });
    if (!outdated && std::ranges::find(reasons, reason) == reasons.end()) {
      reasons.push_back(std::move(reason));
    }
  }
  while (reasons.size() > kMaxReasons) {
    reasons.erase(reasons.size() - 1);
  }
  cluster["reasons"] = std::move(reasons);
}

}  // namespace

Json make_leader_part(const model::Snapshot& snapshot, const Rates& rates, const model::NodeReport& own,
                      const StateOptions& options, std::size_t max_bytes) {
  const OwnReport told(own);
  const VolumeContext context{.rates = rates, .options = options, .details = has_details(snapshot, options)};
  Json part = {{"taken_at", write_time(snapshot.taken_at)}, {"reasons", health_reasons(snapshot)}};
  if (snapshot.health) {
    part["health"] = name_of(*snapshot.health);
  }
  put(part, "max_op_version", snapshot.max_op_version);
  auto& volumes = part["volumes"] = Json::object();
  for (const auto& volume : snapshot.volumes) {
    if (auto told_of = volume_part(volume, told, context); !told_of.empty()) {
      volumes[volume.name] = std::move(told_of);
    }
  }
  auto& daemons = part["daemons"] = Json::object();
  for (const auto& daemon : snapshot.daemons) {
    if (told.lacks(daemon)) {
      daemons[daemon_key(daemon)] = daemon_json(daemon);
    }
  }
  shorten(part, max_bytes);
  return part;
}

void fill_from_leader(Json& document, const Json& part) {
  const auto& as_of = part["taken_at"];
  std::set<std::string> unknown_before;
  if (document.contains("volumes") && part.contains("volumes")) {
    for (auto theirs = part["volumes"].begin(); theirs != part["volumes"].end(); ++theirs) {
      const auto own = document["volumes"].find(theirs.key());
      if (own != document["volumes"].end() && fill_volume(*own, *theirs, as_of)) {
        unknown_before.insert(theirs.key());
      }
    }
  }
  if (document.contains("peers") && part.contains("daemons")) {
    for (auto daemon = part["daemons"].begin(); daemon != part["daemons"].end(); ++daemon) {
      if (is_of_a_peer(daemon.key(), *daemon, document["peers"]) &&
          !document["daemons"].contains(daemon.key())) {
        auto& filled = document["daemons"][daemon.key()] = *daemon;
        filled["as_of"] = as_of;
      }
    }
  }
  auto& cluster = document["cluster"];
  if (part.contains("max_op_version") && !cluster.contains("max_op_version")) {
    cluster["max_op_version"] = part["max_op_version"];
  }
  if (!unknown_before.empty()) {
    fill_health(cluster, part, unknown_before);
  }
}

}  // namespace glusterfs_exporter::live

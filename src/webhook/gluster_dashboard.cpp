#include "webhook/gluster_dashboard.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "common/text.hpp"
#include "model/names.hpp"

namespace glusterfs_exporter::webhook {
namespace {

using nlohmann::json;

constexpr std::uint64_t kUsualBlockSize = 4096;
constexpr int kNone = -1;  // a pid or port that is not there

constexpr std::string_view kUnknown = "unknown";

constexpr model::Names<model::VolumeType, 5> kTypes{
    {{model::VolumeType::distribute, "Distribute"},
     {model::VolumeType::replicate, "Replicate"},
     {model::VolumeType::disperse, "Disperse"},
     {model::VolumeType::distributed_replicate, "Distributed Replicate"},
     {model::VolumeType::distributed_disperse, "Distributed Disperse"}}};

constexpr model::Names<model::VolumeStatus, 3> kStates{{{model::VolumeStatus::created, "Created"},
                                                        {model::VolumeStatus::started, "Started"},
                                                        {model::VolumeStatus::stopped, "Stopped"}}};

constexpr model::Names<std::string_view, 3> kTransports{
    {{"tcp", "TCP"}, {"rdma", "RDMA"}, {"tcp,rdma", "TCP,RDMA"}}};

/// A subvolume's type, and what it is called in the names that Gluster gives subvolumes.
struct SubvolumeType {
  std::string_view type = kUnknown;
  std::string_view in_names = kUnknown;
};

constexpr SubvolumeType subvolume_type(model::VolumeType type) {
  using enum model::VolumeType;
  switch (type) {
    case distribute:
      return {.type = "Distribute", .in_names = "distribute"};
    case replicate:
    case distributed_replicate:
      return {.type = "Replicate", .in_names = "replicate"};
    case disperse:
    case distributed_disperse:
      return {.type = "Disperse", .in_names = "disperse"};
    case unknown:
      break;
  }
  return {};
}

json text(std::string_view words) {
  return clean_utf8(words);
}

/// For a member that receivers want something in.
json required(std::string_view words) {
  return text(words.empty() ? kUnknown : words);
}

constexpr std::uint64_t used(std::uint64_t all, std::uint64_t free) {
  return all - std::min(all, free);
}

void put_capacity(json& object, const std::optional<model::Capacity>& known) {
  const auto capacity = known.value_or(model::Capacity{});
  object["size_total"] = capacity.size_bytes;
  object["size_used"] = used(capacity.size_bytes, capacity.free_bytes);
  object["inodes_total"] = capacity.inodes;
  object["inodes_used"] = used(capacity.inodes, capacity.inodes_free);
}

void put_counts(json& object, const model::Volume& volume) {
  object["replica_count"] = std::max(1U, volume.replica_bricks);
  object["arbiter_count"] = volume.arbiter_bricks;
  object["disperse_count"] = volume.disperse_bricks;
  object["disperse_redundancy_count"] = volume.redundancy_bricks;
}

std::string_view health_name(const model::Volume& volume, const std::optional<model::Health>& health) {
  return name_of(volume.status == model::VolumeStatus::started ? health.value_or(model::Health::unknown)
                                                               : model::Health::down);
}

std::string_view brick_state(const model::Brick& brick) {
  if (!brick.online) {
    return "Unknown";
  }
  return *brick.online ? "up" : "down";
}

json peer_json(const model::Peer& peer) {
  return {{"id", required(peer.uuid)},
          {"address", required(peer.host)},
          {"state", peer.local || peer.connected ? "Online" : "Offline"}};
}

json brick_json(const model::Brick& brick, const json& volume_id, const json& subvolume_id) {
  json object = {{"path", required(brick.id.path)},
                 {"state", brick_state(brick)},
                 {"fs", text(brick.fs_type)},
                 {"device", text(brick.device)},
                 {"mount_options", text(brick.mount_options)},
                 {"block_size", brick.block_size_bytes.value_or(kUsualBlockSize)},
                 {"pid", kNone},
                 {"port", kNone},
                 {"volumes_id", volume_id},
                 {"subvols_id", subvolume_id},
                 {"peers_id", required(brick.peer_uuid)}};
  put_capacity(object, brick.capacity);
  if (brick.online.value_or(false)) {
    if (brick.pid) {
      object["pid"] = *brick.pid;
    }
    if (brick.port) {
      object["port"] = *brick.port;
    }
  }
  return object;
}

json subvolume_json(const model::Volume& volume, std::size_t index, const json& volume_id) {
  const auto& subvolume = volume.subvolumes[index];
  const auto type = subvolume_type(volume.type);
  json object = {{"id", text(volume.name + "-" + std::string(type.in_names) + "-" + std::to_string(index))},
                 {"health", health_name(volume, subvolume.health)},
                 {"type", type.type},
                 {"num_bricks", subvolume.bricks.size()},
                 {"volumes_id", volume_id},
                 {"bricks", json::array()}};
  put_counts(object, volume);
  for (const auto& brick : subvolume.bricks) {
    object["bricks"].push_back(brick_json(brick, volume_id, object["id"]));
  }
  return object;
}

json volume_json(const model::Volume& volume) {
  const json id = required(volume.id);
  json object = {{"id", id},
                 {"name", required(volume.name)},
                 {"type", model::name_in(kTypes, volume.type)},
                 {"state", model::name_in(kStates, volume.status)},
                 {"health", health_name(volume, volume.health)},
                 {"num_subvols", volume.subvolumes.size()},
                 {"num_bricks", volume.brick_count()},
                 {"transport", model::name_in(kTransports, std::string_view(volume.transport))},
                 {"options", json::array()},
                 {"subvols", json::array()}};
  put_counts(object, volume);
  put_capacity(object, volume.capacity);
  for (const auto& [name, value] : volume.options) {
    object["options"].push_back({{"name", text(name)}, {"value", text(value)}, {"volumes_id", id}});
  }
  for (std::size_t index = 0; index < volume.subvolumes.size(); ++index) {
    object["subvols"].push_back(subvolume_json(volume, index, id));
  }
  return object;
}

}  // namespace

json gluster_dashboard_document(const model::Snapshot& snapshot) {
  json document = {{"peers", json::array()}, {"volumes", json::array()}};
  for (const auto& peer : snapshot.peers) {
    document["peers"].push_back(peer_json(peer));
  }
  for (const auto& volume : snapshot.volumes) {
    document["volumes"].push_back(volume_json(volume));
  }
  return document;
}

}  // namespace glusterfs_exporter::webhook

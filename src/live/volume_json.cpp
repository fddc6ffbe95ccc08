#include "live/volume_json.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "live/json_put.hpp"
#include "model/assess.hpp"
#include "model/names.hpp"

namespace glusterfs_exporter::live {
namespace {

using Json = nlohmann::json;

void put_capacity(Json& object, const std::optional<model::Capacity>& capacity) {
  if (capacity) {
    object["size_bytes"] = capacity->size_bytes;
    object["free_bytes"] = capacity->free_bytes;
    object["inodes"] = capacity->inodes;
    object["inodes_free"] = capacity->inodes_free;
  }
}

void put_totals(Json& object, const OperationTotals& totals) {
  object["operations_total"] = totals.operations;
  put(object, "operation_seconds_total", totals.operation_seconds);
  object["read_bytes_total"] = totals.read_bytes;
  object["written_bytes_total"] = totals.written_bytes;
}

void put_rates(Json& object, const OperationRates& rates) {
  put_measured(object, "operations_per_second", rates.operations_per_second);
  put_measured(object, "read_bytes_per_second", rates.read_bytes_per_second);
  put_measured(object, "written_bytes_per_second", rates.written_bytes_per_second);
  put_measured(object, "mean_latency_seconds", rates.mean_latency_seconds());
}

Json fops_json(const model::BrickProfile& profile) {
  auto fops = Json::object();
  for (const auto& fop : profile.fops) {
    auto& json = fops[fop.fop] = Json::object();
    json["count"] = fop.count;
    if (fop.timed) {
      put(json, "seconds_total", fop.seconds_total);
      put(json, "seconds_min", fop.seconds_min);
      put(json, "seconds_max", fop.seconds_max);
    }
  }
  return fops;
}

/// How many connections each host has, of those `max` hosts that have the most.
Json clients_by_host(const std::vector<model::BrickClient>& clients, std::size_t max) {
  std::map<std::string, std::size_t> counts;
  for (const auto& client : clients) {
    ++counts[client.host];
  }
  std::vector<std::pair<std::string, std::size_t>> most(counts.begin(), counts.end());
  std::ranges::stable_sort(most, std::ranges::greater{}, &std::pair<std::string, std::size_t>::second);
  most.resize(std::min(most.size(), max));
  auto json = Json::object();
  for (const auto& [host, count] : most) {
    json[host] = count;
  }
  return json;
}

void put_internals(Json& json, const model::BrickInternals& internals, const VolumeContext& context) {
  json["clients"] = internals.clients.size();
  if (context.details) {
    json["clients_by_host"] = clients_by_host(internals.clients, context.options.max_client_hosts);
  }
  if (const auto& memory = internals.memory) {
    json["heap_bytes"] = {{"in_use", memory->in_use}, {"free", memory->free}, {"mapped", memory->mapped}};
  }
  if (const auto& table = internals.inode_table) {
    json["cached_inodes"] = {{"active", table->active},
                             {"lru", table->lru},
                             {"lru_limit", table->lru_limit},
                             {"purge", table->purge}};
  }
  put(json, "pending_calls", internals.pending_calls);
}

void put_thin_pool(Json& json, const std::optional<model::ThinPool>& pool) {
  if (pool) {
    auto& object = json["thin_pool"] = Json{{"size_bytes", pool->size_bytes}};
    put(object, "data_used_ratio", pool->data_used_ratio);
    put(object, "metadata_used_ratio", pool->metadata_used_ratio);
  }
}

void put_top_files(Json& json, const std::vector<model::TopFile>& files) {
  if (files.empty()) {
    return;
  }
  auto& list = json["top_files"] = Json::array();
  for (const auto& file : files) {
    list.push_back({{"call", name_of(file.call)}, {"file", file.file}, {"count", file.count}});
  }
}

/// `place` counts the volume's bricks from 0 in Gluster's order, which the keys do not keep.
Json brick_json(const model::Volume& volume, const model::Brick& brick, std::size_t subvolume,
                std::size_t place, const VolumeContext& context) {
  auto json = Json::object();
  json["host"] = brick.id.host;
  json["path"] = brick.id.path;
  json["subvolume"] = subvolume;
  json["place"] = place;
  json["arbiter"] = brick.arbiter;
  put_text(json, "peer_uuid", brick.peer_uuid);
  put_brick_state(json, volume, brick, context);
  return json;
}

void put_layout(Json& json, const model::Volume& volume) {
  if (volume.replica_bricks > 0) {
    json["replica_bricks"] = volume.replica_bricks;
    json["arbiter_bricks"] = volume.arbiter_bricks;
  }
  if (volume.disperse_bricks > 0) {
    json["disperse_bricks"] = volume.disperse_bricks;
    json["redundancy_bricks"] = volume.redundancy_bricks;
  }
}

}  // namespace

void put_brick_state(Json& json, const model::Volume& volume, const model::Brick& brick,
                     const VolumeContext& context) {
  put(json, "online", brick.online);
  put_capacity(json, brick.capacity);
  put_text(json, "device", brick.device);
  put_text(json, "fs_type", brick.fs_type);
  put(json, "shares_filesystem", brick.shares_filesystem);
  put(json, "heal_pending_entries", brick.heal_pending_entries);
  put(json, "heal_dirty_entries", brick.heal_dirty_entries);
  put(json, "split_brain_entries", brick.split_brain_entries);
  put(json, "healing_entries", brick.healing_entries);
  put_process(json, brick.process);
  put_thin_pool(json, brick.thin_pool);
  if (brick.internals) {
    put_internals(json, *brick.internals, context);
  }
  if (brick.profile) {
    put_totals(json, totals_of(*brick.profile));
  }
  if (const auto rates = context.rates.of_brick(volume.name, brick.id)) {
    put_rates(json, *rates);
  }
  if (context.details) {
    if (brick.profile) {
      json["fops"] = fops_json(*brick.profile);
    }
    put_top_files(json, brick.top_files);
  }
}

void put_leaders_knowledge(Json& json, const model::Brick& brick, const VolumeContext& context) {
  put(json, "split_brain_entries", brick.split_brain_entries);
  put(json, "healing_entries", brick.healing_entries);
  if (context.details) {
    put_top_files(json, brick.top_files);
  }
}

Json subvolume_json(const model::Subvolume& subvolume) {
  auto json = Json::object();
  if (subvolume.health) {
    json["health"] = name_of(*subvolume.health);
  }
  put(json, "quorum_met", subvolume.quorum_met);
  put_capacity(json, subvolume.capacity);
  return json;
}

void put_process(Json& object, const std::optional<model::ProcessUsage>& process) {
  if (!process) {
    return;
  }
  auto& json = object["process"] = Json{{"start_time", write_time(process->start_time)},
                                        {"resident_memory_bytes", process->resident_bytes},
                                        {"threads", process->threads}};
  put(json, "cpu_seconds_total", process->cpu_seconds);
  put(json, "open_fds", process->open_fds);
}

Json volume_json(const model::Volume& volume, const VolumeContext& context) {
  Json json = {{"id", volume.id},
               {"type", name_of(volume.type)},
               {"status", name_of(volume.status)},
               {"options", volume.options},
               {"profiling", volume.profiling}};
  put_text(json, "transport", volume.transport);
  put_layout(json, volume);
  put_volume_state(json, volume, context);
  put_tasks(json, volume);

  auto& subvolumes = json["subvolumes"] = Json::object();
  auto& bricks = json["bricks"] = Json::object();
  std::size_t place = 0;
  for (std::size_t i = 0; i < volume.subvolumes.size(); ++i) {
    subvolumes[std::to_string(i)] = subvolume_json(volume.subvolumes[i]);
    for (const auto& brick : volume.subvolumes[i].bricks) {
      bricks[brick_name(brick.id)] = brick_json(volume, brick, i, place++, context);
    }
  }
  return json;
}

void put_volume_state(Json& json, const model::Volume& volume, const VolumeContext& context) {
  if (volume.health) {
    json["health"] = name_of(*volume.health);
  }
  put(json, "server_quorum_met", volume.server_quorum_met);
  put_capacity(json, volume.capacity);
  put(json, "heal_pending_entries", model::heal_pending_entries(volume));
  put_time(json, "heal_backlog_since", volume.heal_backlog_since);
  if (const auto totals = totals_of(volume)) {
    put_totals(json, *totals);
  }
  if (const auto rates = context.rates.of_volume(volume)) {
    put_rates(json, *rates);
  }
}

}  // namespace glusterfs_exporter::live

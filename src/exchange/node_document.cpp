#include "exchange/node_document.hpp"

#include <fmt/format.h>

#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/text.hpp"
#include "common/time_text.hpp"
#include "exchange/cluster_part.hpp"
#include "input/json_fields.hpp"
#include "model/names.hpp"

namespace glusterfs_exporter::exchange {

using namespace input;

namespace {

using Json = nlohmann::ordered_json;  // people read these documents too

// Writing.

bool in_range(double value, double max = std::numeric_limits<double>::max()) {
  return value >= 0 && value <= max;  // neither holds for NaN
}

void put_text(Json& object, const char* name, std::string_view text) {
  if (!text.empty()) {
    object[name] = clean_utf8(text);
  }
}

template <class T>
void put(Json& object, const char* name, const std::optional<T>& value) {
  if (value) {
    object[name] = *value;
  }
}

/// A process number takes 22 bits, a port 16. Blocks of file systems are far smaller than the limit.
constexpr std::uint64_t kMaxPid = std::uint64_t{1} << 22U;
constexpr std::uint64_t kMaxPort = 65535;
constexpr std::uint64_t kMaxBlockBytes = std::uint64_t{1} << 40U;

/// A whole number from 1 to `max`; others are left out.
template <class T>
void put_in_range(Json& object, const char* name, const std::optional<T>& value, std::uint64_t max) {
  if (value && *value >= 1 && *value <= max) {
    object[name] = *value;
  }
}

void put_process(Json& object, const std::optional<model::ProcessUsage>& process) {
  if (!process || !in_range(process->cpu_seconds)) {
    return;
  }
  Json json = {{"start_time", write_time(process->start_time)},
               {"cpu_seconds_total", process->cpu_seconds},
               {"resident_memory_bytes", process->resident_bytes},
               {"threads", process->threads}};
  put(json, "open_fds", process->open_fds);
  object["process"] = std::move(json);
}

void put_internals(Json& object, const model::BrickInternals& internals) {
  auto& clients = object["clients"] = Json::array();
  for (const auto& client : internals.clients) {
    clients.push_back({{"host", clean_utf8(client.host)},
                       {"name", clean_utf8(client.name)},
                       {"read_bytes", client.bytes_read},
                       {"written_bytes", client.bytes_written},
                       {"op_version", client.op_version}});
  }
  if (const auto& memory = internals.memory) {
    object["heap_bytes"] = {{"in_use", memory->in_use}, {"free", memory->free}, {"mapped", memory->mapped}};
  }
  if (const auto& table = internals.inode_table) {
    object["cached_inodes"] = {{"active", table->active},
                               {"lru", table->lru},
                               {"lru_limit", table->lru_limit},
                               {"purge", table->purge}};
  }
  put(object, "pending_calls", internals.pending_calls);
}

void put_thin_pool(Json& object, const model::ThinPool& pool) {
  if (!in_range(pool.data_used_ratio, 1)) {
    return;
  }
  Json json = {{"size_bytes", pool.size_bytes}, {"data_used_ratio", pool.data_used_ratio}};
  if (pool.metadata_used_ratio && in_range(*pool.metadata_used_ratio, 1)) {
    json["metadata_used_ratio"] = *pool.metadata_used_ratio;
  }
  object["thin_pool"] = std::move(json);
}

void put_profile(Json& object, const model::BrickProfile& profile) {
  Json fops = Json::array();
  for (const auto& fop : profile.fops) {
    if (!in_range(fop.seconds_total) || !in_range(fop.seconds_min) || !in_range(fop.seconds_max)) {
      continue;
    }
    Json json = {{"fop", clean_utf8(fop.fop)}, {"count", fop.count}, {"timed", fop.timed}};
    if (fop.timed) {
      json["seconds_total"] = fop.seconds_total;
      json["seconds_min"] = fop.seconds_min;
      json["seconds_max"] = fop.seconds_max;
    }
    fops.push_back(std::move(json));
  }
  Json upcalls = Json::array();
  for (const auto& upcall : profile.upcalls) {
    upcalls.push_back({{"upcall", clean_utf8(upcall.upcall)}, {"count", upcall.count}});
  }
  Json blocks = Json::array();
  for (const auto& block : profile.blocks) {
    blocks.push_back({{"size_bytes", block.size}, {"reads", block.reads}, {"writes", block.writes}});
  }
  object["profile"] = {{"fops", std::move(fops)},
                       {"upcalls", std::move(upcalls)},
                       {"blocks", std::move(blocks)},
                       {"read_bytes", profile.bytes_read},
                       {"written_bytes", profile.bytes_written}};
}

Json brick_json(const model::ReportedBrick& reported) {
  const auto& brick = reported.brick;
  Json json = {{"volume", clean_utf8(reported.volume)},
               {"host", clean_utf8(brick.id.host)},
               {"path", clean_utf8(brick.id.path)}};
  put_text(json, "peer_uuid", brick.peer_uuid);
  put(json, "online", brick.online);
  if (const auto& capacity = brick.capacity) {
    json["size_bytes"] = capacity->size_bytes;
    json["free_bytes"] = capacity->free_bytes;
    json["inodes"] = capacity->inodes;
    json["inodes_free"] = capacity->inodes_free;
  }
  put_text(json, "device", brick.device);
  put_text(json, "fs_type", brick.fs_type);
  if (auto options = clean_utf8(brick.mount_options); !options.empty() && options.size() <= kMaxTextBytes) {
    json["mount_options"] = std::move(options);  // those of an overlay can be longer
  }
  put_in_range(json, "block_size_bytes", brick.block_size_bytes, kMaxBlockBytes);
  put_in_range(json, "pid", brick.pid, kMaxPid);
  put_in_range(json, "port", brick.port, kMaxPort);
  put(json, "heal_pending_entries", brick.heal_pending_entries);
  put(json, "heal_dirty_entries", brick.heal_dirty_entries);
  put_process(json, brick.process);
  if (brick.internals) {
    put_internals(json, *brick.internals);
  }
  if (brick.thin_pool) {
    put_thin_pool(json, *brick.thin_pool);
  }
  if (brick.profile) {
    put_profile(json, *brick.profile);
  }
  return json;
}

Json daemon_json(const model::Daemon& daemon) {
  Json json;
  json["host"] = clean_utf8(daemon.host);
  put_text(json, "peer_uuid", daemon.peer_uuid);
  json["kind"] = model::name_of(daemon.kind);
  json["online"] = daemon.online;
  put_process(json, daemon.process);
  return json;
}

// Reading. Limits of inner lists are far above what Gluster has: some 60 fops, a dozen upcalls, 32 block
// sizes.

constexpr std::size_t kMaxProfileEntries = 256;

std::optional<model::ProcessUsage> read_process(const Fields& owner) {
  std::optional<model::ProcessUsage> process;
  owner.object("process", [&](const Fields& fields) {
    process = model::ProcessUsage{.start_time = fields.time("start_time"),
                                  .cpu_seconds = fields.number("cpu_seconds_total"),
                                  .resident_bytes = fields.whole("resident_memory_bytes"),
                                  .threads = fields.whole("threads"),
                                  .open_fds = fields.optional_whole("open_fds")};
  });
  return process;
}

std::optional<model::Capacity> read_capacity(const Fields& brick) {
  if (!brick.has("size_bytes") && !brick.has("free_bytes") && !brick.has("inodes") &&
      !brick.has("inodes_free")) {
    return std::nullopt;
  }
  return model::Capacity{.size_bytes = brick.whole("size_bytes"),
                         .free_bytes = brick.whole("free_bytes"),
                         .inodes = brick.whole("inodes"),
                         .inodes_free = brick.whole("inodes_free")};
}

/// Takes the clients it reads from `clients_left`.
std::optional<model::BrickInternals> read_internals(const Fields& brick, std::size_t& clients_left) {
  if (!brick.has("clients") && !brick.has("heap_bytes") && !brick.has("cached_inodes") &&
      !brick.has("pending_calls")) {
    return std::nullopt;
  }
  model::BrickInternals internals;
  brick.list("clients", kMaxClients, [&](const Fields& fields) {
    if (clients_left == 0) {
      fields.fail("host", fmt::format("belongs to more than {} clients", kMaxClients));
      return;
    }
    --clients_left;
    internals.clients.push_back({.host = fields.text("host"),
                                 .name = fields.text("name"),
                                 .bytes_read = fields.whole("read_bytes"),
                                 .bytes_written = fields.whole("written_bytes"),
                                 .op_version = fields.whole("op_version")});
  });
  brick.object("heap_bytes", [&](const Fields& fields) {
    internals.memory = model::BrickMemory{
        .in_use = fields.whole("in_use"), .free = fields.whole("free"), .mapped = fields.whole("mapped")};
  });
  brick.object("cached_inodes", [&](const Fields& fields) {
    internals.inode_table = model::BrickInodeTable{.active = fields.whole("active"),
                                                   .lru = fields.whole("lru"),
                                                   .lru_limit = fields.whole("lru_limit"),
                                                   .purge = fields.whole("purge")};
  });
  internals.pending_calls = brick.optional_whole("pending_calls");
  return internals;
}

std::optional<model::ThinPool> read_thin_pool(const Fields& brick) {
  std::optional<model::ThinPool> pool;
  brick.object("thin_pool", [&](const Fields& fields) {
    pool = model::ThinPool{.size_bytes = fields.whole("size_bytes"),
                           .data_used_ratio = fields.number("data_used_ratio", 1),
                           .metadata_used_ratio = {}};
    if (fields.has("metadata_used_ratio")) {
      pool->metadata_used_ratio = fields.number("metadata_used_ratio", 1);
    }
  });
  return pool;
}

std::optional<std::uint64_t> read_in_range(const Fields& fields, const char* name, std::uint64_t max) {
  const auto value = fields.optional_whole(name);
  if (value && (*value < 1 || *value > max)) {
    fields.fail(name, fmt::format("must be a whole number from 1 to {}", max));
    return std::nullopt;
  }
  return value;
}

model::FopStats read_fop(const Fields& fields) {
  model::FopStats fop{
      .fop = fields.name("fop"), .count = fields.whole("count"), .timed = fields.flag("timed")};
  if (fop.timed) {
    fop.seconds_total = fields.number("seconds_total");
    fop.seconds_min = fields.number("seconds_min");
    fop.seconds_max = fields.number("seconds_max");
  }
  return fop;
}

std::shared_ptr<const model::BrickProfile> read_profile(const Fields& brick) {
  std::shared_ptr<model::BrickProfile> profile;
  brick.object("profile", [&](const Fields& fields) {
    profile = std::make_shared<model::BrickProfile>();
    fields.list("fops", kMaxProfileEntries,
                [&](const Fields& fop) { profile->fops.push_back(read_fop(fop)); });
    fields.list("upcalls", kMaxProfileEntries, [&](const Fields& upcall) {
      profile->upcalls.push_back({.upcall = upcall.name("upcall"), .count = upcall.whole("count")});
    });
    fields.list("blocks", kMaxProfileEntries, [&](const Fields& block) {
      const auto size = block.whole("size_bytes");
      if (!profile->blocks.empty() && size <= profile->blocks.back().size) {
        block.fail("size_bytes", "must be larger than the one before");
      }
      profile->blocks.push_back(
          {.size = size, .reads = block.whole("reads"), .writes = block.whole("writes")});
    });
    profile->bytes_read = fields.whole("read_bytes");
    profile->bytes_written = fields.whole("written_bytes");
  });
  return profile;
}

model::ReportedBrick read_brick(const Fields& fields, std::size_t& clients_left) {
  model::ReportedBrick reported;
  reported.volume = fields.name("volume");
  auto& brick = reported.brick;
  brick.id.host = fields.name("host");
  brick.id.path = fields.name("path");
  brick.peer_uuid = fields.optional_text("peer_uuid");
  brick.online = fields.optional_flag("online");
  brick.capacity = read_capacity(fields);
  brick.device = fields.optional_text("device");
  brick.fs_type = fields.optional_text("fs_type");
  brick.mount_options = fields.optional_text("mount_options");
  brick.block_size_bytes = read_in_range(fields, "block_size_bytes", kMaxBlockBytes);
  brick.pid = read_in_range(fields, "pid", kMaxPid);
  brick.port = read_in_range(fields, "port", kMaxPort);
  brick.heal_pending_entries = fields.optional_whole("heal_pending_entries");
  brick.heal_dirty_entries = fields.optional_whole("heal_dirty_entries");
  brick.process = read_process(fields);
  brick.internals = read_internals(fields, clients_left);
  brick.thin_pool = read_thin_pool(fields);
  brick.profile = read_profile(fields);
  return reported;
}

/// Nothing for a kind that is not known here.
std::optional<model::Daemon> read_daemon(const Fields& fields) {
  const auto kind = model::daemon_kind(fields.name("kind"));
  if (!kind) {
    return std::nullopt;
  }
  return model::Daemon{.peer_uuid = fields.optional_text("peer_uuid"),
                       .host = fields.text("host"),
                       .kind = *kind,
                       .online = fields.flag("online"),
                       .process = read_process(fields)};
}

}  // namespace

std::string write_node_document(const model::NodeReport& report) {
  Json json = {{"schema", kNodeSchema},
               {"peer_uuid", clean_utf8(report.peer_uuid)},
               {"taken_at", write_time(report.taken_at)},
               {"exporter_version", clean_utf8(report.exporter_version)}};
  put_text(json, "gluster_version", report.gluster_version);
  json["up"] = report.up;
  json["leader"] = report.leader;
  auto& bricks = json["bricks"] = Json::array();
  for (const auto& brick : report.bricks) {
    bricks.push_back(brick_json(brick));
  }
  auto& daemons = json["daemons"] = Json::array();
  for (const auto& daemon : report.daemons) {
    daemons.push_back(daemon_json(daemon));
  }
  // The text is clean; with this handler dump() could not throw if some were not.
  auto text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (report.cluster != nullptr) {
    text.pop_back();
    text += ",\"cluster\":" + report.cluster->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
            "}";
  }
  return text;
}

Result<model::NodeReport> read_node_document(std::string_view json) {
  const auto root = parse_json(json);
  if (!root) {
    return std::unexpected(root.error());
  }
  std::optional<Error> error;
  const Fields fields(*root, Place{}, error);
  model::NodeReport report;
  if (fields.text("schema") != kNodeSchema) {
    fields.fail("schema", fmt::format("must be \"{}\"", kNodeSchema));
  }
  report.peer_uuid = fields.name("peer_uuid");
  report.taken_at = fields.time("taken_at");
  report.exporter_version = fields.text("exporter_version");
  report.gluster_version = fields.optional_text("gluster_version");
  report.up = fields.flag("up");
  report.leader = fields.flag("leader");
  std::size_t clients_left = kMaxClients;
  fields.list("bricks", kMaxBricks,
              [&](const Fields& brick) { report.bricks.push_back(read_brick(brick, clients_left)); });
  fields.list("daemons", kMaxDaemons, [&](const Fields& daemon) {
    if (auto known = read_daemon(daemon)) {
      report.daemons.push_back(*std::move(known));
    }
  });
  if (error) {
    return std::unexpected(*std::move(error));
  }
  if (const auto part = root->find("cluster"); report.leader && part != root->end()) {
    if (auto good = clean_cluster_part(*part)) {
      report.cluster = std::make_shared<const nlohmann::json>(*std::move(good));
    }
  }
  return report;
}

}  // namespace glusterfs_exporter::exchange

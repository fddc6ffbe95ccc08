#include "collect/reports.hpp"

#include <algorithm>

#include "collect/this_node.hpp"
#include "collect/volume_options.hpp"
#include "common/build_info.hpp"

namespace glusterfs_exporter::collect {

namespace {

/// The answer about one brick, or null.
template <class T>
const T* about(const Dated<gluster::PerBrick<T>>& answers, const model::BrickId& id, SteadyTime now) {
  const auto* bricks = answers.at(now);
  if (bricks == nullptr) {
    return nullptr;
  }
  const auto found = bricks->find(id);
  return found == bricks->end() ? nullptr : &found->second;
}

void add_process(model::Brick& brick, const Facts& facts, SteadyTime now) {
  const auto* processes = facts.processes.at(now);
  if (processes == nullptr) {
    return;
  }
  const auto process = processes->bricks.find(brick.id);
  brick.online = process != processes->bricks.end();
  if (*brick.online) {
    brick.process = process->second.usage;
    brick.pid = static_cast<std::uint32_t>(process->second.key.pid);
    brick.port = process->second.port;
  }
}

model::Brick report_brick(const model::BrickId& id, const Facts& facts, SteadyTime now) {
  model::Brick brick;
  brick.id = id;
  add_process(brick, facts, now);
  if (const auto* filesystem = about(facts.filesystems, id, now)) {
    brick.capacity = filesystem->capacity;
    brick.device = filesystem->device;
    brick.fs_type = filesystem->fs_type;
    brick.mount_options = filesystem->mount_options;
    brick.block_size_bytes = filesystem->block_size_bytes;
  }
  if (const auto* pool = about(facts.thin_pools, id, now)) {
    brick.thin_pool = *pool;
  }
  if (!brick.online.value_or(true)) {
    return brick;  // the rest is about a brick at work
  }
  if (const auto* index = about(facts.heal_index, id, now)) {
    brick.heal_pending_entries = index->pending;
    brick.heal_dirty_entries = index->dirty;
  }
  if (const auto* profile = about(facts.brick_profiles, id, now)) {
    // Keeps the whole answer alive instead of a copy.
    brick.profile = std::shared_ptr<const model::BrickProfile>(facts.brick_profiles.value, profile);
  }
  if (const auto* internals = about(facts.brick_internals, id, now)) {
    brick.internals = *internals;
  }
  return brick;
}

bool knows_something(const model::Brick& brick) {
  return brick.online || brick.capacity || brick.heal_pending_entries || brick.profile || brick.internals;
}

/// Whether a daemon has to run on this node, by the volumes and their options. All nodes heal, count for
/// quotas and serve snapshots; bricks are scrubbed only where they lie.
bool is_expected(model::DaemonKind kind, const Facts& facts, const std::string& uuid) {
  if (kind == model::DaemonKind::glusterd) {
    return true;
  }
  const auto* topology = facts.topology.value.get();
  return topology != nullptr && std::ranges::any_of(*topology, [&](const gluster::VolumeRecord& volume) {
           if (volume.status != model::VolumeStatus::started) {
             return false;
           }
           switch (kind) {
             case model::DaemonKind::self_heal:
               return (volume.replica_count > 1 || volume.disperse_count > 0) &&
                      !option_is_off(volume, "cluster.self-heal-daemon");
             case model::DaemonKind::quota:
               return option_is_on(volume, "features.quota");
             case model::DaemonKind::snapshot:
               return option_is_on(volume, "features.uss");
             case model::DaemonKind::bitrot:
             case model::DaemonKind::scrubber:
               return option_is_on(volume, "features.bitrot") &&
                      std::ranges::find(volume.bricks, uuid, &gluster::BrickRecord::peer_uuid) !=
                          volume.bricks.end();
             default:
               return false;
           }
         });
}

void add_up(model::ProcessUsage& all, const model::ProcessUsage& one) {
  all.start_time = std::min(all.start_time, one.start_time);
  all.cpu_seconds += one.cpu_seconds;
  all.resident_bytes += one.resident_bytes;
  all.threads += one.threads;
  if (all.open_fds && one.open_fds) {
    *all.open_fds += *one.open_fds;
  } else {
    all.open_fds.reset();
  }
}

std::vector<model::Daemon> report_daemons(const Facts& facts, const std::string& uuid, SteadyTime now) {
  using model::DaemonKind;
  std::vector<model::Daemon> daemons;
  const auto* processes = facts.processes.at(now);
  if (processes == nullptr) {
    return daemons;
  }
  for (const auto kind : {DaemonKind::glusterd, DaemonKind::self_heal, DaemonKind::quota, DaemonKind::bitrot,
                          DaemonKind::scrubber, DaemonKind::snapshot, DaemonKind::events}) {
    model::Daemon daemon{uuid, "", kind, false, {}, false};
    for (const auto& process : processes->daemons) {
      if (process.kind != kind) {
        continue;
      }
      daemon.online = true;
      if (daemon.process) {
        add_up(*daemon.process, process.usage);
      } else {
        daemon.process = process.usage;
      }
    }
    if (daemon.online || is_expected(kind, facts, uuid)) {
      daemons.push_back(std::move(daemon));
    }
  }
  return daemons;
}

}  // namespace

model::NodeReport make_own_report(const Facts& facts, SteadyTime now) {
  model::NodeReport report;
  report.peer_uuid = this_node(facts);
  report.taken_at = std::chrono::system_clock::now();
  report.exporter_version = build_version();
  report.up = facts.glusterd_answers.value_or(false);
  if (const auto* processes = facts.processes.at(now)) {
    report.gluster_version = processes->gluster_version;
  }
  for (const auto& [volume, id] : bricks_of_this_node(facts)) {
    auto brick = report_brick(id, facts, now);
    if (knows_something(brick)) {
      brick.peer_uuid = report.peer_uuid;
      report.bricks.push_back({volume, std::move(brick)});
    }
  }
  report.daemons = report_daemons(facts, report.peer_uuid, now);
  return report;
}

Reports::Reports(const Facts& facts, SteadyTime now)
    : own_(std::make_shared<const model::NodeReport>(make_own_report(facts, now))) {
  add(own_->peer_uuid, {own_, true});
  if (facts.neighbours.value == nullptr) {
    return;
  }
  for (const auto& [uuid, neighbour] : *facts.neighbours.value) {
    if (neighbour.report != nullptr && now < neighbour.report_expires) {
      add(uuid, {neighbour.report, neighbour.answers});
    }
  }
}

void Reports::add(const std::string& peer_uuid, const Node& node) {
  const auto [place, added] = nodes_.try_emplace(peer_uuid, node);
  if (added) {
    for (const auto& brick : place->second.report->bricks) {
      bricks_.try_emplace({place->first, brick.brick.id.host, brick.brick.id.path}, &brick);
    }
  }
}

const model::NodeReport* Reports::of_node(std::string_view peer_uuid) const {
  const auto found = nodes_.find(peer_uuid);
  return found == nodes_.end() ? nullptr : found->second.report.get();
}

const model::Brick* Reports::of_brick(const std::string& volume, const model::BrickId& id,
                                      std::string_view peer_uuid) const {
  const auto found = bricks_.find({peer_uuid, id.host, id.path});
  return found != bricks_.end() && found->second->volume == volume ? &found->second->brick : nullptr;
}

bool Reports::speaks(std::string_view peer_uuid) const {
  const auto found = nodes_.find(peer_uuid);
  return found != nodes_.end() && found->second.exporter_answers && found->second.report->up;
}

bool Reports::speaks_for(const std::string& volume, const model::BrickId& id,
                         std::string_view peer_uuid) const {
  const auto* brick = of_brick(volume, id, peer_uuid);
  return speaks(peer_uuid) && brick != nullptr && brick->online.has_value();
}

}  // namespace glusterfs_exporter::collect

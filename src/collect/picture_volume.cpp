#include "collect/picture_volume.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "collect/volume_options.hpp"

namespace glusterfs_exporter::collect {

namespace {

/// Calls `apply(brick, row)` for every row of `rows` that is about a brick of the volume.
template <class Rows, class Apply>
void join_bricks(model::Volume& volume, const Rows* rows, Apply apply) {
  if (rows == nullptr) {
    return;
  }
  std::map<model::BrickId, model::Brick*> bricks;
  for (auto& subvolume : volume.subvolumes) {
    for (auto& brick : subvolume.bricks) {
      bricks.emplace(brick.id, &brick);
    }
  }
  for (const auto& row : *rows) {
    if (const auto brick = bricks.find(row.id); brick != bricks.end()) {
      apply(*brick->second, row);
    }
  }
}

model::Volume lay_out(const gluster::VolumeRecord& record) {
  model::Volume volume;
  volume.name = record.name;
  volume.id = record.id;
  volume.type = record.type;
  volume.status = record.status;
  volume.transport = record.transport;
  volume.replica_bricks = record.replica_count > 1 ? record.replica_count : 0;
  volume.arbiter_bricks = record.arbiter_count;
  volume.disperse_bricks = record.disperse_count;
  volume.redundancy_bricks = record.redundancy_count;
  volume.options = record.options;
  volume.profiling = profiling_is_on(record);

  const std::size_t set_size =
      std::max<std::size_t>(1, std::max(volume.replica_bricks, volume.disperse_bricks));
  // Bricks are most of what a picture of a big cluster takes: no room that none of them will ever need.
  volume.subvolumes.reserve((record.bricks.size() + set_size - 1) / set_size);
  for (std::size_t i = 0; i < record.bricks.size(); ++i) {
    if (i % set_size == 0) {
      volume.subvolumes.emplace_back().bricks.reserve(std::min(set_size, record.bricks.size() - i));
    }
    model::Brick brick;
    brick.id = record.bricks[i].id;
    brick.peer_uuid = record.bricks[i].peer_uuid;
    brick.arbiter = record.bricks[i].arbiter;
    volume.subvolumes.back().bricks.push_back(std::move(brick));
  }
  return volume;
}

template <class T>
void take_over(T& known, const T& told) {
  if (told) {
    known = told;
  }
}

void join_report(model::Brick& brick, const model::Brick& reported, bool profiling) {
  take_over(brick.online, reported.online);
  take_over(brick.heal_pending_entries, reported.heal_pending_entries);
  brick.heal_dirty_entries = reported.heal_dirty_entries;
  if (reported.capacity) {
    brick.capacity = reported.capacity;
    brick.device = reported.device;
    brick.fs_type = reported.fs_type;
    brick.mount_options = reported.mount_options;
    brick.block_size_bytes = reported.block_size_bytes;
  }
  take_over(brick.pid, reported.pid);
  take_over(brick.port, reported.port);
  if (profiling) {
    take_over(brick.profile, reported.profile);
  }
  brick.process = reported.process;
  brick.internals = reported.internals;
  brick.thin_pool = reported.thin_pool;
}

/// What was learnt from a brick's process before it died would contradict that it is offline.
void forget_offline_bricks(model::Volume& volume) {
  for (auto& subvolume : volume.subvolumes) {
    for (auto& brick : subvolume.bricks) {
      if (!brick.online.value_or(true)) {
        brick.profile.reset();
        brick.process.reset();
        brick.pid.reset();
        brick.port.reset();
        brick.internals.reset();
        brick.heal_pending_entries.reset();
        brick.heal_dirty_entries.reset();
        brick.split_brain_entries.reset();
        brick.healing_entries.reset();
        brick.top_files.clear();
      }
    }
  }
}

/// What the nodes' exporters say is newer and more than what the CLI says.
void join_reports(model::Volume& volume, const Reports& reports, bool leader) {
  for (auto& subvolume : volume.subvolumes) {
    for (auto& brick : subvolume.bricks) {
      const bool has_speaker = reports.speaks_for(volume.name, brick.id, brick.peer_uuid);
      brick.spoken_for = has_speaker ? brick.peer_uuid == reports.own().peer_uuid : leader;
      const auto* reported = reports.of_brick(volume.name, brick.id, brick.peer_uuid);
      if (reported != nullptr && volume.status == model::VolumeStatus::started) {
        join_report(brick, *reported, volume.profiling);
      }
    }
  }
}

void join_answers(model::Volume& volume, const Facts& facts, const Reports& reports, bool leader,
                  SteadyTime now) {
  if (const auto* snapshots = answer_about(facts.snapshots, volume.name, now)) {
    volume.snapshots = *snapshots;
  }
  if (volume.status != model::VolumeStatus::started) {
    join_reports(volume, reports, leader);
    return;  // the rest is about running bricks; what was learnt before the volume was stopped no longer
             // holds
  }
  if (const auto* status = answer_about(facts.status, volume.name, now)) {
    join_bricks(volume, &status->bricks, [](auto& brick, const auto& row) {
      brick.online = row.online;
      brick.pid = row.pid;
      brick.port = row.port;
    });
  }
  join_bricks(volume, answer_about(facts.detail, volume.name, now), [](auto& brick, const auto& row) {
    brick.capacity = row.capacity;
    brick.device = row.device;
    brick.fs_type = row.fs_type;
    brick.mount_options = row.mount_options;
    brick.block_size_bytes = row.block_size_bytes;
  });
  if (const auto found = facts.profile.find(volume.name); found != facts.profile.end()) {
    const auto record =
        found->second.value;  // each brick's profile keeps the whole answer alive instead of a copy
    join_bricks(volume, found->second.at(now), [&](auto& brick, const auto& row) {
      brick.profile = std::shared_ptr<const model::BrickProfile>(record, &row.profile);
    });
  }
  join_bricks(volume, answer_about(facts.heal_summary, volume.name, now), [](auto& brick, const auto& row) {
    brick.heal_pending_entries = row.pending;
    brick.split_brain_entries = row.split_brain;
    brick.healing_entries = row.healing;
  });
  // Counted more often than crawled, so the count wins where there are both.
  join_bricks(volume, answer_about(facts.heal_count, volume.name, now),
              [](auto& brick, const auto& row) { brick.heal_pending_entries = row.pending; });
  join_bricks(volume, answer_about(facts.top, volume.name, now),
              [](auto& brick, const auto& row) { brick.top_files = row.files; });
  if (const auto* quota = answer_about(facts.quota, volume.name, now)) {
    volume.quota = *quota;
  }
  join_reports(volume, reports, leader);
  forget_offline_bricks(volume);
}

}  // namespace

model::Volume make_volume(const gluster::VolumeRecord& record, const Facts& facts, const Reports& reports,
                          bool leader, SteadyTime now) {
  auto volume = lay_out(record);
  join_answers(volume, facts, reports, leader, now);
  return volume;
}

}  // namespace glusterfs_exporter::collect

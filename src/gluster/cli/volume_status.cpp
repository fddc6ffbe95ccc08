#include <array>
#include <utility>

#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"

namespace glusterfs_exporter::gluster {

namespace {

/// Daemons stand among the bricks, with these words where a brick has its host's name.
constexpr std::array<std::pair<std::string_view, model::DaemonKind>, 6> kDaemons{{
    {"Self-heal Daemon", model::DaemonKind::self_heal},
    {"Quota Daemon", model::DaemonKind::quota},
    {"Bitrot Daemon", model::DaemonKind::bitrot},
    {"Scrubber Daemon", model::DaemonKind::scrubber},
    {"Snapshot Daemon", model::DaemonKind::snapshot},
    {"NFS Server", model::DaemonKind::nfs},
}};

std::optional<model::DaemonKind> daemon_kind(std::string_view hostname) {
  for (const auto& [words, kind] : kDaemons) {
    if (hostname == words) {
      return kind;
    }
  }
  return std::nullopt;
}

std::optional<TaskRecord> read_task(pugi::xml_node node) {
  const std::string_view type = node.child_value("type");
  TaskRecord task;
  if (type == "Rebalance") {
    task.kind = model::TaskKind::rebalance;
  } else if (type == "Remove brick") {
    task.kind = model::TaskKind::remove_brick;
  } else {
    return std::nullopt;
  }
  for (const auto brick : node.child("params").children("brick")) {
    task.bricks.emplace_back(brick.child_value());
  }
  return task;
}

}  // namespace

Result<PerVolume<StatusRecord>> read_volume_status(pugi::xml_node root) {
  const auto volumes = root.child("volStatus").child("volumes");
  if (!volumes) {
    return missing("volume_status", "volumes");
  }
  PerVolume<StatusRecord> answer;
  for (const auto volume : volumes.children("volume")) {
    StatusRecord record;
    for (const auto node : volume.children("node")) {
      const auto hostname = text_of(node, "hostname");
      const bool online = node.child("status").text().as_int() == 1;
      if (const auto kind = daemon_kind(hostname)) {
        record.daemons.push_back({text_of(node, "peerid"), *kind, online});
      } else {
        record.bricks.push_back({{hostname, text_of(node, "path")},
                                 online,
                                 number_of<std::uint32_t>(node, "pid"),     // offline: -1
                                 number_of<std::uint16_t>(node, "port")});  // offline: N/A
      }
    }
    for (const auto task : volume.child("tasks").children("task")) {
      if (auto known = read_task(task)) {
        record.tasks.push_back(*std::move(known));
      }
    }
    answer.insert_or_assign(text_of(volume, "volName"), std::move(record));
  }
  return answer;
}

Result<PerVolume<DetailRecord>> read_volume_status_detail(pugi::xml_node root) {
  const auto volumes = root.child("volStatus").child("volumes");
  if (!volumes) {
    return missing("volume_status_detail", "volumes");
  }
  PerVolume<DetailRecord> answer;
  for (const auto volume : volumes.children("volume")) {
    DetailRecord record;
    for (const auto node : volume.children("node")) {
      BrickDetailRecord brick{{text_of(node, "hostname"), text_of(node, "path")},
                              {},
                              text_of(node, "device"),
                              text_of(node, "fsName"),
                              text_of(node, "mntOptions"),
                              number_of(node, "blockSize")};
      const auto size = number_of(node, "sizeTotal");
      const auto free = number_of(node, "sizeFree");
      if (size && free && *size > 0) {
        brick.capacity = model::Capacity{*size, *free, number_of(node, "inodesTotal").value_or(0),
                                         number_of(node, "inodesFree").value_or(0)};
      }
      record.push_back(std::move(brick));
    }
    answer.insert_or_assign(text_of(volume, "volName"), std::move(record));
  }
  return answer;
}

}  // namespace glusterfs_exporter::gluster

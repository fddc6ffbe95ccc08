#include "gluster/local/processes.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "gluster/values.hpp"

namespace glusterfs_exporter::gluster::local {

namespace {

using Processes = std::vector<const GlusterProcess*>;

/// UUID in WORK/glusterd.info; empty when the file cannot be read.
std::string uuid_of_glusterd(const std::filesystem::path& working_directory) {
  constexpr std::size_t kMaxInfoBytes = 4096;
  const auto text = read_start(working_directory / "glusterd.info", kMaxInfoBytes);
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  constexpr std::string_view kKey = "UUID=";
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    if (line.starts_with(kKey)) {
      return std::string(line.substr(kKey.size()));
    }
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return {};
}

std::optional<int> read_pid_file(const std::filesystem::path& path) {
  constexpr std::size_t kMaxPidBytes = 32;
  const auto text = read_start(path, kMaxPidBytes);
  return text ? to_number<int>(std::string_view(*text).substr(0, text->find('\n'))) : std::nullopt;
}

/// HOST-PATH.pid, with dashes for the slashes of the path.
std::string pid_file_name(const model::BrickId& id) {
  std::string name = id.host + id.path + ".pid";
  std::replace(name.begin() + static_cast<std::ptrdiff_t>(id.host.size()), name.end(), '/', '-');
  return name;
}

/// A process is there twice for a moment when it makes itself a daemon, and when glusterd is about to start a
/// program: a child with its parent's command line. Of glusterfs and glusterfsd the child is the one that
/// stays; of glusterd and glustereventsd the parent is the daemon.
Processes without_copies(const Processes& all) {
  std::map<int, const GlusterProcess*> by_pid;
  for (const auto* process : all) {
    by_pid.emplace(process->key.pid, process);
  }
  std::set<int> copies;
  for (const auto* child : all) {
    const auto parent = by_pid.find(child->parent);
    if (parent != by_pid.end() && parent->second->command == child->command) {
      const auto kind = child->command.daemon;
      const bool parent_stays = kind == model::DaemonKind::glusterd || kind == model::DaemonKind::events;
      copies.insert(parent_stays ? child->key.pid : parent->first);
    }
  }
  Processes left;
  std::ranges::copy_if(all, std::back_inserter(left),
                       [&](const auto* process) { return !copies.contains(process->key.pid); });
  return left;
}

/// The processes of one node.
struct Node {
  Processes bricks;
  Processes daemons;
  std::set<std::string> run_directories;  ///< one, unless glusterd was started anew with another
};

Node node_of(const std::string& peer_uuid, const Processes& all) {
  Node node;
  const auto take = [&node](Processes& into, const GlusterProcess* process) {
    into.push_back(process);
    if (!process->command.run_directory.empty()) {
      node.run_directories.insert(process->command.run_directory);
    }
  };
  Processes nameless;
  for (const auto* process : all) {
    const auto& command = process->command;
    const auto uuid = command.daemon == model::DaemonKind::glusterd
                          ? uuid_of_glusterd(command.working_directory)
                          : command.node_uuid;
    if (command.daemon == model::DaemonKind::events) {
      node.daemons.push_back(process);
    } else if (uuid.empty()) {
      nameless.push_back(process);
    } else if (uuid == peer_uuid) {
      take(command.daemon ? node.daemons : node.bricks, process);
    }
  }
  // These say whose they are only by where their pid file lies.
  for (const auto* process : nameless) {
    if (process->command.daemon != model::DaemonKind::glusterd &&
        node.run_directories.contains(process->command.run_directory)) {
      node.daemons.push_back(process);
    }
  }
  return node;
}

/// The processes of bricks by what they are looked up by. Of several that say the same the first one counts.
class BrickProcesses {
 public:
  explicit BrickProcesses(const Node& node) : run_directories_(node.run_directories) {
    for (const auto* process : node.bricks) {
      by_pid_.emplace(process->key.pid, process);
      by_command_.emplace(
          std::pair<std::string_view, std::string_view>(process->command.volume, process->command.brick_path),
          process);
    }
  }

  /// The one that the brick's pid file names, or null.
  [[nodiscard]] const GlusterProcess* by_pid_file(const LocalBrick& brick) const {
    for (const std::filesystem::path run : run_directories_) {
      const auto pid = read_pid_file(run / "vols" / brick.volume / pid_file_name(brick.id));
      if (const auto found = by_pid_.find(pid.value_or(0)); pid && found != by_pid_.end()) {
        return found->second;
      }
    }
    return nullptr;
  }

  [[nodiscard]] const GlusterProcess* by_command_line(const LocalBrick& brick) const {
    const auto found =
        by_command_.find(std::pair<std::string_view, std::string_view>(brick.volume, brick.id.path));
    return found == by_command_.end() ? nullptr : found->second;
  }

 private:
  const std::set<std::string>& run_directories_;
  std::map<int, const GlusterProcess*> by_pid_;
  /// Views of what the processes own.
  std::map<std::pair<std::string_view, std::string_view>, const GlusterProcess*> by_command_;
};

PerBrick<const GlusterProcess*> serving(const Node& node, std::span<const LocalBrick> bricks) {
  const BrickProcesses processes(node);
  PerBrick<const GlusterProcess*> found;
  std::set<const GlusterProcess*> shared;
  for (const auto& brick : bricks) {
    const auto* process = processes.by_pid_file(brick);
    if (process == nullptr) {
      continue;
    }
    found.emplace(brick.id, process);
    const auto& command = process->command;
    if (command.volume != brick.volume || command.brick_path != brick.id.path) {
      shared.insert(process);
    }
  }
  for (const auto& brick : bricks) {
    const auto* process = processes.by_command_line(brick);
    if (process != nullptr && !shared.contains(process)) {
      found.emplace(brick.id, process);
    }
  }
  return found;
}

}  // namespace

ProcessReader::ProcessReader(const std::filesystem::path& proc_root) : table_(proc_root) {}

Result<NodeProcesses> ProcessReader::read(const std::string& peer_uuid, std::span<const LocalBrick> bricks) {
  auto all = table_.read();
  if (!all) {
    return std::unexpected(std::move(all.error()));
  }
  const Node node = node_of(peer_uuid, without_copies(*all));
  NodeProcesses result;
  for (const auto& [id, process] : serving(node, bricks)) {
    result.bricks.emplace(id, BrickProcess{.key = process->key,
                                           .socket = process->command.socket,
                                           .version = process->version,
                                           .usage = process->usage,
                                           .port = process->command.port});
  }
  for (const auto* process : node.daemons) {
    const auto kind = *process->command.daemon;
    result.daemons.push_back({.key = process->key, .kind = kind, .usage = process->usage});
    if (kind == model::DaemonKind::glusterd) {
      result.gluster_version = process->version;
    }
  }
  return result;
}

}  // namespace glusterfs_exporter::gluster::local

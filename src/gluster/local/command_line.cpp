#include "gluster/local/command_line.hpp"

#include <array>
#include <filesystem>
#include <utility>

#include "gluster/values.hpp"

namespace glusterfs_exporter::gluster::local {

namespace {

constexpr std::string_view kDefaultRunDirectory = "/var/run/gluster";
constexpr std::string_view kDefaultWorkingDirectory = "/var/lib/glusterd";

/// The values of the option `name`, in whichever of the forms "NAME VALUE" and "NAME=VALUE".
template <class Use>
void for_each_value(std::span<const std::string> arguments, std::string_view name, Use use) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == name && i + 1 < arguments.size()) {
      use(std::string_view(arguments[++i]));
    } else if (argument.size() > name.size() && argument.starts_with(name) && argument[name.size()] == '=') {
      use(argument.substr(name.size() + 1));
    }
  }
}

std::string value_of(std::span<const std::string> arguments, std::string_view name,
                     std::string_view other = {}) {
  std::string found;
  const auto keep = [&found](std::string_view value) { found = value; };
  for_each_value(arguments, name, keep);
  if (found.empty() && !other.empty()) {
    for_each_value(arguments, other, keep);
  }
  return found;
}

/// The value of the translator's option whose name ends with `key`.
std::string xlator_option(std::span<const std::string> arguments, std::string_view key) {
  std::string found;
  for_each_value(arguments, "--xlator-option", [&](std::string_view option) {
    const auto equals = option.find('=');
    if (equals != std::string_view::npos && option.substr(0, equals).ends_with(key)) {
      found = option.substr(equals + 1);
    }
  });
  return found;
}

/// RUN of RUN/`name`; empty when the folder has another name.
std::string run_directory_above(const std::filesystem::path& folder, std::string_view name) {
  return folder.filename() == name ? folder.parent_path().string() : std::string();
}

/// "49152", or "49152,49153" for TCP and RDMA. Bricks that share a process share its port.
std::optional<std::uint16_t> brick_port(std::span<const std::string> arguments) {
  const auto ports = value_of(arguments, "--brick-port");
  const auto port = to_number<std::uint16_t>(std::string_view(ports).substr(0, ports.find(',')));
  return port != 0 ? port : std::nullopt;
}

GlusterCommand read_glusterd(std::span<const std::string> arguments) {
  GlusterCommand command;
  command.daemon = model::DaemonKind::glusterd;
  command.run_directory = xlator_option(arguments, "management.run-directory");
  command.working_directory = xlator_option(arguments, "management.working-directory");
  if (command.run_directory.empty()) {
    command.run_directory = kDefaultRunDirectory;
  }
  if (command.working_directory.empty()) {
    command.working_directory = kDefaultWorkingDirectory;
  }
  return command;
}

std::optional<GlusterCommand> read_brick(std::span<const std::string> arguments, GlusterCommand command,
                                         const std::filesystem::path& pid_file) {
  command.node_uuid = xlator_option(arguments, ".glusterd-uuid");
  command.brick_path = value_of(arguments, "--brick-name");
  command.port = brick_port(arguments);
  command.run_directory = run_directory_above(pid_file.parent_path().parent_path(), "vols");
  if (command.run_directory.empty()) {
    // A brick of a snapshot has its pid file elsewhere. Names of volumes have no dots.
    const auto volfile = value_of(arguments, "--volfile-id");
    command.volume = volfile.substr(0, volfile.find('.'));
  } else {
    command.volume = pid_file.parent_path().filename().string();
  }
  if (command.node_uuid.empty() || command.brick_path.empty()) {
    return std::nullopt;
  }
  return command;
}

/// Names as in --process-name, and the folder of the pid file; that of a daemon for one volume has a folder
/// for the volume below.
struct DaemonName {
  std::string_view name;
  std::string_view folder;
  bool of_volume;
  model::DaemonKind kind;
};
constexpr std::array kDaemons = {
    DaemonName{"glustershd", "shd", true, model::DaemonKind::self_heal},
    DaemonName{"quotad", "quotad", false, model::DaemonKind::quota},
    DaemonName{"bitd", "bitd", false, model::DaemonKind::bitrot},
    DaemonName{"scrub", "scrub", false, model::DaemonKind::scrubber},
    DaemonName{"snapd", "vols", true, model::DaemonKind::snapshot},
    DaemonName{"nfs", "nfs", false, model::DaemonKind::nfs},
};

}  // namespace

bool may_be_gluster(std::string_view comm) {
  // glustereventsd is a script; started by name of its interpreter it goes by that.
  return comm.starts_with("gluster") || comm.starts_with("python");
}

std::optional<GlusterCommand> read_command(std::string_view comm, std::span<const std::string> arguments) {
  if (arguments.empty()) {
    return std::nullopt;
  }
  if (comm == "glusterd") {
    return read_glusterd(arguments);
  }
  if (comm == "glustereventsd" || comm.starts_with("python")) {
    // The interpreter, its options, the script; what follows are the script's own arguments.
    for (const std::string& argument : arguments.first(std::min<std::size_t>(arguments.size(), 4))) {
      if (argument.ends_with("/glustereventsd")) {
        GlusterCommand command;
        command.daemon = model::DaemonKind::events;
        return command;
      }
    }
    return std::nullopt;
  }
  if (comm != "glusterfs" && comm != "glusterfsd") {
    return std::nullopt;
  }
  GlusterCommand command;
  command.socket = value_of(arguments, "-S", "--socket-file");
  const std::filesystem::path pid_file = value_of(arguments, "-p", "--pid-file");
  const auto name = value_of(arguments, "--process-name");
  if (name == "brick") {
    return read_brick(arguments, std::move(command), pid_file);
  }
  for (const auto& daemon : kDaemons) {
    if (daemon.name == name) {
      command.daemon = daemon.kind;
      command.node_uuid = xlator_option(arguments, ".node-uuid");
      const auto folder = pid_file.parent_path();
      command.run_directory =
          run_directory_above(daemon.of_volume ? folder.parent_path() : folder, daemon.folder);
      return command;
    }
  }
  return std::nullopt;
}

}  // namespace glusterfs_exporter::gluster::local

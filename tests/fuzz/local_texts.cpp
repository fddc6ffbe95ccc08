/// Input: a byte for the kind of text, and what the kernel, a process or `lvs` says on the node itself.
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "gluster/local/command_line.hpp"
#include "gluster/local/filesystem.hpp"
#include "gluster/local/proc.hpp"
#include "gluster/local/thin_pools.hpp"
#include "gluster/values.hpp"
#include "support/fuzz.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

using namespace gluster;
using namespace gluster::local;

void run_stat(std::string_view text) {
  const auto stat = parse_stat(text);
  if (!stat) {
    return;
  }
  const auto comm = "(" + stat->comm + ")";
  const auto at = text.find(comm);
  require(at == text.find('(') && at + comm.size() == text.rfind(')') + 1, "the name is what is in brackets");
  require(stat->state != ' ' && stat->state != '\n', "a state is a letter");
  // The same numbers behind another name.
  const auto again = parse_stat("1 (a (b) c" + std::string(text.substr(text.rfind(')'))));
  require(again && again->comm == "a (b) c" && again->parent == stat->parent &&
              again->start_ticks == stat->start_ticks && again->resident_pages == stat->resident_pages,
          "a name changes no numbers");
}

void run_maps(std::string_view text) {
  const auto version = gluster_version_in(text);
  require(version.find_first_not_of("0123456789.") == std::string::npos, "a version is digits and dots");
  require(version.empty() || text.contains("/glusterfs/" + version + "/xlator/"), "a version is in a path");
  require(major_version(version) >= 0, "a version is not negative");
}

void run_mounts(std::string_view text) {
  constexpr std::string_view kPath = "/bricks/b1/data";
  const auto device = makedev(253, 3);
  const auto mount = find_mount(text, device, kPath);
  Texts texts;
  texts.add(mount.device);
  texts.add(mount.fs_type);
  const auto options = find_mount_options(text, mount);
  texts.add(options);
  require(texts.bytes() <= 2 * kCleaned * text.size(), "text is bounded by what came");
  if (mount == Mount()) {
    return;
  }
  // Whatever else is mounted, this one lies deepest, has the number, and was mounted last.
  const auto more = std::string(text) + "\n36 35 253:3 / /bricks/b1/data rw - xfs /dev/mapper/x rw\n";
  const auto better = find_mount(more, device, kPath);
  require(better == Mount{.device = "/dev/mapper/x", .fs_type = "xfs", .point = "/bricks/b1/data"},
          "the deepest and last mount counts");
  require(find_mount_options(std::string(text) + "\n/dev/mapper/x /bricks/b1/data xfs rw,last 0 0\n",
                             better) == "rw,last",
          "the last options count");
}

void run_thin_pools(std::string_view text) {
  const std::vector<std::string> devices{"/dev/mapper/vg-one", "/dev/dm-5", "/dev/vg/one", ""};
  const auto pools = read_thin_pools(text, devices);
  if (!pools) {
    require(pools.error().kind == ErrorKind::parse, "a bad answer is a parse error");
    require_error(pools.error());
    return;
  }
  for (const auto& [device, pool] : *pools) {
    require(!device.empty() && std::ranges::find(devices, device) != devices.end(), "only who asked is told");
    require(pool.data_used_ratio >= 0 && pool.data_used_ratio <= 1, "a pool is not fuller than full");
    require(!pool.metadata_used_ratio || (*pool.metadata_used_ratio >= 0 && *pool.metadata_used_ratio <= 1),
            "nor its metadata");
  }
}

/// The name of the program, and its arguments, each behind a NUL.
void run_command(std::string_view text) {
  std::vector<std::string> arguments;
  const auto comm = text.substr(0, text.find('\0'));
  text.remove_prefix(std::min(text.size(), comm.size() + 1));
  const auto bytes = text.size();
  while (!text.empty()) {
    arguments.emplace_back(text.substr(0, text.find('\0')));
    text.remove_prefix(std::min(text.size(), arguments.back().size() + 1));
  }
  const auto command = read_command(comm, arguments);
  if (!command) {
    return;
  }
  require(may_be_gluster(comm), "a program that is read is looked at");
  require(command->volume.size() + command->brick_path.size() + command->socket.size() <= bytes,
          "text is bounded by what came");
  require(command->daemon || !command->brick_path.empty(), "a brick's process has a brick");
  if (!arguments.back().starts_with('-')) {  // else it may be an option that lacks its value
    arguments.emplace_back("--unknown=1");
    require(read_command(comm, arguments) == command, "what is not known says nothing");
  }
}

void run_brick(std::string_view text) {
  const auto id = to_brick_id(text);
  require(!id || (!id->host.empty() && id->path.starts_with('/') && id->host + ":" + id->path == text),
          "a brick is HOST:/PATH");
}

void run(std::string_view input) {
  constexpr std::array kKinds{run_stat, run_maps, run_mounts, run_thin_pools, run_command, run_brick};
  const auto kind = take_byte(input) % kKinds.size();
  kKinds.at(kind)(input);
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}

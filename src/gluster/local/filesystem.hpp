#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "common/error.hpp"
#include "gluster/node_records.hpp"

namespace glusterfs_exporter::gluster::local {

/// Which file system a path lies on.
struct Mount {
  std::string device;
  std::string fs_type;

  bool operator==(const Mount&) const = default;
};

/// The mount that `path` lies on, by the text of /proc/self/mountinfo. `path` is absolute and without
/// symbolic links; `device` is its st_dev. A file system that gives its parts numbers of their own (a
/// subvolume of btrfs) has no mount with that number: it is then the one mounted deepest above the path.
/// Empty when there is none.
Mount find_mount(std::string_view mountinfo, dev_t device, std::string_view path);

/// The file system that the folder `path` lies on; sizes as `gluster volume status detail` has them. Opens
/// nothing there. May wait for as long as the disk does. Error: exit, when there is no such folder, with the
/// system's words.
Result<BrickFilesystem> read_filesystem(const std::string& path);

}  // namespace glusterfs_exporter::gluster::local

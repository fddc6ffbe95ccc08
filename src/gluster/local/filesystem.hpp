#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "common/error.hpp"
#include "common/unique_fd.hpp"
#include "gluster/node_records.hpp"

namespace glusterfs_exporter::gluster::local {

/// Which file system a path lies on.
struct Mount {
  std::string device;
  std::string fs_type;
  std::string point;  ///< the folder it is mounted on

  bool operator==(const Mount&) const = default;
};

/// The mount that `path` lies on, by the text of /proc/self/mountinfo. `path` is absolute and without
/// symbolic links; `device` is its st_dev. A file system that gives its parts numbers of their own (a
/// subvolume of btrfs) has no mount with that number: it is then the one mounted deepest above the path.
/// Empty when there is none.
Mount find_mount(std::string_view mountinfo, dev_t device, std::string_view path);

/// The options of `mount` by the text of /proc/self/mounts, which is what `gluster volume status detail`
/// shows: those of the mount and those of the file system in one list. Empty when it is not there.
std::string find_mount_options(std::string_view mounts, const Mount& mount);

/// The mounts that this program sees, as the kernel writes them: read again only when it says that they are
/// others than the last time (proc(5), POLLPRI). For one thread.
class MountTexts {
 public:
  MountTexts();

  struct Texts {
    std::string mountinfo;  ///< of /proc/self/mountinfo; empty when it cannot be read
    std::string mounts;     ///< of /proc/self/mounts; likewise
  };
  const Texts& now();

  struct Found {
    Mount mount;
    std::string options;
  };
  /// What find_mount() and find_mount_options() find now. It is looked for once and then kept while the
  /// mounts stay the same: with a file system for each brick the texts are as long as there are bricks to ask
  /// about. Valid until the next call.
  const Found& find(dev_t device, const std::string& path);

 private:
  UniqueFd changes_;  // of /proc/self/mountinfo
  bool read_ = false;
  Texts texts_;
  std::map<std::pair<dev_t, std::string>, Found> found_;
};

/// The file system that the folder `path` lies on; sizes as `gluster volume status detail` has them. Opens
/// nothing there. May wait for as long as the disk does. Error: exit, when there is no such folder, with the
/// system's words.
Result<BrickFilesystem> read_filesystem(const std::string& path, MountTexts& mounts);

}  // namespace glusterfs_exporter::gluster::local

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

/// The names of what bricks count, by Gluster's numbers.
namespace glusterfs_exporter::gluster {

/// File operations (glusterfs-fops.h).
inline constexpr std::array<std::string_view, 59> kFops{
    "NULL",      "STAT",       "READLINK",       "MKNOD",        "MKDIR",       "UNLINK",      "RMDIR",
    "SYMLINK",   "RENAME",     "LINK",           "TRUNCATE",     "OPEN",        "READ",        "WRITE",
    "STATFS",    "FLUSH",      "FSYNC",          "SETXATTR",     "GETXATTR",    "REMOVEXATTR", "OPENDIR",
    "FSYNCDIR",  "ACCESS",     "CREATE",         "FTRUNCATE",    "FSTAT",       "LK",          "LOOKUP",
    "READDIR",   "INODELK",    "FINODELK",       "ENTRYLK",      "FENTRYLK",    "XATTROP",     "FXATTROP",
    "FGETXATTR", "FSETXATTR",  "RCHECKSUM",      "SETATTR",      "FSETATTR",    "READDIRP",    "FORGET",
    "RELEASE",   "RELEASEDIR", "GETSPEC",        "FREMOVEXATTR", "FALLOCATE",   "DISCARD",     "ZEROFILL",
    "IPC",       "SEEK",       "LEASE",          "COMPOUND",     "GETACTIVELK", "SETACTIVELK", "PUT",
    "ICREATE",   "NAMELINK",   "COPY_FILE_RANGE"};

/// Upcalls. The CLI prints them after the fops under the names that *fops* of these numbers have.
inline constexpr std::array<std::string_view, 8> kUpcalls{
    "NULL", "UPCALL", "CI_IATT", "CI_XATTR", "CI_RENAME", "CI_UNLINK", "CI_FORGET", "LEASE_RECALL"};

constexpr std::optional<std::size_t> fop_number(std::string_view name) {
  const auto* found = std::ranges::find(kFops, name);
  if (found == kFops.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - kFops.begin());
}

/// Gluster counts these, but never how long they take.
constexpr bool is_timed_fop(std::string_view name) {
  return name != "FORGET" && name != "RELEASE" && name != "RELEASEDIR";
}

}  // namespace glusterfs_exporter::gluster

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"

namespace glusterfs_exporter::gluster::local {

/// The first `limit` bytes of a file, fewer when it is shorter; nothing when it cannot be read. Does not wait
/// for the writer of a pipe.
std::optional<std::string> read_start(const std::filesystem::path& path, std::size_t limit);

/// What stands in /proc/PID/stat, as proc(5) has it.
struct ProcStat {
  std::string comm;  ///< name of the program, cut after 15 bytes; any bytes
  char state = 0;
  int parent = 0;
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  std::uint64_t threads = 0;
  std::uint64_t start_ticks = 0;
  std::uint64_t resident_pages = 0;

  /// Neither a zombie, which only waits to be reaped, nor on its way out.
  [[nodiscard]] bool lives() const { return state != 'Z' && state != 'X' && state != 'x'; }
};

/// Nothing when `text` is not such a line.
std::optional<ProcStat> parse_stat(std::string_view text);

/// The version in the path of a translator that is mapped: "10.3" of "…/glusterfs/10.3/xlator/…". Empty when
/// no path is of that form or the version is not digits and dots.
std::string gluster_version_in(std::string_view maps);

/// One entry of the folder /proc. The inode is the kernel's for this process: a later process with the same
/// number has another. (The same process may get another when the kernel is short of memory.)
struct ProcEntry {
  int pid = 0;
  ino_t inode = 0;
};

/// Reads files of /proc. A process may be gone at any time, so what cannot be read is nothing, not an error.
class Proc {
 public:
  explicit Proc(const std::filesystem::path& root);

  /// Error: exit, when the folder cannot be read.
  [[nodiscard]] Result<std::vector<ProcEntry>> processes() const;

  [[nodiscard]] std::optional<ProcStat> stat(int pid) const;
  /// At most 64 KiB of them: an argument that is cut there, and those after it, are left out. UTF-8.
  [[nodiscard]] std::vector<std::string> arguments(int pid) const;
  /// Empty when it is not to be had: forbidden, or the process has not loaded its translators yet.
  [[nodiscard]] std::string gluster_version(int pid) const;
  [[nodiscard]] std::optional<std::uint64_t> open_fds(int pid) const;
  /// Inode numbers of its sockets, in order. Nothing when they cannot be read or it has more than 1,000 files
  /// open.
  [[nodiscard]] std::optional<std::vector<std::uint64_t>> open_sockets(int pid) const;
  /// When the machine started, in seconds since the epoch.
  [[nodiscard]] std::optional<std::uint64_t> boot_time() const;

 private:
  [[nodiscard]] std::string path(int pid, const char* file) const;

  std::string root_;
  bool kernel_counts_fds_ = false;  ///< the size of /proc/PID/fd is the number of its entries (Linux 6.2)
};

}  // namespace glusterfs_exporter::gluster::local

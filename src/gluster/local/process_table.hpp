#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/error.hpp"
#include "gluster/local/command_line.hpp"
#include "gluster/local/proc.hpp"
#include "gluster/node_records.hpp"

namespace glusterfs_exporter::gluster::local {

/// A living process of Gluster's, of whichever node on this machine.
struct GlusterProcess {
  ProcessKey key;
  int parent = 0;
  GlusterCommand command;
  std::string version;
  model::ProcessUsage usage;
};

/// All living processes of Gluster's on this machine, found anew by each read() at little cost: one listing
/// of /proc, one file of each process known to be Gluster's, and one of every tenth of the others. A new
/// process is seen by the next read(); one that was looked at under another program's name and became
/// Gluster's later (a script that ends in `exec glusterd`) by the tenth at the latest.
class ProcessTable {
 public:
  explicit ProcessTable(const std::filesystem::path& proc_root);

  /// By pid; valid until the next call. Error: exit, when /proc cannot be read.
  Result<std::vector<const GlusterProcess*>> read();

 private:
  struct Seen {
    ino_t inode = 0;
    std::uint64_t first_read = 0;
    std::uint64_t last_read = 0;
    std::string comm;
    std::optional<GlusterProcess> process;  ///< when it is one of Gluster's
  };

  void look(int pid, Seen& seen);
  void follow_clock();
  [[nodiscard]] std::chrono::system_clock::time_point start_time(std::uint64_t ticks) const;

  Proc proc_;
  std::uint64_t ticks_per_second_;
  std::uint64_t page_bytes_;
  std::uint64_t reads_ = 0;
  std::optional<std::uint64_t> boot_time_;
  std::chrono::nanoseconds clock_offset_{};  ///< between the wall clock and the time since boot
  std::unordered_map<int, Seen> seen_;
};

}  // namespace glusterfs_exporter::gluster::local

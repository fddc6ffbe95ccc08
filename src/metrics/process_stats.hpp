#pragma once

#include <cstdint>
#include <optional>

namespace glusterfs_exporter::metrics {

/// What the kernel says about this process, as Prometheus' client libraries show it. Absent: could not be
/// read.
struct ProcessStats {
  std::optional<double> cpu_seconds;
  std::optional<std::uint64_t> resident_bytes;
  std::optional<std::uint64_t> virtual_bytes;
  std::optional<std::uint64_t> open_fds;
  std::optional<std::uint64_t> max_fds;
  std::optional<std::uint64_t> threads;
  std::optional<double> start_time_seconds;  ///< since the epoch
};

/// Reads /proc/self.
ProcessStats read_process_stats();

}  // namespace glusterfs_exporter::metrics

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a node can tell of itself alone: its processes and what a brick's process says about its own work.
namespace glusterfs_exporter::model {

/// What a process takes from its node, as the kernel counts it.
struct ProcessUsage {
  std::chrono::system_clock::time_point start_time;
  double cpu_seconds = 0;  ///< user and system, since its start
  std::uint64_t resident_bytes = 0;
  std::uint64_t threads = 0;
  std::optional<std::uint64_t> open_fds;  ///< absent when this program may not look

  bool operator==(const ProcessUsage&) const = default;
};

/// One connection of a client to a brick. Gluster's own daemons and its mounts are clients too.
struct BrickClient {
  std::string host;  ///< without the port, which changes and means nothing
  std::string name;  ///< the kind of client, "glustershd"; "unknown" where the client does not say
  std::uint64_t bytes_read = 0;     ///< by the brick from the client
  std::uint64_t bytes_written = 0;  ///< by the brick to the client
  std::uint64_t op_version = 0;     ///< the highest the client knows

  bool operator==(const BrickClient&) const = default;
};

/// The heap of a brick's process, by its C library; all bytes. Bricks that share a process share it.
struct BrickMemory {
  std::uint64_t in_use = 0;
  std::uint64_t free = 0;    ///< taken from the system and not in use
  std::uint64_t mapped = 0;  ///< large blocks, each with a mapping of its own

  bool operator==(const BrickMemory&) const = default;
};

/// What a brick keeps in memory of its files and directories, in inodes.
struct BrickInodeTable {
  std::uint64_t active = 0;     ///< in use by a client
  std::uint64_t lru = 0;        ///< kept because they may be used again
  std::uint64_t lru_limit = 0;  ///< how many of those are kept at most
  std::uint64_t purge = 0;      ///< waiting to be let go

  bool operator==(const BrickInodeTable&) const = default;
};

/// What a brick's process answers about itself.
struct BrickInternals {
  std::vector<BrickClient> clients;
  std::optional<BrickMemory> memory;
  std::optional<BrickInodeTable> inode_table;
  std::optional<std::uint64_t> pending_calls;  ///< operations in work, the question itself left out

  bool operator==(const BrickInternals&) const = default;
};

/// The thin pool of LVM that a brick's file system lies in.
struct ThinPool {
  std::uint64_t size_bytes = 0;
  double data_used_ratio = 0;  ///< 0 to 1
  std::optional<double> metadata_used_ratio;

  bool operator==(const ThinPool&) const = default;
};

}  // namespace glusterfs_exporter::model

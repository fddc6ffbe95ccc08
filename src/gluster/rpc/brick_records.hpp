#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What only a brick itself tells, and only when asked over its socket.
namespace glusterfs_exporter::gluster::rpc {

/// One connection of a client to a brick. Gluster's own daemons and its mounts are clients too.
struct BrickClientRecord {
  std::string host;  ///< without the port, which changes and means nothing
  std::string name;  ///< the kind of client, "glustershd"; "unknown" where the client does not say
  std::uint64_t bytes_read = 0;     ///< by the brick from the client
  std::uint64_t bytes_written = 0;  ///< by the brick to the client
  std::uint64_t op_version = 0;     ///< the highest the client knows
};

using BrickClients = std::vector<BrickClientRecord>;

/// The heap of a brick's process, by its C library; all bytes. Bricks that share a process share it.
struct BrickMemory {
  std::uint64_t in_use = 0;
  std::uint64_t free = 0;    ///< taken from the system and not in use
  std::uint64_t mapped = 0;  ///< large blocks, each with a mapping of its own
};

/// What a brick keeps in memory of its files and directories, in inodes.
struct BrickInodeTable {
  std::uint64_t active = 0;     ///< in use by a client
  std::uint64_t lru = 0;        ///< kept because they may be used again
  std::uint64_t lru_limit = 0;  ///< how many of those are kept at most
  std::uint64_t purge = 0;      ///< waiting to be let go
};

}  // namespace glusterfs_exporter::gluster::rpc

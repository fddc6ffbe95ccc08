#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace glusterfs_exporter::model {

/// One file operation of one brick since its process started (Gluster's cumulative interval).
struct FopStats {
  std::string fop;  ///< Gluster's name, "LOOKUP"
  std::uint64_t count = 0;
  /// Gluster measures how long this fop takes; FORGET, RELEASE and RELEASEDIR are only counted.
  bool timed = true;
  double seconds_total = 0;
  double seconds_min = 0;
  double seconds_max = 0;

  bool operator==(const FopStats&) const = default;
};

struct UpcallStats {
  std::string upcall;  ///< "CI_IATT"
  std::uint64_t count = 0;

  bool operator==(const UpcallStats&) const = default;
};

/// How many operations had a size of at least `size` and less than twice that.
struct BlockCount {
  std::uint64_t size = 0;  ///< bytes, a power of two
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;

  bool operator==(const BlockCount&) const = default;
};

/// What a brick's io-stats translator counted since the brick started. Present only while profiling is on.
struct BrickProfile {
  std::vector<FopStats> fops;
  std::vector<UpcallStats> upcalls;
  std::vector<BlockCount> blocks;  ///< ascending by size
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;

  bool operator==(const BrickProfile&) const = default;
};

}  // namespace glusterfs_exporter::model

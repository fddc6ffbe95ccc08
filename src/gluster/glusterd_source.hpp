#pragma once

#include <cstdint>

#include "common/error.hpp"
#include "gluster/answered.hpp"
#include "gluster/records.hpp"

namespace glusterfs_exporter::gluster {

/// What the local glusterd answers at once and without any lock, whichever way it is asked. Every question
/// only reads and blocks until the answer, the deadline, or this program's end. For one thread at a time.
class GlusterdSource {
 public:
  virtual ~GlusterdSource() = default;

  virtual Result<Answered<Topology>> topology() = 0;
  virtual Result<Answered<PeerList>> peers() = 0;
  /// The operating version of the cluster.
  virtual Result<Answered<std::uint64_t>> op_version() = 0;
};

}  // namespace glusterfs_exporter::gluster

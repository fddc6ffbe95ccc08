#pragma once

#include <cstdint>

namespace glusterfs_exporter::model {

/// Whether data can be read and written.
enum class Health : std::uint8_t {
  up,        ///< every brick is online
  degraded,  ///< some brick is not, and every subvolume still serves
  partial,   ///< some subvolume does not serve: part of the files is out of reach
  down,      ///< no subvolume serves
  unknown,   ///< what is known of the bricks allows more than one of the above
};

enum class ClusterHealth : std::uint8_t { ok, degraded, critical, unknown };

}  // namespace glusterfs_exporter::model

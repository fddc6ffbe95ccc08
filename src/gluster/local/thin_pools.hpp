#pragma once

#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "model/node.hpp"

namespace glusterfs_exporter::gluster::local {

/// By device, those of `devices` that are thin volumes, each with its pool; from what `lvs` prints as JSON
/// with the options that find_thin_pools gives it. A device is known by any of its names: /dev/VG/LV,
/// /dev/mapper/VG-LV, /dev/dm-N. A pool that is not active tells no use and is left out. Error: parse.
Result<std::map<std::string, model::ThinPool>> read_thin_pools(std::string_view json,
                                                               std::span<const std::string> devices);

/// The same, asking `lvs`, which takes LVM's locks for reading. Runs nothing, and finds nothing, when no
/// device is the device mapper's or `lvs` is not installed. At most 20 s. Errors: those of run_process, exit
/// when `lvs` fails, parse.
Result<std::map<std::string, model::ThinPool>> find_thin_pools(std::span<const std::string> devices,
                                                               const std::stop_token& stop);

}  // namespace glusterfs_exporter::gluster::local

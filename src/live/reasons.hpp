#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/snapshot.hpp"

namespace glusterfs_exporter::live {

/// No more sentences than these, the last of which then says how many are missing.
inline constexpr std::size_t kMaxReasons = 50;

/// Why the cluster's health is what it is, a sentence for each thing that is wrong or not known, the worst
/// first: "volume rep3 is degraded: brick node1:/srv/rep3 is offline". Empty when all is well. Pure.
std::vector<std::string> health_reasons(const model::Snapshot& snapshot);

/// How the sentence begins about a volume whose health is not known.
std::string unknown_volume(std::string_view name);

}  // namespace glusterfs_exporter::live

#pragma once

#include <nlohmann/json_fwd.hpp>

namespace glusterfs_exporter::webhook {

/// Whether something happened between two states (docs/api.md): other than numbers and times, which differ
/// with every picture, something came, went or is another. `change` is the merge patch that makes the second
/// of `before`. Busiest files do not count. Pure.
bool is_notable(const nlohmann::json& before, const nlohmann::json& change);

}  // namespace glusterfs_exporter::webhook

#pragma once

#include <nlohmann/json.hpp>
#include <optional>

namespace glusterfs_exporter::exchange {

/// What an exporter that leads says of the cluster, out of a document that anybody may have sent: only the
/// members that docs/api.md names, with the types they have there. Whatever else there is (unknown members,
/// values of another type, unknown words, texts beyond kMaxTextBytes, objects without what they must have) is
/// left out, so that a newer or a broken leader spoils nothing. Nothing when not even `taken_at` is there.
/// As large as `json` at most.
std::optional<nlohmann::json> clean_cluster_part(const nlohmann::json& json);

}  // namespace glusterfs_exporter::exchange

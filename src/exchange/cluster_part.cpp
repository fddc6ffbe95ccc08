#include "exchange/cluster_part.hpp"

#include <array>

#include "input/state_shapes.hpp"

namespace glusterfs_exporter::exchange {

using namespace input;

namespace {

constexpr Shape kBricks = map_of(kBrick);
constexpr auto kVolumeMembers =
    joined(kVolumeKnowledge, std::array{Member{"subvolumes", &kSubvolumes}, Member{"bricks", &kBricks}});
constexpr Shape kVolume = object_of(kVolumeMembers);
constexpr Shape kVolumes = map_of(kVolume);

constexpr std::array kClusterMembers{Member{"taken_at", &kTime, true}, Member{"health", &kClusterHealth},
                                     Member{"reasons", &kReasons},     Member{"max_op_version", &kWhole},
                                     Member{"volumes", &kVolumes},     Member{"daemons", &kDaemons}};
constexpr Shape kCluster = object_of(kClusterMembers);

}  // namespace

std::optional<nlohmann::json> clean_cluster_part(const nlohmann::json& json) {
  return clean(json, kCluster);
}

}  // namespace glusterfs_exporter::exchange

#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "model/health.hpp"

namespace glusterfs_exporter::metrics {

inline constexpr std::array<std::pair<model::Health, std::string_view>, 5> kHealthStates{
    {{model::Health::up, "up"},
     {model::Health::degraded, "degraded"},
     {model::Health::partial, "partial"},
     {model::Health::down, "down"},
     {model::Health::unknown, "unknown"}}};

/// A subvolume is whole or not; it cannot be up in part.
inline constexpr std::array<std::pair<model::Health, std::string_view>, 4> kSubvolumeHealthStates{
    {{model::Health::up, "up"},
     {model::Health::degraded, "degraded"},
     {model::Health::down, "down"},
     {model::Health::unknown, "unknown"}}};

}  // namespace glusterfs_exporter::metrics

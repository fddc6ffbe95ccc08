#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "model/snapshot.hpp"

namespace glusterfs_exporter::model {

/// Daemons by the names that the label `daemon` has.
inline constexpr std::array<std::pair<DaemonKind, std::string_view>, 8> kDaemonNames{{
    {DaemonKind::glusterd, "glusterd"},
    {DaemonKind::events, "glustereventsd"},
    {DaemonKind::self_heal, "shd"},
    {DaemonKind::quota, "quotad"},
    {DaemonKind::bitrot, "bitd"},
    {DaemonKind::scrubber, "scrub"},
    {DaemonKind::snapshot, "snapd"},
    {DaemonKind::nfs, "nfs"},
}};

constexpr std::string_view daemon_name(DaemonKind kind) {
  return std::ranges::find(kDaemonNames, kind, &std::pair<DaemonKind, std::string_view>::first)->second;
}

/// Nothing for a name that no daemon has.
constexpr std::optional<DaemonKind> daemon_kind(std::string_view name) {
  const auto* found = std::ranges::find(kDaemonNames, name, &std::pair<DaemonKind, std::string_view>::second);
  return found == kDaemonNames.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace glusterfs_exporter::model

#include <algorithm>
#include <charconv>
#include <string_view>

#include "model/assess.hpp"

namespace glusterfs_exporter::model {

namespace {

std::string_view option(const Volume& volume, std::string_view name) {
  const auto found = volume.options.find(name);
  return found == volume.options.end() ? std::string_view{} : std::string_view(found->second);
}

std::size_t number_option(const Volume& volume, std::string_view name, std::size_t otherwise) {
  const auto text = option(volume, name);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

/// Whether a brick counts as online when its state is not known.
enum class Assume : std::uint8_t { online, offline };

bool is_online(const Brick& brick, Assume assume) {
  return brick.online.value_or(assume == Assume::online);
}

/// AFR's client quorum: with `auto`, the default from three replicas on, more than half, or just half with
/// the first brick among them; with `fixed` as many as the option says; with `none` any brick that holds
/// data.
bool replica_set_serves(const Volume& volume, const Subvolume& subvolume, Assume assume) {
  const auto& bricks = subvolume.bricks;
  const auto online = static_cast<std::size_t>(
      std::ranges::count_if(bricks, [&](const Brick& brick) { return is_online(brick, assume); }));
  const bool data_online = std::ranges::any_of(
      bricks, [&](const Brick& brick) { return !brick.arbiter && is_online(brick, assume); });
  if (!data_online) {
    return false;
  }
  auto type = option(volume, "cluster.quorum-type");
  if (type.empty()) {
    type = bricks.size() >= 3 ? "auto" : "none";
  }
  if (type == "fixed") {
    return online >= number_option(volume, "cluster.quorum-count", 1);
  }
  if (type == "auto") {
    return online * 2 > bricks.size() || (online * 2 == bricks.size() && is_online(bricks.front(), assume));
  }
  return true;
}

bool disperse_set_serves(const Volume& volume, const Subvolume& subvolume, Assume assume) {
  const auto online = static_cast<std::size_t>(
      std::ranges::count_if(subvolume.bricks, [&](const Brick& brick) { return is_online(brick, assume); }));
  const std::size_t needed =
      subvolume.bricks.size() - std::min<std::size_t>(volume.redundancy_bricks, subvolume.bricks.size());
  return online >= std::max(needed, number_option(volume, "disperse.quorum-count", 0));
}

bool serves(const Volume& volume, const Subvolume& subvolume, Assume assume) {
  if (volume.disperse_bricks > 0) {
    return disperse_set_serves(volume, subvolume, assume);
  }
  if (volume.replica_bricks > 1) {
    return replica_set_serves(volume, subvolume, assume);
  }
  return std::ranges::all_of(subvolume.bricks, [&](const Brick& brick) { return is_online(brick, assume); });
}

Health subvolume_health(const Volume& volume, const Subvolume& subvolume, Assume assume) {
  if (std::ranges::all_of(subvolume.bricks, [&](const Brick& brick) { return is_online(brick, assume); })) {
    return Health::up;
  }
  return serves(volume, subvolume, assume) ? Health::degraded : Health::down;
}

Health volume_health(const Volume& volume, Assume assume) {
  std::size_t down = 0;
  bool degraded = false;
  for (const auto& subvolume : volume.subvolumes) {
    const auto health = subvolume_health(volume, subvolume, assume);
    down += health == Health::down ? 1 : 0;
    degraded = degraded || health == Health::degraded;
  }
  if (down == volume.subvolumes.size()) {
    return Health::down;
  }
  if (down > 0) {
    return Health::partial;
  }
  return degraded ? Health::degraded : Health::up;
}

Health agreed(Health best, Health worst) {
  return best == worst ? best : Health::unknown;
}

}  // namespace

void assess_health(Volume& volume) {
  if (volume.status != VolumeStatus::started || volume.subvolumes.empty()) {
    return;
  }
  for (auto& subvolume : volume.subvolumes) {
    subvolume.health = agreed(subvolume_health(volume, subvolume, Assume::online),
                              subvolume_health(volume, subvolume, Assume::offline));
    const bool best = serves(volume, subvolume, Assume::online);
    if (best == serves(volume, subvolume, Assume::offline)) {
      subvolume.quorum_met = best;
    }
  }
  volume.health = agreed(volume_health(volume, Assume::online), volume_health(volume, Assume::offline));
}

void assess_server_quorum(Volume& volume, std::span<const Peer> peers) {
  if (option(volume, "cluster.server-quorum-type") != "server" || peers.empty()) {
    return;
  }
  auto ratio = option(volume, "cluster.server-quorum-ratio");
  if (ratio.ends_with('%')) {
    ratio.remove_suffix(1);
  }
  double percent = 0;
  const auto parsed = std::from_chars(ratio.data(), ratio.data() + ratio.size(), percent);
  const auto all = static_cast<double>(peers.size());
  const auto connected = static_cast<double>(std::ranges::count_if(peers, &Peer::connected));
  // Without a ratio of the user's, glusterd asks for more than half.
  volume.server_quorum_met =
      parsed.ec == std::errc{} ? connected * 100 >= all * percent : connected * 2 > all;
}

ClusterHealth cluster_health(const Snapshot& snapshot) {
  if (!snapshot.volumes_known) {
    return ClusterHealth::unknown;
  }
  const auto any_volume = [&](auto... health) {
    return std::ranges::any_of(snapshot.volumes,
                               [&](const Volume& volume) { return ((volume.health == health) || ...); });
  };
  if (any_volume(Health::down, Health::partial)) {
    return ClusterHealth::critical;
  }
  if (any_volume(Health::degraded) ||
      std::ranges::any_of(snapshot.peers, [](const Peer& peer) { return !peer.connected; })) {
    return ClusterHealth::degraded;
  }
  if (any_volume(Health::unknown) || !snapshot.peers_known) {
    return ClusterHealth::unknown;
  }
  return ClusterHealth::ok;
}

std::optional<std::uint64_t> heal_pending_entries(const Volume& volume) {
  std::uint64_t sum = 0;
  bool any = false;
  for (const auto& subvolume : volume.subvolumes) {
    for (const auto& brick : subvolume.bricks) {
      if (brick.heal_pending_entries) {
        sum += *brick.heal_pending_entries;
        any = true;
      } else if (brick.online.value_or(true)) {
        return std::nullopt;
      }
    }
  }
  return any ? std::optional(sum) : std::nullopt;
}

std::size_t Volume::brick_count() const {
  std::size_t count = 0;
  for (const auto& subvolume : subvolumes) {
    count += subvolume.bricks.size();
  }
  return count;
}

}  // namespace glusterfs_exporter::model

#include "live/reasons.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <string_view>

#include "model/names.hpp"

namespace glusterfs_exporter::live {
namespace {

using model::Health;

/// How many bricks a sentence names.
constexpr std::size_t kMaxNamed = 3;

/// "brick a is offline", "bricks a, b, c and 4 more are offline"; empty without bricks.
std::string bricks_are(const std::vector<std::string>& bricks, std::string_view what) {
  if (bricks.empty()) {
    return {};
  }
  const auto named = std::min(bricks.size(), kMaxNamed);
  auto text =
      fmt::format("brick{} {}", bricks.size() == 1 ? "" : "s",
                  fmt::join(bricks.begin(), bricks.begin() + static_cast<std::ptrdiff_t>(named), ", "));
  if (bricks.size() > named) {
    text += fmt::format(" and {} more", bricks.size() - named);
  }
  return fmt::format("{} {} {}", text, bricks.size() == 1 ? "is" : "are", what);
}

std::string_view what_it_is(Health health) {
  switch (health) {
    case Health::partial:
      return "serves only a part of its files";
    case Health::unknown:
      return "is in an unknown state";
    case Health::down:
      return "is down";
    case Health::degraded:
    case Health::up:
      break;
  }
  return "is degraded";
}

std::string volume_sentence(const model::Volume& volume, Health health) {
  std::vector<std::string> offline;
  std::vector<std::string> unknown;
  for (const auto& subvolume : volume.subvolumes) {
    for (const auto& brick : subvolume.bricks) {
      if (!brick.online) {
        unknown.push_back(brick_name(brick.id));
      } else if (!*brick.online) {
        offline.push_back(brick_name(brick.id));
      }
    }
  }
  auto text = fmt::format("volume {} {}", volume.name, what_it_is(health));
  std::string_view separator = ": ";
  for (const auto& part : {bricks_are(offline, "offline"), bricks_are(unknown, "in an unknown state")}) {
    if (!part.empty()) {
      text += separator;
      text += part;
      separator = ", ";
    }
  }
  return text;
}

void shorten(std::vector<std::string>& reasons) {
  if (reasons.size() > kMaxReasons) {
    const auto missing = reasons.size() - (kMaxReasons - 1);
    reasons.resize(kMaxReasons - 1);
    reasons.push_back(fmt::format("and {} more", missing));
  }
}

}  // namespace

std::string unknown_volume(std::string_view name) {
  return fmt::format("volume {} {}", name, what_it_is(Health::unknown));
}

std::vector<std::string> health_reasons(const model::Snapshot& snapshot) {
  std::vector<std::string> reasons;
  if (snapshot.up == false) {
    reasons.emplace_back("glusterd on this node does not answer");
  }
  if (!snapshot.volumes_known) {
    reasons.emplace_back("the volumes are not known");
  }
  for (const auto health : std::array{Health::down, Health::partial, Health::degraded, Health::unknown}) {
    for (const auto& volume : snapshot.volumes) {
      if (volume.health == health) {
        reasons.push_back(volume_sentence(volume, health));
      }
    }
  }
  if (!snapshot.peers_known) {
    reasons.emplace_back("the peers are not known");
  }
  for (const auto& peer : snapshot.peers) {
    if (!peer.connected) {
      reasons.push_back(fmt::format("peer {} is disconnected", peer.host.empty() ? peer.uuid : peer.host));
    }
  }
  shorten(reasons);
  return reasons;
}

}  // namespace glusterfs_exporter::live

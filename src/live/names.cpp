#include "live/names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace glusterfs_exporter::live {
namespace {

using Words = std::pair<std::string_view, std::string_view>;

constexpr std::array<Words, 3> kPeerStates{{{"Peer in Cluster", "in_cluster"},
                                            {"Peer Rejected", "rejected"},
                                            {"Peer detach in progress", "detaching"}}};

constexpr std::array<Words, 7> kWorkerStates{{{"Active", "active"},
                                              {"Passive", "passive"},
                                              {"Faulty", "faulty"},
                                              {"Initializing...", "initializing"},
                                              {"Created", "created"},
                                              {"Stopped", "stopped"},
                                              {"Paused", "paused"}}};

constexpr std::array<Words, 3> kCrawlStates{
    {{"Hybrid Crawl", "hybrid"}, {"History Crawl", "history"}, {"Changelog Crawl", "changelog"}}};

template <class Table>
std::string_view look_up(const Table& table, std::string_view words, std::string_view otherwise) {
  const auto* found = std::ranges::find(table, words, &Words::first);
  return found == table.end() ? otherwise : found->second;
}

}  // namespace

// Without a default, so that the compiler tells when a state has no name.

std::string_view name_of(model::Health health) {
  switch (health) {
    case model::Health::up:
      return "up";
    case model::Health::degraded:
      return "degraded";
    case model::Health::partial:
      return "partial";
    case model::Health::down:
      return "down";
    case model::Health::unknown:
      break;
  }
  return "unknown";
}

std::string_view name_of(model::ClusterHealth health) {
  switch (health) {
    case model::ClusterHealth::ok:
      return "ok";
    case model::ClusterHealth::degraded:
      return "degraded";
    case model::ClusterHealth::critical:
      return "critical";
    case model::ClusterHealth::unknown:
      break;
  }
  return "unknown";
}

std::string_view name_of(model::VolumeType type) {
  switch (type) {
    case model::VolumeType::distribute:
      return "distribute";
    case model::VolumeType::replicate:
      return "replicate";
    case model::VolumeType::disperse:
      return "disperse";
    case model::VolumeType::distributed_replicate:
      return "distributed_replicate";
    case model::VolumeType::distributed_disperse:
      return "distributed_disperse";
    case model::VolumeType::unknown:
      break;
  }
  return "unknown";
}

std::string_view name_of(model::VolumeStatus status) {
  switch (status) {
    case model::VolumeStatus::created:
      return "created";
    case model::VolumeStatus::started:
      return "started";
    case model::VolumeStatus::stopped:
      return "stopped";
  }
  return "unknown";
}

std::string_view name_of(model::TaskKind kind) {
  switch (kind) {
    case model::TaskKind::rebalance:
      return "rebalance";
    case model::TaskKind::remove_brick:
      return "remove_brick";
  }
  return "unknown";
}

std::string_view name_of(model::TaskState state) {
  switch (state) {
    case model::TaskState::not_started:
      return "not_started";
    case model::TaskState::in_progress:
      return "in_progress";
    case model::TaskState::stopped:
      return "stopped";
    case model::TaskState::completed:
      return "completed";
    case model::TaskState::failed:
      return "failed";
    case model::TaskState::unknown:
      break;
  }
  return "unknown";
}

std::string_view name_of(model::ScrubState state) {
  switch (state) {
    case model::ScrubState::idle:
      return "idle";
    case model::ScrubState::in_progress:
      return "in_progress";
    case model::ScrubState::paused:
      return "paused";
    case model::ScrubState::unknown:
      break;
  }
  return "unknown";
}

std::string_view name_of(model::TopCall call) {
  switch (call) {
    case model::TopCall::open:
      return "open";
    case model::TopCall::read:
      return "read";
    case model::TopCall::write:
      return "write";
    case model::TopCall::opendir:
      return "opendir";
    case model::TopCall::readdir:
      return "readdir";
  }
  return "unknown";
}

std::string_view peer_state_name(std::string_view words) {
  return look_up(kPeerStates, words, "handshake");
}

std::string_view worker_state_name(std::string_view words) {
  return look_up(kWorkerStates, words, "unknown");
}

std::string_view crawl_state_name(std::string_view words) {
  return look_up(kCrawlStates, words, "unknown");
}

std::string brick_name(const model::BrickId& id) {
  return id.host + ":" + id.path;
}

}  // namespace glusterfs_exporter::live

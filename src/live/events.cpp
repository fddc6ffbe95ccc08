#include "live/events.hpp"

#include <fmt/format.h>

#include <string_view>

#include "common/time_text.hpp"
#include "model/names.hpp"

namespace glusterfs_exporter::live {
namespace {

using model::Health;

Seen::Volume see_volume(const model::Volume& volume, const Seen::Volume* before) {
  Seen::Volume seen;
  seen.backlog = volume.heal_backlog_since.has_value();
  if (volume.health.value_or(Health::unknown) != Health::unknown) {
    seen.health = volume.health;
  } else if (before != nullptr) {
    seen.health = before->health;
  }
  for (const auto& subvolume : volume.subvolumes) {
    for (const auto& brick : subvolume.bricks) {
      if (brick.online) {
        seen.bricks[brick.id] = *brick.online;
      } else if (before != nullptr && before->bricks.contains(brick.id)) {
        seen.bricks[brick.id] = before->bricks.at(brick.id);
      }
    }
  }
  return seen;
}

/// Calls `tell(key, before, after)` for what is in both maps.
template <class Map, class Tell>
void each_in_both(const Map& before, const Map& after, Tell tell) {
  for (const auto& [key, now] : after) {
    if (const auto found = before.find(key); found != before.end()) {
      tell(key, found->second, now);
    }
  }
}

/// Collects the events of one moment.
struct Teller {
  model::Time time;
  std::vector<Event> events;

  void tell(std::string_view kind, std::string text, std::map<std::string, std::string> labels) {
    events.push_back({.id = 0,
                      .kind = std::string(kind),
                      .text = std::move(text),
                      .labels = std::move(labels),
                      .time = time});
  }
};

void tell_of_leader(Teller& teller, const Seen& before, const Seen& after) {
  if (before.leader && after.leader && before.leader != after.leader) {
    teller.tell("leader_changed",
                *after.leader ? "this exporter speaks for the cluster now"
                              : "this exporter no longer speaks for the cluster",
                {{"leader", *after.leader ? "1" : "0"}});
  }
}

void tell_of_peers(Teller& teller, const Seen& before, const Seen& after) {
  each_in_both(before.peers, after.peers,
               [&](const std::string& uuid, const Seen::Peer& was, const Seen::Peer& is) {
                 if (was.connected != is.connected) {
                   teller.tell(is.connected ? "peer_connected" : "peer_disconnected",
                               fmt::format("peer {} was {}", is.host.empty() ? uuid : is.host,
                                           is.connected ? "connected" : "disconnected"),
                               {{"host", is.host}, {"peer_uuid", uuid}});
                 }
               });
}

/// The bricks of one host, over all volumes.
struct HostBricks {
  std::size_t went_offline = 0;
  std::size_t went_online = 0;
  std::size_t offline = 0;  ///< now
  std::size_t online = 0;
};
using Hosts = std::map<std::string, HostBricks, std::less<>>;

Hosts see_hosts(const Seen& before, const Seen& after) {
  Hosts hosts;
  for (const auto& [name, volume] : after.volumes) {
    for (const auto& [id, online] : volume.bricks) {
      ++(online ? hosts[id.host].online : hosts[id.host].offline);
    }
  }
  each_in_both(before.volumes, after.volumes, [&](const std::string&, const auto& was, const auto& is) {
    each_in_both(was.bricks, is.bricks, [&](const model::BrickId& id, bool was_online, bool online) {
      if (was_online != online) {
        ++(online ? hosts[id.host].went_online : hosts[id.host].went_offline);
      }
    });
  });
  return hosts;
}

/// Whether a node's bricks went together, two or more, so that none is left that did not.
bool went_together(const HostBricks& host, bool online) {
  return online ? host.went_online >= 2 && host.offline == 0 : host.went_offline >= 2 && host.online == 0;
}

void tell_of_nodes(Teller& teller, const Hosts& hosts) {
  for (const auto& [host, bricks] : hosts) {
    for (const bool online : {false, true}) {
      if (went_together(bricks, online)) {
        const auto count = online ? bricks.went_online : bricks.went_offline;
        teller.tell(online ? "node_bricks_online" : "node_bricks_offline",
                    fmt::format("{} bricks of node {} went {} at once, none is left {}", count, host,
                                online ? "online" : "offline", online ? "offline" : "online"),
                    {{"host", host}, {"bricks", std::to_string(count)}});
      }
    }
  }
}

void tell_of_bricks(Teller& teller, const Hosts& hosts, const std::string& volume, const Seen::Volume& before,
                    const Seen::Volume& after) {
  each_in_both(before.bricks, after.bricks, [&](const model::BrickId& id, bool was, bool is) {
    if (was != is && !went_together(hosts.find(id.host)->second, is)) {
      teller.tell(
          is ? "brick_online" : "brick_offline",
          fmt::format("brick {} of volume {} went {}", brick_name(id), volume, is ? "online" : "offline"),
          {{"volume", volume}, {"host", id.host}, {"brick", id.path}});
    }
  });
}

void tell_of_health(Teller& teller, const std::string& volume, const Seen::Volume& before,
                    const Seen::Volume& after) {
  if (before.health && after.health && before.health != after.health) {
    const auto was = name_of(*before.health);
    const auto now = name_of(*after.health);
    teller.tell("volume_health_changed",
                fmt::format("health of volume {} went from {} to {}", volume, was, now),
                {{"volume", volume}, {"previous_state", std::string(was)}, {"state", std::string(now)}});
  }
}

void tell_of_backlog(Teller& teller, const std::string& volume, const Seen::Volume& before,
                     const Seen::Volume& after) {
  if (before.backlog != after.backlog) {
    teller.tell(after.backlog ? "heal_backlog_began" : "heal_backlog_ended",
                after.backlog ? fmt::format("entries of volume {} wait for heal", volume)
                              : fmt::format("nothing of volume {} waits for heal any more", volume),
                {{"volume", volume}});
  }
}

}  // namespace

Seen see(const model::Snapshot& snapshot, const Seen& before) {
  Seen seen;
  seen.leader = snapshot.leader ? snapshot.leader : before.leader;
  if (!snapshot.peers_known) {
    seen.peers = before.peers;
  }
  for (const auto& peer : snapshot.peers) {
    seen.peers[peer.uuid] = {.host = peer.host, .connected = peer.connected};
  }
  if (!snapshot.volumes_known) {
    seen.volumes = before.volumes;
  }
  for (const auto& volume : snapshot.volumes) {
    if (volume.status == model::VolumeStatus::started) {
      const auto known = before.volumes.find(volume.name);
      seen.volumes[volume.name] =
          see_volume(volume, known == before.volumes.end() ? nullptr : &known->second);
    }
  }
  return seen;
}

std::vector<Event> events_between(const Seen& before, const Seen& after, model::Time time) {
  Teller teller{.time = time, .events = {}};
  tell_of_leader(teller, before, after);
  tell_of_peers(teller, before, after);
  const auto hosts = see_hosts(before, after);
  tell_of_nodes(teller, hosts);
  each_in_both(before.volumes, after.volumes,
               [&](const std::string& name, const Seen::Volume& was, const Seen::Volume& is) {
                 tell_of_bricks(teller, hosts, name, was, is);
               });
  for (const auto& tell : {tell_of_health, tell_of_backlog}) {
    each_in_both(before.volumes, after.volumes,
                 [&](const std::string& name, const Seen::Volume& was, const Seen::Volume& is) {
                   tell(teller, name, was, is);
                 });
  }
  return std::move(teller.events);
}

std::vector<Event> events_between(const model::Snapshot& before, const model::Snapshot& after) {
  const auto seen = see(before);
  return events_between(seen, see(after, seen), after.taken_at);
}

std::uint64_t EventLog::add(std::string kind, std::string text, std::map<std::string, std::string> labels,
                            model::Time time) {
  const std::scoped_lock lock(mutex_);
  events_.push_back({.id = ++last_id_,
                     .kind = std::move(kind),
                     .text = std::move(text),
                     .labels = std::move(labels),
                     .time = time});
  if (events_.size() > kMaxEvents) {
    events_.pop_front();
  }
  return last_id_;
}

std::vector<Event> EventLog::events() const {
  const std::scoped_lock lock(mutex_);
  return {events_.begin(), events_.end()};
}

void EventWatch::take(const model::Snapshot& snapshot) {
  auto seen = see(snapshot, seen_);
  for (auto& event : events_between(seen_, seen, snapshot.taken_at)) {
    log_.add(std::move(event.kind), std::move(event.text), std::move(event.labels), event.time);
  }
  seen_ = std::move(seen);
}

nlohmann::json event_json(const Event& event) {
  return {{"id", event.id},
          {"kind", event.kind},
          {"text", event.text},
          {"labels", event.labels},
          {"time", write_time(event.time)}};
}

nlohmann::json events_document(const std::vector<Event>& events) {
  auto list = nlohmann::json::array();
  for (const auto& event : events) {
    list.push_back(event_json(event));
  }
  return {{"schema", "glusterfs_exporter/events/v1"}, {"events", std::move(list)}};
}

}  // namespace glusterfs_exporter::live

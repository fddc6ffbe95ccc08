#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/snapshot.hpp"

namespace glusterfs_exporter::live {

/// Something that happened, for people and for webhooks.
struct Event {
  std::uint64_t id = 0;  ///< counts from 1 since the program started; given by the EventLog
  std::string kind;      ///< "brick_offline"; the list is in docs/api.md
  std::string text;      ///< one sentence
  std::map<std::string, std::string>
      labels;  ///< what it is about, with the names that the metrics' labels have
  model::Time time;

  bool operator==(const Event&) const = default;
};

/// What pictures last said of the things that events are about. Something that is not known for a while (a
/// brick whose node cannot be asked) keeps what was last known, so that its going offline meanwhile is told.
struct Seen {
  struct Volume {
    std::optional<model::Health> health;
    bool backlog = false;
    std::map<model::BrickId, bool> bricks;  ///< whether online
  };
  struct Peer {
    std::string host;
    bool connected = false;
  };

  std::map<std::string, Volume> volumes;  ///< by name
  std::map<std::string, Peer> peers;      ///< by uuid
  std::optional<bool> leader;
};

/// What is known with `snapshot`, after what was known before. Volumes that were stopped or are gone and
/// peers that are gone are forgotten. Pure.
Seen see(const model::Snapshot& snapshot, const Seen& before = {});

/// What happened between. Of something that is not in both (a new volume, the first picture) there are no
/// events. Where all bricks of a node go or come at once there is one event for them. In the order: leader,
/// peers, nodes, bricks, volumes, heal. Pure; ids are 0.
std::vector<Event> events_between(const Seen& before, const Seen& after, model::Time time);

/// The same for two pictures that follow each other, at the time of the second.
std::vector<Event> events_between(const model::Snapshot& before, const model::Snapshot& after);

/// The newest events of this run of the program. Thread-safe.
class EventLog {
 public:
  static constexpr std::size_t kMaxEvents = 200;

  /// Returns the event's id.
  std::uint64_t add(std::string kind, std::string text, std::map<std::string, std::string> labels,
                    model::Time time);

  /// The newest last.
  [[nodiscard]] std::vector<Event> events() const;

 private:
  mutable std::mutex mutex_;
  std::deque<Event> events_;
  std::uint64_t last_id_ = 0;
};

/// Tells the log what happened from one picture to the next. For one thread.
class EventWatch {
 public:
  /// The log has to outlive it.
  explicit EventWatch(EventLog& log) : log_(log) {}

  void take(const model::Snapshot& snapshot);

 private:
  EventLog& log_;
  Seen seen_;
};

nlohmann::json event_json(const Event& event);

/// What GET /api/v1/events answers: `glusterfs_exporter/events/v1`, the newest event last.
nlohmann::json events_document(const std::vector<Event>& events);

}  // namespace glusterfs_exporter::live

#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "live/events.hpp"
#include "receive/alert.hpp"

namespace glusterfs_exporter::receive {

/// The alerts that fire, as far as Alertmanager has told. Thread-safe.
///
/// An alert stands until it is told to be resolved, or is not told of any more: until its end when that was
/// given, else for `expire_after`. Each begin and end is an event in the log; a repetition is none.
class AlertList {
 public:
  static constexpr std::size_t kMaxAlerts = 1000;
  static constexpr std::size_t kMaxBytes = std::size_t{4} * 1024 * 1024;  ///< of text, in all alerts together

  /// The log has to outlive the list.
  AlertList(live::EventLog& log, std::chrono::milliseconds expire_after)
      : log_(log), expire_after_(expire_after) {}

  /// From now on; for any thread.
  void set_expire_after(std::chrono::milliseconds expire_after) { expire_after_ = expire_after; }

  struct Changes {
    std::size_t begun = 0;
    std::size_t ended = 0;
    std::size_t repeated = 0;
    std::size_t no_room = 0;  ///< fire and are not listed, as there are too many
  };
  Changes take(const Notification& notification, model::Time now);

  /// Forgets what has expired by now; says whether there was something.
  bool expire(model::Time now);

  /// {"FINGERPRINT": {"name", "severity"?, "labels", "annotations", "starts_at", "received_at", …}}
  [[nodiscard]] nlohmann::json json() const;

 private:
  struct Standing {
    Alert alert;
    model::Time received_at;
    std::size_t bytes;
  };

  void begin(const Alert& alert, model::Time now, Changes& changes);
  void end(const Alert& alert, model::Time now, Changes& changes);
  bool forget_expired(model::Time now);

  live::EventLog& log_;
  std::atomic<std::chrono::milliseconds> expire_after_;
  mutable std::mutex mutex_;
  std::map<std::string, Standing> alerts_;  // by fingerprint
  std::size_t bytes_ = 0;
};

/// What GET /api/v1/alerts answers: `glusterfs_exporter/alerts/v1`.
nlohmann::json alerts_document(const AlertList& alerts);

}  // namespace glusterfs_exporter::receive

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "live/events.hpp"
#include "live/feed.hpp"
#include "live/rates.hpp"
#include "live/state_document.hpp"
#include "model/snapshot.hpp"

namespace glusterfs_exporter::live {

/// Makes the state documents, and only while somebody reads them: in a cluster of thousands of bricks each
/// takes a good part of a second of CPU. Thread-safe.
class StateMaker {
 public:
  using Clock = std::chrono::steady_clock;

  /// How long after the last reader documents are still made of each picture. A stream reads at least every
  /// `kHeartbeatInterval`.
  static constexpr std::chrono::seconds kReadersMayRest{60};

  /// What documents are made of besides the log.
  struct Moment {
    std::shared_ptr<const model::Snapshot> snapshot;
    Rates rates;
  };

  /// Gives the alerts that fire, as `alerts` in the document.
  using Alerts = std::function<nlohmann::json()>;

  /// `feed` and `log` have to outlive it. `alerts` is asked on the thread that makes a document. `now` may be
  /// another clock in tests.
  StateMaker(Feed& feed, const EventLog& log, Alerts alerts, StateOptions options,
             std::function<Clock::time_point()> now = Clock::now)
      : feed_(feed), log_(log), alerts_(std::move(alerts)), options_(options), now_(std::move(now)) {}

  /// A new picture: made a document of now, if somebody reads.
  void take(Moment moment);

  /// Somebody is about to read the feed. After a time without readers this one waits while the document of
  /// the newest picture is made.
  void before_read();

  /// Publishes the document of the newest picture, unless it is there, without counting as a reader.
  void make();

 private:
  Feed& feed_;
  const EventLog& log_;
  const Alerts alerts_;
  const StateOptions options_;
  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  std::optional<Clock::time_point> last_read_;
  std::shared_ptr<const Moment> newest_;
  bool outdated_ = false;             // the feed's document is one of long ago
  std::mutex making_;                 // held for long, and never with mutex_ taken first
  std::weak_ptr<const Moment> made_;  // keeps no old picture alive
};

}  // namespace glusterfs_exporter::live

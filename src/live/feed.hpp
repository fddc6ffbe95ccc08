#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace glusterfs_exporter::live {

/// How often whoever writes a stream sends `kHeartbeat` when there is nothing else, so that proxies keep the
/// connection and a browser that is gone is noticed.
inline constexpr std::chrono::seconds kHeartbeatInterval{15};
inline constexpr std::string_view kHeartbeat = ":\n\n";

/// The last that a stream sends when the program ends: connect again in two seconds, when the next one may
/// serve.
inline constexpr std::string_view kFarewell =
    "event: goodbye\nretry: 2000\ndata: {\"reason\":\"ending\"}\n\n";

/// Fresh for each run of the program, so that a browser which comes back after a restart gets a new state.
std::string random_epoch();

/// Hands each new state to any number of readers, as server-sent events. What is sent is made once, whoever
/// reads it, and shared. A reader asks for what follows the last id it has; the feed knows no readers, keeps
/// no queues, and nobody waits for a slow one. Thread-safe; publish() is for one thread at a time.
class Feed {
 public:
  using Bytes = std::shared_ptr<const std::string>;
  using SystemTime = std::chrono::system_clock::time_point;

  /// What is kept of the past: changes and the bytes in them.
  struct Limits {
    std::size_t changes = 256;
    std::size_t bytes = std::size_t{8} * 1024 * 1024;
  };

  struct News {
    std::string id;  ///< to ask with the next time
    /// ": TIME\nid: …\nevent: state\ndata: …\n\n" or "event: change"; null when there is nothing. TIME is
    /// when the state was published, in seconds since 1970 with microseconds.
    Bytes bytes;
  };

  /// A state as plain JSON; `json` points into `bytes`.
  struct State {
    std::string id;  ///< also good as an ETag
    Bytes bytes;
    std::string_view json;
  };

  explicit Feed(std::string epoch = random_epoch()) : Feed(std::move(epoch), Limits{}) {}
  /// `before_read` is called at the start of next() and state(), on the reader's thread, and may publish.
  Feed(std::string epoch, Limits limits, std::function<void()> before_read = {})
      : epoch_(std::move(epoch)), limits_(limits), before_read_(std::move(before_read)) {}

  /// Makes `state` the newest. Nothing happens when it equals the one before.
  void publish(nlohmann::json state, SystemTime now = std::chrono::system_clock::now());

  /// What follows `last_id`: the next change; or the whole state where `last_id` is empty, not of this run,
  /// or so far behind that the changes are gone or are more to send than the state. Null bytes and `last_id`
  /// when nothing does. Doesn't wait.
  [[nodiscard]] News next(std::string_view last_id) const;

  /// The newest state; null bytes before the first.
  [[nodiscard]] State state() const;

  /// The same as it was published, without calling `before_read`; null before the first.
  [[nodiscard]] std::shared_ptr<const nlohmann::json> document() const;

 private:
  struct Whole;  // a state, and its bytes once somebody wants them

  struct Change {
    std::uint64_t number = 0;  // of the state that it leads to
    Bytes bytes;
  };

  [[nodiscard]] std::string id_of(std::uint64_t number) const;
  [[nodiscard]] std::uint64_t number_of(std::string_view id) const;  // 0 when it is not one of this run
  [[nodiscard]] Bytes change_after(std::uint64_t number) const;      // with the lock; null: send the state
  [[nodiscard]] Bytes whole(Whole& state) const;                     // without the lock

  const std::string epoch_;
  const Limits limits_;
  const std::function<void()> before_read_;
  mutable std::mutex mutex_;
  std::shared_ptr<Whole> newest_;
  std::deque<Change> changes_;  // one for each number up to the newest
  std::size_t changes_bytes_ = 0;
  mutable std::size_t whole_bytes_ = 0;  // of the last state that was sent; 0 before one was
};

}  // namespace glusterfs_exporter::live

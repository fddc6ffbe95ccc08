#pragma once

#include <civetweb.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <tuple>

namespace glusterfs_exporter::web {

/// Ends connections that hold a worker and send nothing to work on, while others wait for one.
///
/// civetweb gives a connection a worker as soon as it is there, and waits on it for the request. A few
/// hundred clients that connect and say nothing, or a line now and then, would have all workers for as long
/// as a request may take, again and again. As long as there are workers left they may.
///
/// All but crowded() and the constructor is called by civetweb's threads, with the connection it is about.
class Dawdlers {
 public:
  struct Limits {
    std::size_t workers = 0;
    std::size_t spare = 0;  ///< with no more than so many left, workers are scarce
    std::chrono::milliseconds head_patience = std::chrono::milliseconds(500);  ///< with the head of a request
    std::chrono::milliseconds body_patience = std::chrono::seconds(2);
  };

  explicit Dawdlers(Limits limits) : limits_(limits) {}

  /// From now on those are ended who came to this port of ours. Threads start; the destructor ends them.
  void watch(std::uint16_t port);
  /// No more of it; nobody is ended after it returned.
  void stop();

  /// A worker has a new connection: it waits for a head.
  void taken();
  /// The head is there; the connection is left alone until idle().
  void busy(const mg_connection* connection);
  /// Of a busy one: its body is waited for, until body_read().
  void reads_body(const mg_connection* connection);
  void body_read(const mg_connection* connection);
  /// It waits for the next head.
  void idle(const mg_connection* connection);
  /// It is about to be closed: its descriptor may become something else as soon as this returns.
  void closing(const mg_connection* connection);
  /// It is closed; the worker is free.
  void closed(const mg_connection* connection);

  /// Whether workers are scarce. For any thread.
  [[nodiscard]] bool crowded() const { return taken_ + limits_.spare >= limits_.workers; }

 private:
  using Clock = std::chrono::steady_clock;

  /// Whose connection it is. Nobody but the client chooses these, so two of ours may have the same: then the
  /// busier one counts for both.
  struct Peer {
    std::uint32_t address = 0;
    std::uint16_t port = 0;
    auto operator<=>(const Peer&) const = default;
  };
  struct State {
    int busy = 0;
    int reads_body = 0;
  };
  using Key =
      std::tuple<int, Peer, bool>;  ///< descriptor, whose, and whether it is its body that is waited for

  static Peer peer_of(const mg_connection* connection);
  void change(const mg_connection* connection, int busy, int reads_body);
  void run(const std::stop_token& stop, std::uint16_t port);
  void look(std::uint16_t port);

  const Limits limits_;
  std::atomic<std::size_t> taken_ = 0;
  std::mutex mutex_;
  std::condition_variable_any came_;
  std::map<Peer, State> states_;            ///< of who does not wait for a head; guarded by mutex_
  std::map<Key, Clock::time_point> waits_;  ///< since when; of the thread
  std::jthread thread_;
};

}  // namespace glusterfs_exporter::web

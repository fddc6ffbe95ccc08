#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "webhook/poster.hpp"
#include "webhook/queue.hpp"
#include "webhook/retry.hpp"

namespace glusterfs_exporter::webhook {

/// Delivers what a queue holds to one target, one document after the other, on a thread of its own: each
/// until it is taken, or refused in a way that trying again would not change.
class Sender {
 public:
  struct Told {
    /// After each attempt, on the sender's thread; `next_try` is how long it waits before the next one.
    std::function<void(const Attempt& attempt, const std::string& id, std::chrono::milliseconds next_try)>
        attempt;
    /// A document left while it was tried.
    std::function<void()> dropped;
  };

  /// The queue has to outlive it.
  Sender(Queue& queue, config::WebhookTarget target, Credentials credentials, Told told);
  ~Sender() { stop(); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  Sender(Sender&&) = delete;
  Sender& operator=(Sender&&) = delete;

  void start();

  /// From now on what would be lost with this program is tried once more, at once, up to the first failure;
  /// then the thread ends. Returns at once.
  void hurry();

  /// Waits until that is done, or until `patience_ends`, and ends the thread, in the middle of an attempt if
  /// need be.
  void stop(std::chrono::steady_clock::time_point patience_ends = {});

 private:
  void run(const std::stop_token& stop);
  /// Tries once and tells of it; false when it has to be tried again, or never.
  bool attempt(const Queue::Document& document, Poster& poster);
  void deliver(const Queue::Document& document, Poster& poster, const std::stop_token& stop);

  Queue& queue_;
  const config::WebhookTarget target_;
  const Credentials credentials_;
  const Told told_;
  Backoff backoff_;
  std::stop_source hurry_;
  std::future<void> ended_;
  std::jthread thread_;
};

}  // namespace glusterfs_exporter::webhook

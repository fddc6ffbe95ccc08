#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "exchange/fetch.hpp"
#include "model/node_report.hpp"

namespace glusterfs_exporter::exchange {

/// Tells the other nodes' exporters when a brick or daemon of this node has begun or ceased to run, so that
/// they ask this one at once and not at their next poll. News only make others ask: what is lost is seen at
/// that poll.
class Herald {
 public:
  /// All exporters of a cluster listen on the same port. Whoever does not answer within `timeout` is left to
  /// its polls.
  Herald(std::uint16_t port, std::chrono::milliseconds timeout, ClusterCredentials credentials = {})
      : port_(port), timeout_(timeout), credentials_(std::move(credentials)) {}
  ~Herald() { stop(); }
  Herald(const Herald&) = delete;
  Herald& operator=(const Herald&) = delete;
  Herald(Herald&&) = delete;
  Herald& operator=(Herald&&) = delete;

  void start();
  /// Ends the thread, in the middle of telling if need be.
  void stop();

  /// This node's newest report; the first is no news to anyone. `hosts` are the others to tell. Returns at
  /// once; for one thread at a time.
  void take(const model::NodeReport& own, std::vector<std::string> hosts);

 private:
  void run(const std::stop_token& stop);

  const std::uint16_t port_;
  const std::chrono::milliseconds timeout_;
  const ClusterCredentials credentials_;
  std::string told_;  // what runs, as of the last report
  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::vector<std::string> hosts_;  // to tell; empty when all know
  std::jthread thread_;
};

}  // namespace glusterfs_exporter::exchange

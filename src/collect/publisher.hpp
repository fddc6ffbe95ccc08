#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "collect/facts.hpp"
#include "common/latest.hpp"
#include "model/node_report.hpp"
#include "model/snapshot.hpp"

namespace glusterfs_exporter::collect {

/// Makes a new picture whenever something was learnt or has grown too old, and hands it on, from a thread of
/// its own: however slowly a picture is used up, collectors never wait, and news that come meanwhile, or
/// within 20 ms after a picture, become one picture.
class Publisher {
 public:
  using Picture = std::shared_ptr<const model::Snapshot>;
  using OwnReport = std::shared_ptr<const model::NodeReport>;

  struct Parts {
    const FactStore& store;
    std::function<std::vector<model::CollectorState>()> collectors;
    std::function<std::optional<bool>()> leader;
    std::string local_hostname;
    /// Called on the publisher's thread, one picture after another, with what this node's own part of it is.
    std::function<void(const Picture&, const OwnReport&)> on_picture;
  };

  /// The parts have to outlive the publisher.
  explicit Publisher(Parts parts) : parts_(std::move(parts)) {}
  ~Publisher() { stop(); }
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  void start();
  void stop();

  /// Says that there is something new. Returns at once; from any thread.
  void wake();

  /// Makes and hands on one picture on the calling thread. Not together with start().
  void publish();

  /// The newest picture; null before the first. From any thread.
  [[nodiscard]] Picture latest() const { return latest_.get(); }

 private:
  void run(const std::stop_token& stop);

  Parts parts_;
  Latest<model::Snapshot> latest_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  bool news_ = false;
  std::jthread thread_;
};

}  // namespace glusterfs_exporter::collect

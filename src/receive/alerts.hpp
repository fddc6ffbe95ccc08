#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "receive/alert_list.hpp"
#include "receive/gate.hpp"
#include "receive/post.hpp"

namespace spdlog {
class logger;
}

namespace glusterfs_exporter::receive {

/// Takes what Alertmanager posts. Thread-safe.
class Alerts {
 public:
  struct Parts {
    AlertList& list;
    std::shared_ptr<spdlog::logger> log;
    std::function<void()> on_news;  ///< the list has changed
  };

  Alerts(Gate gate, Parts parts) : gate_(std::move(gate)), parts_(std::move(parts)) {}

  Reply take(const Post& post, std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

 private:
  const Gate gate_;
  const Parts parts_;
};

}  // namespace glusterfs_exporter::receive

#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "common/latest.hpp"
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

  Alerts(Gate gate, Parts parts) : parts_(std::move(parts)) { set_gate(std::move(gate)); }

  /// Who may post from now on.
  void set_gate(Gate gate) { gate_.set(std::make_shared<const Gate>(std::move(gate))); }

  Reply take(const Post& post, std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

 private:
  Latest<Gate> gate_;
  const Parts parts_;
};

}  // namespace glusterfs_exporter::receive

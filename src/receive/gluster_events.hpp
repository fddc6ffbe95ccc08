#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "collect/collector.hpp"
#include "common/latest.hpp"
#include "common/token_bucket.hpp"
#include "live/events.hpp"
#include "receive/gate.hpp"
#include "receive/gluster_event.hpp"
#include "receive/post.hpp"
#include "receive/recent_events.hpp"

namespace glusterfs_exporter::receive {

/// Takes what the nodes' glustereventsd post: tells people, and has those collectors run whose answers the
/// event may have changed. Thread-safe.
///
/// Up to 200 events at once and 20 in a second are listed; beyond that they are refused with 429, and the
/// collectors run all the same.
class GlusterEvents {
 public:
  struct Parts {
    live::EventLog& log;
    std::function<void(const collect::CollectorSpec&)> run_soon;
    std::function<void()> on_news;                         ///< there is something new in the log
    std::function<std::string(std::string_view)> host_of;  ///< of a peer's uuid; empty when not known
  };

  GlusterEvents(Gate gate, Parts parts) : parts_(std::move(parts)) { set_gate(std::move(gate)); }

  /// Who may post from now on.
  void set_gate(Gate gate) { gate_.set(std::make_shared<const Gate>(std::move(gate))); }

  Reply take(const Post& post, std::chrono::system_clock::time_point now = std::chrono::system_clock::now(),
             std::chrono::steady_clock::time_point steady_now = std::chrono::steady_clock::now());

 private:
  /// Whether people are told; notes losses that recoveries may follow. Needs the mutex.
  bool is_worth_telling(const GlusterEvent& event);
  void tell(const GlusterEvent& event, std::chrono::system_clock::time_point now);

  Latest<Gate> gate_;
  const Parts parts_;
  std::mutex mutex_;
  RecentEvents recent_;
  TokenBucket bucket_{200, 20};
  std::set<std::pair<std::string, std::string>, std::less<>> losses_;  // event and subvolume; not recovered
};

}  // namespace glusterfs_exporter::receive

#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "common/unique_fd.hpp"

namespace glusterfs_exporter {

/// What systemd, or who else speaks its protocols, gives to the services it starts and wants to be told by
/// them: see sd_notify(3), sd_listen_fds(3) and sd_watchdog_enabled(3). Without such a manager nothing is
/// given and telling does nothing. Whether what is told arrives is not known: there is nothing that could be
/// done if it did not.
namespace service_manager {

/// The socket that it listens on in our place, if it does (glusterfs_exporter.socket). To be asked once,
/// before threads run: what is in the environment about it is removed. The error is one line.
std::expected<std::optional<UniqueFd>, std::string> take_listener();

/// That this program serves; `status` is one line for people, which `systemctl status` shows.
void tell_ready(const std::string& status);

/// That this program reads its configuration anew; tell_ready() follows.
void tell_reloading();

void tell_status(const std::string& status);

/// That this program is ending.
void tell_stopping();

/// How long it waits for a sign of life before it takes this program for hung; nothing when it waits for
/// none.
std::optional<std::chrono::microseconds> watchdog_patience();

}  // namespace service_manager

/// Gives the service manager signs of life, four times as often as it waits for one, from a thread of its own
/// and only while it is proved that this program lives.
class Watchdog {
 public:
  /// `what_hangs` proves that everything lives, or says in a line what does not. It is called on the
  /// watchdog's thread and may take a quarter of `patience`; one that does not come back is a sign of death
  /// like any other. `status` is what to tell people meanwhile.
  struct Questions {
    std::function<std::optional<std::string>()> what_hangs;
    std::function<std::string()> status;
    /// Told, on the watchdog's thread, when what hangs is another than the last time; nothing once all lives
    /// again.
    std::function<void(const std::optional<std::string>& what)> on_change;
  };
  Watchdog(std::chrono::microseconds patience, Questions questions);

 private:
  void run(const std::stop_token& stop);

  std::chrono::microseconds interval_;
  Questions questions_;
  std::jthread thread_;
};

}  // namespace glusterfs_exporter

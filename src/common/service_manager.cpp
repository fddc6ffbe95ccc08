#include "common/service_manager.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include "common/text.hpp"

namespace glusterfs_exporter {
namespace service_manager {
namespace {

void tell(const std::string& lines) {
  ::sd_notify(0, lines.c_str());
}

/// One line of the protocol.
std::string status_line(const std::string& status) {
  constexpr std::size_t kLongest = 500;
  return "STATUS=" + shown(status, kLongest) + '\n';
}

}  // namespace

std::expected<std::optional<UniqueFd>, std::string> take_listener() {
  const int count = ::sd_listen_fds(1);
  if (count < 0) {
    return std::unexpected("what LISTEN_FDS says of sockets that were passed on is not understood");
  }
  if (count == 0) {
    return std::nullopt;
  }
  UniqueFd listener(SD_LISTEN_FDS_START);
  if (count > 1) {
    return std::unexpected("one socket can be served, and " + std::to_string(count) +
                           " were passed on: leave one ListenStream= in the socket unit");
  }
  if (::sd_is_socket_inet(listener.get(), AF_INET, SOCK_STREAM, 1, 0) <= 0) {
    return std::unexpected(
        "the socket that was passed on does not listen on an IPv4 address: write ListenStream=0.0.0.0:9713 "
        "in the "
        "socket unit");
  }
  ::fcntl(listener.get(), F_SETFD, FD_CLOEXEC);
  return listener;
}

void tell_ready(const std::string& status) {
  tell(status_line(status) + "READY=1\n");
}

void tell_reloading() {
  tell("RELOADING=1\n");
}

void tell_status(const std::string& status) {
  tell(status_line(status));
}

void tell_stopping() {
  tell("STOPPING=1\n" + status_line("ending"));
}

std::optional<std::chrono::microseconds> watchdog_patience() {
  std::uint64_t patience = 0;
  if (::sd_watchdog_enabled(0, &patience) <= 0) {
    return std::nullopt;
  }
  return std::chrono::microseconds(patience);
}

}  // namespace service_manager

Watchdog::Watchdog(std::chrono::microseconds patience, Questions questions)
    : interval_(patience / 4),
      questions_(std::move(questions)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Watchdog::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  std::optional<std::string> before;
  do {
    auto what = questions_.what_hangs();
    if (stop.stop_requested()) {
      return;
    }
    if (what) {
      service_manager::tell_status("hangs: " + *what);
    } else {
      service_manager::tell_status(questions_.status());
      ::sd_notify(0, "WATCHDOG=1");
    }
    if (what != before) {
      questions_.on_change(what);
    }
    before = std::move(what);
    never.wait_for(lock, stop, interval_, [] { return false; });
  } while (!stop.stop_requested());
}

}  // namespace glusterfs_exporter

#include "web/probe.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <string_view>

#include "common/unique_fd.hpp"

namespace glusterfs_exporter::web {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::string_view kRequest = "GET /-/healthy HTTP/1.0\r\nHost: localhost\r\n\r\n";

/// Waits in short steps, so that `enough` is asked now and then.
bool wait_for(int socket, short events, Clock::time_point until, const std::function<bool()>& enough) {
  constexpr auto kStep = 200ms;
  pollfd state{.fd = socket, .events = events, .revents = 0};
  while (Clock::now() < until && !enough()) {
    if (::poll(&state, 1, static_cast<int>(std::chrono::milliseconds(kStep).count())) > 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool answers(const sockaddr_in& address, std::chrono::milliseconds patience,
             const std::function<bool()>& enough) {
  const auto until = Clock::now() + patience;
  sockaddr_in to = address;
  if (to.sin_addr.s_addr == htonl(INADDR_ANY)) {
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) {
    return enough();
  }
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0 &&
      (errno != EINPROGRESS || !wait_for(socket.get(), POLLOUT, until, enough))) {
    return enough();
  }
  // Where it is refused, this fails and what is waited for does not come.
  if (::send(socket.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) {
    return enough();
  }
  return wait_for(socket.get(), POLLIN, until, enough) || enough();
}

}  // namespace glusterfs_exporter::web

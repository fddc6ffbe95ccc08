#include "web/client_socket.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>

namespace glusterfs_exporter::web {
namespace {

constexpr int kNone = -1;

bool is_connection(int descriptor, in_addr_t remote_address, std::uint16_t remote_port,
                   std::uint16_t local_port) {
  sockaddr_in peer{};
  socklen_t peer_size = sizeof(peer);
  sockaddr_in own{};
  socklen_t own_size = sizeof(own);
  int type = 0;
  socklen_t type_size = sizeof(type);
  return ::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &peer_size) == 0 &&
         peer.sin_family == AF_INET && peer.sin_addr.s_addr == remote_address &&
         peer.sin_port == htons(remote_port) &&
         ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &own_size) == 0 &&
         own.sin_port == htons(local_port) &&
         ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 && type == SOCK_STREAM;
}

}  // namespace

ClientSocket ClientSocket::find(std::string_view remote_address, std::uint16_t remote_port,
                                std::uint16_t local_port) {
  in_addr remote{};
  if (::inet_pton(AF_INET, std::string(remote_address).c_str(), &remote) != 1) {
    return ClientSocket(kNone);
  }
  int found = kNone;
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    const auto name = entry->path().filename().string();
    int descriptor = kNone;
    const auto [rest, failed] = std::from_chars(name.data(), name.data() + name.size(), descriptor);
    if (failed != std::errc() || !is_connection(descriptor, remote.s_addr, remote_port, local_port)) {
      continue;
    }
    if (found != kNone) {
      // A client can connect from one port to two addresses of ours. Of a connection that another thread
      // serves the descriptor may be closed and become something else.
      return ClientSocket(kNone);
    }
    found = descriptor;
  }
  return ClientSocket(found);
}

void ClientSocket::limit_unread(std::chrono::milliseconds patience, std::size_t bytes) const {
  if (descriptor_ == kNone) {
    return;
  }
  // Not being able to costs no more than memory of the kernel and a later end.
  const auto timeout = static_cast<unsigned>(patience.count());
  const auto size = static_cast<int>(bytes / 2);  // the kernel doubles it for its own needs
  static_cast<void>(::setsockopt(descriptor_, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof(timeout)));
  static_cast<void>(::setsockopt(descriptor_, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
}

std::size_t ClientSocket::readable_bytes() const {
  int bytes = 0;
  if (descriptor_ == kNone || ::ioctl(descriptor_, FIONREAD, &bytes) != 0 || bytes < 0) {
    return 0;
  }
  return static_cast<std::size_t>(bytes);
}

void ClientSocket::finish_and_drain(std::chrono::milliseconds patience, std::size_t bytes) const {
  if (descriptor_ == kNone) {
    return;
  }
  static_cast<void>(::shutdown(descriptor_, SHUT_WR));
  const auto until = std::chrono::steady_clock::now() + patience;
  std::array<char, 16384> dropped;
  std::size_t total = 0;
  while (total < bytes) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd state{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&state, 1, static_cast<int>(left.count())) <= 0) {
      return;
    }
    const auto count = ::recv(descriptor_, dropped.data(), dropped.size(), MSG_DONTWAIT);
    if (count <= 0) {
      return;
    }
    total += static_cast<std::size_t>(count);
  }
}

}  // namespace glusterfs_exporter::web

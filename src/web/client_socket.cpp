#include "web/client_socket.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "common/to_number.hpp"

namespace glusterfs_exporter::web {
namespace {

constexpr int kNone = -1;

/// Who a descriptor is connected to; nothing for what is no connection.
std::optional<sockaddr_in> peer_of(int descriptor) {
  sockaddr_in peer{};
  socklen_t size = sizeof(peer);
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0 ||
      peer.sin_family != AF_INET) {
    return std::nullopt;
  }
  return peer;
}

/// Whether a connection is one to this port of ours.
bool came_to(int descriptor, std::uint16_t local_port) {
  sockaddr_in own{};
  socklen_t own_size = sizeof(own);
  int type = 0;
  socklen_t type_size = sizeof(type);
  return ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &own_size) == 0 &&
         own.sin_port == htons(local_port) &&
         ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 && type == SOCK_STREAM;
}

bool is_same(const sockaddr_in& one, const sockaddr_in& other) {
  return one.sin_addr.s_addr == other.sin_addr.s_addr && one.sin_port == other.sin_port;
}

template <class Look>
void for_each_connection(const Look& look) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    const auto descriptor = to_number<int>(entry->path().filename().string());
    const auto peer = descriptor ? peer_of(*descriptor) : std::nullopt;
    if (peer) {
      look(*descriptor, *peer);
    }
  }
}

}  // namespace

ClientSocket ClientSocket::find(std::string_view remote_address, std::uint16_t remote_port,
                                std::uint16_t local_port) {
  sockaddr_in remote{};
  remote.sin_port = htons(remote_port);
  if (::inet_pton(AF_INET, std::string(remote_address).c_str(), &remote.sin_addr) != 1) {
    return ClientSocket(kNone);
  }
  int found = kNone;
  bool several = false;
  // Of a thousand descriptors all but one are asked for their peer alone: a thousand viewers may come at
  // once.
  for_each_connection([&](int descriptor, const sockaddr_in& peer) {
    if (is_same(peer, remote) && came_to(descriptor, local_port)) {
      several = found != kNone;
      found = descriptor;
    }
  });
  // A client can connect from one port to two addresses of ours. Of a connection that another thread serves
  // the descriptor may be closed and become something else.
  return ClientSocket(several ? kNone : found);
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
  return web::readable_bytes(descriptor_);
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

void for_each_client(std::uint16_t local_port,
                     const std::function<void(int descriptor, const sockaddr_in& client)>& look) {
  for_each_connection([&](int descriptor, const sockaddr_in& peer) {
    if (came_to(descriptor, local_port)) {
      look(descriptor, peer);
    }
  });
}

bool is_client(int descriptor, const sockaddr_in& client, std::uint16_t local_port) {
  const auto peer = peer_of(descriptor);
  return peer && is_same(*peer, client) && came_to(descriptor, local_port);
}

std::size_t readable_bytes(int descriptor) {
  int bytes = 0;
  if (descriptor < 0 || ::ioctl(descriptor, FIONREAD, &bytes) != 0 || bytes < 0) {
    return 0;
  }
  return static_cast<std::size_t>(bytes);
}

}  // namespace glusterfs_exporter::web

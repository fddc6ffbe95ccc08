#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "common/unique_fd.hpp"

/// A server on TCP that answers as a test says, well or badly.
namespace glusterfs_exporter::test {

/// One connection as the server sees it. Everything ends when the client closes or the server ends.
class RawConnection {
 public:
  RawConnection(int fd, const std::atomic<bool>& ending) : fd_(fd), ending_(ending) {}

  /// Up to the empty line and with it; empty when there is none any more.
  std::string read_request() {
    std::string request;
    char byte = 0;
    while (!request.ends_with("\r\n\r\n")) {
      if (!wait(POLLIN) || ::recv(fd_, &byte, 1, 0) != 1) {
        return {};
      }
      request += byte;
    }
    return request;
  }

  /// So many bytes, or fewer when there are no more.
  std::string read(std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t held = 0;
    while (held < size && wait(POLLIN)) {
      const auto count = ::recv(fd_, bytes.data() + held, size - held, 0);
      if (count <= 0) {
        break;
      }
      held += static_cast<std::size_t>(count);
    }
    bytes.resize(held);
    return bytes;
  }

  /// False when the client is gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      if (!wait(POLLOUT)) {
        return false;
      }
      const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count < 0 && errno != EAGAIN) {
        return false;
      }
      bytes.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    return true;
  }

  /// Takes what the client sends and says nothing.
  void wait_until_closed() {
    std::array<char, 4096> bytes;
    while (wait(POLLIN) && ::recv(fd_, bytes.data(), bytes.size(), 0) > 0) {
    }
  }

 private:
  bool wait(short events) const {
    while (!ending_) {
      pollfd one{.fd = fd_, .events = events, .revents = 0};
      if (::poll(&one, 1, 20) > 0) {
        return true;
      }
    }
    return false;
  }

  int fd_;
  const std::atomic<bool>& ending_;
};

/// Listens on 127.0.0.1 and runs `serve` for each connection, on a thread of its own.
class RawServer {
 public:
  explicit RawServer(std::function<void(RawConnection&)> serve)
      : serve_(std::move(serve)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 128) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0) {
      throw std::runtime_error("no server");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this] { accept(); });
  }
  ~RawServer() { ending_ = true; }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  RawServer(RawServer&&) = delete;
  RawServer& operator=(RawServer&&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept() {
    std::list<std::jthread> threads;
    while (!ending_) {
      pollfd one{.fd = listener_.get(), .events = POLLIN, .revents = 0};
      if (::poll(&one, 1, 20) <= 0) {
        continue;
      }
      UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd.is_open()) {
        continue;
      }
      ++connections_;
      threads.emplace_back([this, fd = std::move(fd)] {
        RawConnection connection(fd.get(), ending_);
        serve_(connection);
        ::shutdown(fd.get(), SHUT_WR);  // so that closing does not take back what was sent
        connection.wait_until_closed();
      });
    }
  }

  std::function<void(RawConnection&)> serve_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> ending_ = false;
  std::atomic<int> connections_ = 0;
  std::jthread acceptor_;  // the last: it uses the others
};

}  // namespace glusterfs_exporter::test

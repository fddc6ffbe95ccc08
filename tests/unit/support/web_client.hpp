#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace glusterfs_exporter::test {

/// One connection. Reads give up after a while, so that a server that doesn't answer fails a test and not the
/// run.
class Client {
 public:
  /// A small receive buffer shows the server soon that a client doesn't read; 0 leaves it as it is.
  explicit Client(std::uint16_t port, int receive_buffer_bytes = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 30, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (receive_buffer_bytes > 0) {
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(receive_buffer_bytes));
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client(Client&&) = delete;
  Client& operator=(Client&&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }

  /// Whether something has come that was not read, or the end.
  [[nodiscard]] bool has_answer() const {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    return !buffer_.empty() || ::poll(&waiting, 1, 0) == 1;
  }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// Status line and headers up to the empty line and with it.
  std::string read_head() { return read_until("\r\n\r\n"); }

  std::string read_bytes(std::size_t count) {
    while (buffer_.size() < count && receive()) {
    }
    std::string bytes = buffer_.substr(0, count);
    buffer_.erase(0, bytes.size());
    return bytes;
  }

  /// Up to this text and with it; less when the connection ends before.
  std::string read_until(std::string_view text) {
    std::size_t end = 0;
    while ((end = buffer_.find(text)) == std::string::npos) {
      if (!receive()) {
        return std::exchange(buffer_, {});
      }
    }
    std::string bytes = buffer_.substr(0, end + text.size());
    buffer_.erase(0, bytes.size());
    return bytes;
  }

  /// All up to the end of the connection.
  std::string read_rest() {
    while (receive()) {
    }
    return std::exchange(buffer_, {});
  }

 private:
  bool receive() {
    std::array<char, 65536> bytes;
    const auto count = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (count > 0) {
      buffer_.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return count > 0;
  }

  int socket_;
  bool connected_ = false;
  std::string buffer_;
};

}  // namespace glusterfs_exporter::test

#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "common/unique_fd.hpp"
#include "gluster/rpc/record.hpp"
#include "gluster/rpc/xdr.hpp"
#include "support/recorded.hpp"

/// A peer on a unix socket that answers as a test says, well or badly.
namespace glusterfs_exporter::test {

/// One connection as the daemon sees it. Everything ends when the other side closes or the daemon ends.
class FakePeer {
 public:
  FakePeer(int fd, const std::atomic<bool>& ending) : fd_(fd), ending_(ending) {}

  /// The next call; nothing when there will be none.
  std::optional<std::string> next_call() {
    gluster::rpc::RecordReader reader(std::size_t{1} << 20U);
    while (wait(POLLIN)) {
      char byte = 0;
      if (::recv(fd_, &byte, 1, 0) != 1) {
        return std::nullopt;
      }
      std::string_view bytes(&byte, 1);
      if (reader.read(bytes) == gluster::rpc::RecordReader::State::complete) {
        return reader.take();
      }
    }
    return std::nullopt;
  }

  /// Sends bytes as they are; false when the other side is gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      if (!wait(POLLOUT)) {
        return false;
      }
      const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  /// Says nothing until the other side has had enough.
  void stay_silent() {
    char byte = 0;
    while (wait(POLLIN) && ::recv(fd_, &byte, 1, 0) == 1) {
    }
  }

 private:
  [[nodiscard]] bool wait(short events) const {
    while (!ending_) {
      pollfd poll_fd{.fd = fd_, .events = events, .revents = 0};
      if (::poll(&poll_fd, 1, 20) > 0) {
        return true;
      }
    }
    return false;
  }

  int fd_;
  const std::atomic<bool>& ending_;
};

/// Serves one connection after another on a thread of its own, each with `serve`, until it is destroyed.
class FakeDaemon {
 public:
  using Serve = std::function<void(FakePeer&)>;

  explicit FakeDaemon(Serve serve)
      : folder_(make_folder()), listener_(listen_at(socket_path())), serve_(std::move(serve)) {
    thread_ = std::thread([this] { run(); });
  }
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;
  ~FakeDaemon() {
    ending_ = true;
    thread_.join();
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] std::string socket_path() const { return folder_ + "/gd.sock"; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  static std::string make_folder() {
    std::string folder = ::testing::TempDir() + "rpcXXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) {
      throw std::runtime_error("mkdtemp");
    }
    return folder;
  }
  static UniqueFd listen_at(const std::string& path) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd.get(), 16) != 0) {
      throw std::runtime_error("bind " + path);
    }
    return fd;
  }
  void run() {
    while (!ending_) {
      pollfd poll_fd{.fd = listener_.get(), .events = POLLIN, .revents = 0};
      if (::poll(&poll_fd, 1, 20) > 0) {
        const UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        ++connections_;
        FakePeer peer(fd.get(), ending_);
        serve_(peer);
      }
    }
  }

  std::string folder_;
  UniqueFd listener_;
  Serve serve_;
  std::atomic<bool> ending_{false};
  std::atomic<int> connections_{0};
  std::thread thread_;
};

/// A recorded reply with the xid of `call` put in place of its own.
inline std::string reply_to(const std::string& call, std::string recorded) {
  return recorded.replace(0, 4, call, 0, 4);
}

inline std::string recorded_reply(const std::string& name) {
  return read_file(fixtures() / "gluster-10.3/rpc" / (name + ".bin"));
}

/// Which procedure a call asks for.
inline std::uint32_t procedure_of(const std::string& call) {
  gluster::rpc::XdrReader in(call);
  in.take(20);
  return in.u32();
}

}  // namespace glusterfs_exporter::test

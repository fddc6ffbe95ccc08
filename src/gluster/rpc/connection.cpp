#include "gluster/rpc/connection.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "gluster/rpc/record.hpp"

namespace glusterfs_exporter::gluster::rpc {

namespace {

constexpr std::size_t kChunkBytes = 16384;

/// How long to wait before trying again when a daemon's queue of new connections is full: nothing tells when
/// it no longer is.
constexpr std::chrono::milliseconds kConnectAgain{5};

std::unexpected<Error> failed(ErrorKind kind, std::string why) {
  return std::unexpected(Error{kind, std::move(why)});
}

std::string system_text(int number) {
  return std::generic_category().message(number);
}

bool try_again(int number) {
  return number == EAGAIN || number == EWOULDBLOCK || number == EINTR;
}

}  // namespace

/// A descriptor that becomes readable when this program shall stop.
class Connection::StopSignal {
 public:
  explicit StopSignal(std::stop_token stop)
      : fd_(::eventfd(0, EFD_CLOEXEC)), stop_(std::move(stop)), on_stop_(stop_, Wake{fd_.get()}) {}

  /// -1 when there was none to be had: poll passes over it, and a wait ends a little later.
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] bool requested() const { return stop_.stop_requested(); }

 private:
  struct Wake {
    int fd;
    void operator()() const { ::eventfd_write(fd, 1); }
  };

  UniqueFd fd_;
  std::stop_token stop_;
  std::stop_callback<Wake> on_stop_;
};

/// Waits for a descriptor until the deadline of one call, or until this program shall stop.
class Connection::Wait {
 public:
  Wait(const StopSignal& stop, Clock::time_point deadline) : stop_(stop), deadline_(deadline) {}

  /// Waits until one of `events` is there, or for `at_most`. Without a descriptor (-1) only time passes.
  Result<void> wait_for(int fd, short events, std::chrono::milliseconds at_most) const {
    while (true) {
      if (auto so_far = check(); !so_far) {
        return so_far;
      }
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
      const auto time = std::min({left, at_most, std::chrono::milliseconds(60'000)});
      std::array<pollfd, 2> fds{{{fd, events, 0}, {stop_.fd(), POLLIN, 0}}};
      const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(std::max<long>(time.count(), 0)));
      if (ready < 0 && errno != EINTR) {
        return failed(ErrorKind::connect, "cannot wait: " + system_text(errno));
      }
      if ((ready > 0 && fds[0].revents != 0) || (ready == 0 && time == at_most)) {
        return {};
      }
    }
  }
  Result<void> wait_for(int fd, short events) const {
    return wait_for(fd, events, std::chrono::milliseconds::max());
  }

  /// An error once it is too late; must be asked now and then while data keeps coming, too.
  [[nodiscard]] Result<void> check() const {
    if (stop_.requested()) {
      return failed(ErrorKind::cancelled, "this program is stopping");
    }
    if (Clock::now() >= deadline_) {
      return failed(ErrorKind::timeout, "no complete answer before the deadline");
    }
    return {};
  }

 private:
  const StopSignal& stop_;
  Clock::time_point deadline_;
};

Connection::Connection(Endpoint endpoint, std::stop_token stop)
    : endpoint_(std::move(endpoint)), stop_(std::make_unique<const StopSignal>(std::move(stop))) {}
Connection::Connection(Connection&&) noexcept = default;
Connection::~Connection() = default;

Error Connection::with_place(Error error, const ReadOnlyCall& call) const {
  error.context = std::string(call.procedure().name) + " at " + endpoint_.socket + ": " + error.context;
  return error;
}

Result<Reply> Connection::ask(const ReadOnlyCall& call, Clock::time_point deadline) {
  const Wait wait(*stop_, deadline);
  const bool kept = socket_.is_open();
  auto reply = exchange(call, wait);
  if (!reply && kept && reply.error().kind == ErrorKind::connect) {
    socket_ = UniqueFd();  // the daemon was restarted, or closed this connection: not yet a failure
    reply = exchange(call, wait);
  }
  if (!reply) {
    socket_ = UniqueFd();  // what may still come over it would be taken for the answer to the next call
    return std::unexpected(with_place(std::move(reply.error()), call));
  }
  return reply;
}

Result<Reply> Connection::exchange(const ReadOnlyCall& call, const Wait& wait) {
  if (auto so_far = wait.check(); !so_far) {
    return std::unexpected(std::move(so_far.error()));
  }
  if (!socket_.is_open()) {
    if (auto opened = open(wait); !opened) {
      return std::unexpected(std::move(opened.error()));
    }
  }
  const std::uint32_t xid = ++last_xid_;
  if (auto sent = send(to_record(encode_call(call, xid)), wait); !sent) {
    return std::unexpected(std::move(sent.error()));
  }
  auto message = receive(wait);
  if (!message) {
    return std::unexpected(std::move(message.error()));
  }
  return read_reply(call.procedure(), xid, *message);
}

Result<void> Connection::open(const Wait& wait) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (endpoint_.socket.empty() || endpoint_.socket.size() >= sizeof address.sun_path) {
    return failed(ErrorKind::connect, "not a path that a socket can have");
  }
  std::memcpy(static_cast<char*>(address.sun_path), endpoint_.socket.data(), endpoint_.socket.size());
  UniqueFd opened(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!opened.is_open()) {
    return failed(ErrorKind::connect, system_text(errno));
  }
  // The cast is how connect() is meant to be called.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  while (::connect(opened.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == EINTR) {
      continue;
    }
    if (errno != EAGAIN) {
      return failed(ErrorKind::connect, system_text(errno));
    }
    if (auto waited = wait.wait_for(-1, 0, kConnectAgain); !waited) {
      return waited;
    }
  }
  socket_ = std::move(opened);
  return {};
}

Result<void> Connection::send(std::string_view bytes, const Wait& wait) {
  while (!bytes.empty()) {
    const auto count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (!try_again(errno)) {
      return failed(ErrorKind::connect, system_text(errno));
    } else if (auto waited = wait.wait_for(socket_.get(), POLLOUT); !waited) {
      return waited;
    }
  }
  return {};
}

Result<std::string> Connection::receive(const Wait& wait) {
  RecordReader reader(endpoint_.largest_reply);
  if (auto waited = wait.wait_for(socket_.get(), POLLIN); !waited) {
    return std::unexpected(std::move(waited.error()));
  }
  std::array<char, kChunkBytes> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv fills it
  while (true) {
    if (auto so_far = wait.check(); !so_far) {
      return std::unexpected(std::move(so_far.error()));
    }
    const auto count = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
    if (count == 0) {
      return failed(ErrorKind::connect, "the daemon closed the connection before its answer was complete");
    }
    if (count < 0) {
      if (!try_again(errno)) {
        return failed(ErrorKind::connect, system_text(errno));
      }
      if (auto waited = wait.wait_for(socket_.get(), POLLIN); !waited) {
        return std::unexpected(std::move(waited.error()));
      }
      continue;
    }
    std::string_view bytes(chunk.data(), static_cast<std::size_t>(count));
    while (!bytes.empty()) {
      const auto state = reader.read(bytes);
      if (state == RecordReader::State::oversize) {
        return failed(ErrorKind::oversize,
                      "an answer of more than " + std::to_string(endpoint_.largest_reply) + " bytes");
      }
      if (state != RecordReader::State::complete) {
        continue;
      }
      auto message = reader.take();
      if (is_callback(message)) {
        continue;
      }
      // A callback may come right behind, and its beginning is now used up: start afresh next time.
      if (!bytes.empty()) {
        socket_ = UniqueFd();
      }
      return message;
    }
  }
}

}  // namespace glusterfs_exporter::gluster::rpc

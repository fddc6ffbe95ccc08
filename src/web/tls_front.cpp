#include "web/tls_front.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <list>
#include <map>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "common/unique_fd.hpp"

namespace glusterfs_exporter::web {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// The most that a TLS record holds: with a smaller buffer libssl would keep a rest that no event tells of.
constexpr std::size_t kBufferBytes = 16384;

// How much a connection may move before the others have their turn.
constexpr int kTurns = 16;

// How long a client that got everything has to close its end. Closing first could reset the connection and
// with it what the client has not read yet.
constexpr auto kLinger = 1s;

// What is read and dropped meanwhile.
constexpr std::size_t kLingerBytes = 4194304;

// Without a descriptor for a connection nothing is taken for this long, rather than asked for in a circle.
constexpr auto kPauseWithoutFiles = 100ms;

constexpr auto kLookInterval = 500ms;
constexpr int kBacklog = 1024;

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

struct Buffer {
  std::array<char, kBufferBytes> bytes;
  std::size_t begin = 0;
  std::size_t end = 0;

  [[nodiscard]] bool empty() const { return begin == end; }
  [[nodiscard]] std::size_t size() const { return end - begin; }
  [[nodiscard]] const char* data() const { return bytes.data() + begin; }
  void filled(std::size_t count) {
    begin = 0;
    end = count;
  }
};

struct Connection;

/// One end of a connection, as epoll knows it.
struct End {
  Connection* connection = nullptr;
  UniqueFd socket;
  std::uint32_t watched = 0;
};

struct Connection {
  enum class Phase : std::uint8_t { handshake, open, closing };

  Connection() {
    client.connection = this;
    server.connection = this;
  }

  Phase phase = Phase::handshake;
  End client;
  End server;
  std::unique_ptr<SSL, SslFree> ssl;
  std::string address;
  std::uint16_t port = 0;  ///< of our end of the connection to the server
  Buffer from_client;
  Buffer from_server;
  bool client_done = false;  ///< it sends nothing more
  std::size_t dropped = 0;   ///< of bytes that came when all was said
  bool answered = false;     ///< the server has sent something
  bool server_done = false;
  bool told_server = false;  ///< that the client is done
  bool ssl_wants_to_write = false;
  bool dead = false;
  Clock::time_point since;  ///< when the phase began, or something moved last
  std::list<std::unique_ptr<Connection>>::iterator position;
};

std::string system_reason() {
  return std::generic_category().message(errno);
}

bool would_wait() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOTCONN;
}

template <class T>
void set_option(int socket, int level, int name, T value) {
  static_cast<void>(::setsockopt(socket, level, name, &value, sizeof(value)));
}

}  // namespace

class TlsFront::Impl {
 public:
  explicit Impl(Options options) : options_(std::move(options)) {}
  ~Impl() {
    thread_.request_stop();
    wake();
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  std::expected<void, std::string> open();
  bool listen();
  void start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  [[nodiscard]] sockaddr_in address() const { return options_.address; }
  [[nodiscard]] std::optional<std::string> client_at(std::uint16_t port) const {
    const std::scoped_lock lock(mutex_);
    const auto found = clients_.find(port);
    return found == clients_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  void wake() const { static_cast<void>(::eventfd_write(wake_.get(), 1)); }
  void run(const std::stop_token& stop);
  void take_new();
  void add(UniqueFd socket, const sockaddr_in& address);
  bool make_place();
  bool reach_server(Connection& connection);

  // Each goes on as far as it can without waiting; false when the connection is to be cut off.
  bool go_on(Connection& connection);
  bool shake_hands(Connection& connection);
  bool pump(Connection& connection);
  bool read_client(Connection& connection, bool& moved);
  bool write_server(Connection& connection, bool& moved);
  bool read_server(Connection& connection, bool& moved);
  bool write_client(Connection& connection, bool& moved);
  bool linger(Connection& connection);

  bool watch(Connection& connection);
  bool watch(End& end, std::uint32_t events);
  void cut_off(Connection& connection);
  void look_at_clocks();
  void remove_dead();

  Options options_;
  UniqueFd listener_;
  UniqueFd epoll_;
  UniqueFd wake_;
  std::list<std::unique_ptr<Connection>> connections_;
  std::list<std::unique_ptr<Connection>> dead_;  ///< until no event can be of theirs any more
  Clock::time_point paused_until_;
  bool listening_ = true;
  mutable std::mutex mutex_;
  std::map<std::uint16_t, std::string> clients_;  ///< address by port; guarded by mutex_
  std::jthread thread_;
};

std::expected<void, std::string> TlsFront::Impl::open() {
  epoll_ = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
  wake_ = UniqueFd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  auto* const address = reinterpret_cast<sockaddr*>(&options_.address);
  socklen_t size = sizeof(options_.address);
  if (!epoll_.is_open() || !wake_.is_open() || !listen() ||
      ::getsockname(listener_.get(), address, &size) != 0) {
    return std::unexpected(system_reason());
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &listener_;
  bool added = ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_.get(), &event) == 0;
  event.data.ptr = nullptr;
  added = added && ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) == 0;
  if (!added) {
    return std::unexpected(system_reason());
  }
  return {};
}

bool TlsFront::Impl::listen() {
  if (options_.listener >= 0) {
    listener_ = UniqueFd(::fcntl(options_.listener, F_DUPFD_CLOEXEC, 0));
    const int flags = ::fcntl(listener_.get(), F_GETFL);
    return listener_.is_open() && flags >= 0 && ::fcntl(listener_.get(), F_SETFL, flags | O_NONBLOCK) == 0;
  }
  listener_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  set_option(listener_.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  return listener_.is_open() &&
         ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&options_.address),
                sizeof(options_.address)) == 0 &&
         ::listen(listener_.get(), kBacklog) == 0;
}

void TlsFront::Impl::run(const std::stop_token& stop) {
  auto look_at = Clock::now() + kLookInterval;
  while (!stop.stop_requested()) {
    std::array<epoll_event, 128> events;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(look_at - Clock::now());
    const int count = ::epoll_wait(
        epoll_.get(), events.data(), static_cast<int>(events.size()),
        static_cast<int>(std::clamp<std::chrono::milliseconds>(wait, 0ms, kLookInterval).count()));
    for (int i = 0; i < count; ++i) {
      auto* const about = events.at(static_cast<std::size_t>(i)).data.ptr;
      if (about == &listener_) {
        take_new();
      } else if (about != nullptr) {
        auto& connection = *static_cast<End*>(about)->connection;
        if (!connection.dead && !(go_on(connection) && watch(connection))) {
          cut_off(connection);
        }
      }
    }
    remove_dead();
    if (Clock::now() >= look_at) {
      look_at_clocks();
      remove_dead();
      look_at = Clock::now() + (listening_ ? kLookInterval : kPauseWithoutFiles);
    }
  }
  while (!connections_.empty()) {
    cut_off(*connections_.front());
  }
}

void TlsFront::Impl::take_new() {
  constexpr int kAtOnce = 64;
  for (int i = 0; i < kAtOnce; ++i) {
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    UniqueFd socket(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.is_open()) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        paused_until_ = Clock::now() + kPauseWithoutFiles;
        listening_ = false;
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener_.get(), nullptr);
      }
      return;
    }
    if (make_place()) {
      add(std::move(socket), address);
    }
  }
}

bool TlsFront::Impl::make_place() {
  if (connections_.size() < options_.max_connections) {
    return true;
  }
  // Who connects and then asks for nothing must not keep out those that would.
  const auto oldest =
      std::ranges::find_if(connections_, [](const auto& connection) { return !connection->answered; });
  if (oldest == connections_.end()) {
    return false;
  }
  cut_off(**oldest);
  return true;
}

void TlsFront::Impl::add(UniqueFd socket, const sockaddr_in& address) {
  const auto context = options_.context();
  auto owner = std::make_unique<Connection>();
  auto& connection = *owner;
  connection.client.socket = std::move(socket);
  connection.ssl.reset(SSL_new(context.get()));
  if (connection.ssl == nullptr || SSL_set_fd(connection.ssl.get(), connection.client.socket.get()) != 1) {
    ERR_clear_error();
    return;
  }
  SSL_set_accept_state(connection.ssl.get());
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
  connection.address = text.data();
  connection.since = Clock::now();
  set_option(connection.client.socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(connection.client.socket.get(), IPPROTO_TCP, TCP_USER_TIMEOUT,
             static_cast<unsigned>(options_.stall_timeout.count()));
  connection.position = connections_.insert(connections_.end(), std::move(owner));
  if (!go_on(connection) || !watch(connection)) {
    cut_off(connection);
  }
}

bool TlsFront::Impl::reach_server(Connection& connection) {
  auto& socket = connection.server.socket;
  socket = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto server = own;
  server.sin_port = htons(options_.server_port);
  socklen_t size = sizeof(own);
  if (!socket.is_open() || ::bind(socket.get(), reinterpret_cast<sockaddr*>(&own), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &size) != 0) {
    return false;
  }
  set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  connection.port = ntohs(own.sin_port);
  {
    // Before the server can see the connection.
    const std::scoped_lock lock(mutex_);
    clients_[connection.port] = connection.address;
  }
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&server), sizeof(server)) == 0 ||
         errno == EINPROGRESS;
}

bool TlsFront::Impl::go_on(Connection& connection) {
  ERR_clear_error();  // of another connection: SSL_get_error would take it for this one's
  if (connection.phase == Connection::Phase::handshake) {
    return shake_hands(connection);
  }
  if (connection.phase == Connection::Phase::open) {
    return pump(connection);
  }
  return linger(connection);
}

bool TlsFront::Impl::shake_hands(Connection& connection) {
  const int done = SSL_do_handshake(connection.ssl.get());
  if (done == 1) {
    connection.phase = Connection::Phase::open;
    connection.ssl_wants_to_write = false;
    connection.since = Clock::now();
    return reach_server(connection) && pump(connection);
  }
  const int error = SSL_get_error(connection.ssl.get(), done);
  connection.ssl_wants_to_write = error == SSL_ERROR_WANT_WRITE;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    return true;
  }
  const auto code = ERR_peek_last_error();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  options_.logger->debug("web server: no TLS with {}: {}", connection.address,
                         reason == nullptr ? "it went away" : reason);
  return false;
}

bool TlsFront::Impl::pump(Connection& connection) {
  for (int turn = 0; turn < kTurns; ++turn) {
    bool moved = false;
    if (!read_client(connection, moved) || !write_server(connection, moved) ||
        !read_server(connection, moved) || !write_client(connection, moved)) {
      return false;
    }
    if (connection.server_done && connection.from_server.empty()) {
      connection.phase = Connection::Phase::closing;
      connection.since = Clock::now();
      static_cast<void>(SSL_shutdown(connection.ssl.get()));
      ::shutdown(connection.client.socket.get(), SHUT_WR);
      return linger(connection);
    }
    if (!moved) {
      break;
    }
    connection.since = Clock::now();
  }
  return true;
}

bool TlsFront::Impl::read_client(Connection& connection, bool& moved) {
  auto& buffer = connection.from_client;
  if (connection.client_done || !buffer.empty()) {
    return true;
  }
  std::size_t count = 0;
  const int read = SSL_read_ex(connection.ssl.get(), buffer.bytes.data(), buffer.bytes.size(), &count);
  if (read == 1) {
    buffer.filled(count);
    moved = true;
    return true;
  }
  const int error = SSL_get_error(connection.ssl.get(), read);
  if (error == SSL_ERROR_ZERO_RETURN) {
    connection.client_done = true;
    return true;
  }
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

bool TlsFront::Impl::write_server(Connection& connection, bool& moved) {
  auto& buffer = connection.from_client;
  while (!buffer.empty()) {
    const auto count =
        ::send(connection.server.socket.get(), buffer.data(), buffer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && would_wait()) {
      return true;
    }
    if (count < 0) {
      // The server wants no more; what it has said already is still to be passed on.
      buffer.filled(0);
      connection.client_done = true;
      break;
    }
    buffer.begin += static_cast<std::size_t>(count);
    moved = true;
  }
  if (connection.client_done && !connection.told_server) {
    connection.told_server = true;
    ::shutdown(connection.server.socket.get(), SHUT_WR);
  }
  return true;
}

bool TlsFront::Impl::read_server(Connection& connection, bool& moved) {
  auto& buffer = connection.from_server;
  if (connection.server_done || !buffer.empty()) {
    return true;
  }
  const auto count =
      ::recv(connection.server.socket.get(), buffer.bytes.data(), buffer.bytes.size(), MSG_DONTWAIT);
  if (count > 0) {
    buffer.filled(static_cast<std::size_t>(count));
    connection.answered = true;
    moved = true;
  } else if (count == 0 || !would_wait()) {
    connection.server_done = true;
  }
  return true;
}

bool TlsFront::Impl::write_client(Connection& connection, bool& moved) {
  auto& buffer = connection.from_server;
  connection.ssl_wants_to_write = false;
  while (!buffer.empty()) {
    std::size_t count = 0;
    const int written = SSL_write_ex(connection.ssl.get(), buffer.data(), buffer.size(), &count);
    if (written == 1) {
      buffer.begin += count;
      moved = true;
      continue;
    }
    const int error = SSL_get_error(connection.ssl.get(), written);
    connection.ssl_wants_to_write = error == SSL_ERROR_WANT_WRITE;
    return error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ;
  }
  return true;
}

bool TlsFront::Impl::linger(Connection& connection) {
  std::array<char, kBufferBytes> dropped;
  for (int turn = 0; turn < kTurns; ++turn) {
    const auto count = ::recv(connection.client.socket.get(), dropped.data(), dropped.size(), MSG_DONTWAIT);
    if (count <= 0) {
      return count < 0 && would_wait();
    }
    connection.dropped += static_cast<std::size_t>(count);
    if (connection.dropped > kLingerBytes) {
      return false;
    }
  }
  return true;
}

bool TlsFront::Impl::watch(Connection& connection) {
  std::uint32_t client = 0;
  std::uint32_t server = 0;
  switch (connection.phase) {
    case Connection::Phase::handshake:
      client = connection.ssl_wants_to_write ? EPOLLOUT : EPOLLIN;
      break;
    case Connection::Phase::open:
      client = (!connection.client_done && connection.from_client.empty() ? EPOLLIN : 0U) |
               (connection.ssl_wants_to_write ? EPOLLOUT : 0U);
      server = (!connection.server_done && connection.from_server.empty() ? EPOLLIN : 0U) |
               (!connection.from_client.empty() ? EPOLLOUT : 0U);
      break;
    case Connection::Phase::closing:
      client = EPOLLIN;
      break;
  }
  return watch(connection.client, client) && watch(connection.server, server);
}

// An end with nothing to wait for is taken out: a connection that broke would be reported again and again.
bool TlsFront::Impl::watch(End& end, std::uint32_t events) {
  if (end.watched == events || !end.socket.is_open()) {
    return true;
  }
  epoll_event event{};
  event.events = events;
  event.data.ptr = &end;
  const int operation = end.watched == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  end.watched = events;
  return ::epoll_ctl(epoll_.get(), operation, end.socket.get(), &event) == 0;
}

void TlsFront::Impl::cut_off(Connection& connection) {
  connection.dead = true;
  // To close them would not do: while a command is being started its process has them, too, and epoll goes on
  // telling of them.
  static_cast<void>(watch(connection.client, 0));
  static_cast<void>(watch(connection.server, 0));
  if (connection.port != 0) {
    const std::scoped_lock lock(mutex_);
    clients_.erase(connection.port);
  }
  connection.ssl.reset();
  connection.client.socket = UniqueFd();
  connection.server.socket = UniqueFd();
  dead_.splice(dead_.end(), connections_, connection.position);
}

void TlsFront::Impl::remove_dead() {
  dead_.clear();
}

void TlsFront::Impl::look_at_clocks() {
  const auto now = Clock::now();
  if (!listening_ && now >= paused_until_) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &listener_;
    listening_ = ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_.get(), &event) == 0;
  }
  for (auto next = connections_.begin(); next != connections_.end();) {
    auto& connection = **next++;
    const auto passed = now - connection.since;
    const bool late =
        (connection.phase == Connection::Phase::handshake && passed > options_.handshake_timeout) ||
        (connection.phase == Connection::Phase::closing && passed > kLinger) ||
        (connection.phase == Connection::Phase::open && !connection.from_server.empty() &&
         passed > options_.stall_timeout);
    if (late) {
      cut_off(connection);
    }
  }
}

TlsFront::TlsFront(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

TlsFront::~TlsFront() = default;

void TlsFront::start() {
  impl_->start();
}

sockaddr_in TlsFront::address() const {
  return impl_->address();
}

std::optional<std::string> TlsFront::client_at(std::uint16_t port) const {
  return impl_->client_at(port);
}

std::expected<std::unique_ptr<TlsFront>, std::string> TlsFront::open(Options options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (auto opened = impl->open(); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return std::unique_ptr<TlsFront>(new TlsFront(std::move(impl)));
}

}  // namespace glusterfs_exporter::web

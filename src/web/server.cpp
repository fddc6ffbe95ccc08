#include "web/server.hpp"

#include <arpa/inet.h>
#include <civetweb.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "web/client_socket.hpp"
#include "web/dawdlers.hpp"
#include "web/header_list.hpp"
#include "web/lent_listener.hpp"
#include "web/listen_address.hpp"
#include "web/open_files.hpp"
#include "web/open_streams.hpp"
#include "web/request_body.hpp"
#include "web/request_head.hpp"
#include "web/tls_front.hpp"
#include "web/wire.hpp"

namespace glusterfs_exporter::web {
namespace {

using namespace std::chrono_literals;

// What waits in the kernel for one client of a stream that reads slowly.
constexpr std::size_t kUnreadStreamBytes = 262144;

// When the server stops, clients that read get the end of their stream for this long.
constexpr auto kStreamEndPatience = 200ms;

// What is read and dropped of a body that nobody wanted.
constexpr auto kDrainPatience = 500ms;
constexpr std::size_t kDrainBytes = 1048576;

// Of a worker's stack a few pages are used. A thousand of the usual 8 MiB are more than a machine that counts
// what it promises (vm.overcommit_memory=2) would give.
constexpr std::size_t kWorkerStackBytes = 524288;

// Descriptors that are not a stream's: of connections that are served or wait, of pidfds, sockets and
// commands.
constexpr std::size_t kOtherOpenFiles = 512;

// With TLS a connection takes two more, and those that are not a stream's are capped.
constexpr std::size_t kOpenFilesOfTls = 3;
constexpr std::size_t kOtherTlsConnections = 256;

// A stream takes a descriptor, and where there is none left nobody can connect, Prometheus neither.
ServerOptions within_open_files(ServerOptions options) {
  const auto each = options.tls ? kOpenFilesOfTls : 1;
  const auto others = kOtherOpenFiles + (options.tls ? kOpenFilesOfTls * kOtherTlsConnections : 0);
  const auto wanted = each * options.max_streams + others;
  const auto limit = allow_open_files(wanted);
  if (limit < wanted) {
    const auto streams = (limit > 2 * others ? limit - others : limit / 2) / each;
    options.logger->warn(
        "web server: {} streams are allowed in place of {}: this process may open only {} files", streams,
        options.max_streams, limit);
    options.max_streams = static_cast<unsigned>(streams);
  }
  return options;
}

// civetweb's own initialisation, counted by it.
class Library {
 public:
  Library() { mg_init_library(MG_FEATURES_DEFAULT); }
  ~Library() { mg_exit_library(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  Library(Library&&) = delete;
  Library& operator=(Library&&) = delete;
};

bool wants_keep_alive(const Request& request, std::string_view http_version) {
  const auto wishes = parse_header_list(request.header("Connection"));
  if (wishes.empty()) {
    return http_version == "1.1";
  }
  return std::ranges::any_of(wishes,
                             [](const auto& wish) { return equal_ignoring_case(wish.value, "keep-alive"); });
}

ClientSocket find_socket(const mg_request_info& info) {
  return ClientSocket::find(info.remote_addr, static_cast<std::uint16_t>(info.remote_port),
                            static_cast<std::uint16_t>(info.server_port));
}

// The stack of threads that are made while it lives. civetweb has a setting for it only when it is compiled.
class StackSize {
 public:
  explicit StackSize(std::size_t bytes) {
    pthread_attr_t attributes;
    if (pthread_getattr_default_np(&before_) == 0 && pthread_getattr_default_np(&attributes) == 0) {
      changed_ =
          pthread_attr_setstacksize(&attributes, bytes) == 0 && pthread_setattr_default_np(&attributes) == 0;
      pthread_attr_destroy(&attributes);
    }
  }
  ~StackSize() {
    if (changed_) {
      pthread_setattr_default_np(&before_);
      pthread_attr_destroy(&before_);
    }
  }
  StackSize(const StackSize&) = delete;
  StackSize& operator=(const StackSize&) = delete;
  StackSize(StackSize&&) = delete;
  StackSize& operator=(StackSize&&) = delete;

 private:
  pthread_attr_t before_{};
  bool changed_ = false;
};

// civetweb looks for a wish to stop every two seconds only, and at once when somebody connects.
void keep_connecting(const std::stop_token& stop, sockaddr_in address) {
  if (address.sin_addr.s_addr == htonl(INADDR_ANY)) {
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  while (!stop.stop_requested()) {
    // Sleep first: a connection that is taken before civetweb knows that it has to stop would wake nobody.
    std::this_thread::sleep_for(20ms);
    const int knock = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (knock >= 0) {
      // It fails with EINPROGRESS or succeeds; the server is woken by both.
      static_cast<void>(::connect(knock, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
      ::close(knock);
    }
  }
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, Router router)
      : options_(within_open_files(std::move(options))), router_(std::move(router)) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  std::expected<void, std::string> start();
  /// Where clients come to.
  [[nodiscard]] sockaddr_in address() const { return front_ == nullptr ? address_ : front_->address(); }
  [[nodiscard]] std::vector<sockaddr_in> addresses() const {
    return front_ == nullptr ? std::vector{address_} : std::vector{front_->address(), address_};
  }
  void wake_streams() { streams_.wake(); }

 private:
  static Impl& of(const mg_connection* connection);

  // What civetweb calls. It is C: nothing may be thrown through it.
  static int on_init_connection(const mg_connection* connection, void** data) noexcept;
  static int on_begin_request(mg_connection* connection) noexcept;
  static void on_end_request(const mg_connection* connection, int status) noexcept;
  static void on_connection_close(const mg_connection* connection) noexcept;
  static void on_connection_closed(const mg_connection* connection) noexcept;
  static int on_http_error(mg_connection* connection, int status, const char* message) noexcept;
  static int on_log_message(const mg_connection* connection, const char* message) noexcept;

  std::expected<void, std::string> start_tls(const sockaddr_in& address);
  /// The client's own address; nothing for a connection that did not come by TLS though it should have.
  [[nodiscard]] std::optional<std::string> client_of(const mg_request_info& info) const;
  int serve(mg_connection* connection);
  [[nodiscard]] Response answer(const Request& request, std::string_view route) const;
  void add_headers(Response& response) const;
  void finish(mg_connection* connection, Response response, std::string_view route, bool with_body,
              bool keep_alive) const;
  int serve_stream(mg_connection* connection, Response response, std::string_view route);
  void tell(std::string_view route, int status) const;

  const ServerOptions options_;
  const Router router_;
  const Library library_;
  Dawdlers dawdlers_{
      {.workers = options_.worker_threads + options_.max_streams, .spare = options_.worker_threads / 4}};
  OpenStreams streams_{{.streams = options_.max_streams, .patience = options_.request_timeout}};
  sockaddr_in address_{};  ///< where civetweb listens
  bool lent_ = false;      ///< and others, too, who hold the same socket
  mg_context* context_ = nullptr;
  std::unique_ptr<TlsFront> front_;                 ///< null without TLS
  std::atomic<TlsFront*> client_source_ = nullptr;  ///< the same, for threads that run while it starts
};

std::expected<void, std::string> Server::Impl::start() {
  const auto failure = [this](const std::string& reason) {
    return std::unexpected("cannot listen on " + options_.listen_address + ": " + reason);
  };
  const auto address = parse_listen_address(options_.listen_address);
  if (!address) {
    return failure(address.error());
  }
  const bool lent = options_.listener >= 0;
  // civetweb says no more than that it failed.
  if (const auto possible = lent ? std::expected<void, std::string>() : try_listen(*address); !possible) {
    return failure(possible.error());
  }
  address_ = *address;
  if (lent || options_.tls) {
    address_.sin_port = 0;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  const std::string listen = to_string(address_);
  const std::string threads = std::to_string(options_.worker_threads + options_.max_streams);
  // All viewers of a page come back at once when the program was started again.
  const std::string backlog = std::to_string(options_.max_streams + 1024);
  const std::string request_timeout = std::to_string(options_.request_timeout.count());
  const std::string idle_timeout = std::to_string(options_.keep_alive_timeout.count());
  // Headers and body of a large page are two writes: without tcp_nodelay the second can wait 40 ms for an
  // ACK.
  // How long a head may be is what read_head() counts on; paths it decodes itself.
  std::array<const char*, 21> options{
      "listening_ports",
      listen.c_str(),
      "listen_backlog",
      backlog.c_str(),
      "num_threads",
      threads.c_str(),
      "request_timeout_ms",
      request_timeout.c_str(),
      "enable_keep_alive",
      "yes",
      "keep_alive_timeout_ms",
      idle_timeout.c_str(),
      "tcp_nodelay",
      "1",
      "enable_auth_domain_check",
      "no",
      "max_request_size",
      "16384",
      "decode_url",
      "no",
      nullptr,
  };
  mg_callbacks callbacks{};
  callbacks.init_connection = &Impl::on_init_connection;
  callbacks.begin_request = &Impl::on_begin_request;
  callbacks.end_request = &Impl::on_end_request;
  callbacks.connection_close = &Impl::on_connection_close;
  callbacks.connection_closed = &Impl::on_connection_closed;
  callbacks.http_error = &Impl::on_http_error;
  callbacks.log_message = &Impl::on_log_message;
  std::array<char, 256> message{};
  mg_init_data init{.callbacks = &callbacks, .user_data = this, .configuration_options = options.data()};
  mg_error_data error{.code = nullptr, .text = message.data(), .text_buffer_size = message.size()};
  {
    const StackSize small(kWorkerStackBytes);
    context_ = mg_start2(&init, &error);
  }
  if (context_ == nullptr) {
    return failure(message.data());
  }
  mg_server_port port{};
  if (mg_get_server_ports(context_, 1, &port) == 1) {
    address_.sin_port = htons(static_cast<std::uint16_t>(port.port));
  }
  if (options_.tls) {
    if (auto started = start_tls(*address); !started) {
      return failure(started.error());
    }
  } else if (lent) {
    if (const auto done = lend_listener(options_.listener, address_); !done) {
      return failure(done.error());
    }
    lent_ = true;
    address_ = address_of(options_.listener).value_or(address_);
  }
  dawdlers_.watch(ntohs(address_.sin_port));
  return {};
}

std::expected<void, std::string> Server::Impl::start_tls(const sockaddr_in& address) {
  auto front = TlsFront::open({.address = address,
                               .listener = options_.listener,
                               .server_port = ntohs(address_.sin_port),
                               .context = options_.tls,
                               .max_connections = options_.max_streams + kOtherTlsConnections,
                               .handshake_timeout = options_.request_timeout,
                               .logger = options_.logger});
  if (!front) {
    return std::unexpected(std::move(front.error()));
  }
  front_ = *std::move(front);
  client_source_ = front_.get();
  front_->start();
  return {};
}

std::optional<std::string> Server::Impl::client_of(const mg_request_info& info) const {
  if (!options_.tls) {
    return info.remote_addr;
  }
  const auto* const front = client_source_.load();
  return front == nullptr ? std::nullopt : front->client_at(static_cast<std::uint16_t>(info.remote_port));
}

Server::Impl::~Impl() {
  dawdlers_.stop();  // civetweb will close what waits for a worker without telling
  if (context_ != nullptr) {
    streams_.close(kStreamEndPatience);  // first: from mg_stop on nothing more is written
    // Who lent the socket would take a connection that nobody accepts for somebody to start this program for.
    const std::jthread waker = lent_ ? std::jthread() : std::jthread(keep_connecting, address_);
    mg_stop(context_);
  }
  // Only now: it passed on what was sent last. Nobody asks it for clients any more.
  client_source_ = nullptr;
  front_.reset();
}

Server::Impl& Server::Impl::of(const mg_connection* connection) {
  return *static_cast<Impl*>(mg_get_user_context_data(connection));
}

int Server::Impl::on_init_connection(const mg_connection* connection, void** /*data*/) noexcept {
  of(connection).dawdlers_.taken();
  return 0;
}

void Server::Impl::on_end_request(const mg_connection* connection, int /*status*/) noexcept {
  of(connection).dawdlers_.idle(connection);
}

void Server::Impl::on_connection_close(const mg_connection* connection) noexcept {
  of(connection).dawdlers_.closing(connection);
}

void Server::Impl::on_connection_closed(const mg_connection* connection) noexcept {
  of(connection).dawdlers_.closed(connection);
}

int Server::Impl::on_begin_request(mg_connection* connection) noexcept {
  auto* const self = &of(connection);
  self->dawdlers_.busy(connection);
  try {
    return self->serve(connection);
  } catch (...) {
    // No memory for an answer, or on_request threw: there may be half an answer on the wire.
    self->options_.logger->error("web server: an answer could not be finished");
    mg_disable_connection_keep_alive(connection);
    return 500;
  }
}

// Requests that civetweb refuses itself: not HTTP, too large, too slow.
int Server::Impl::on_http_error(mg_connection* connection, int status, const char* message) noexcept {
  const auto* const self = static_cast<const Impl*>(mg_get_user_context_data(connection));
  try {
    self->finish(connection, text_response(status, fmt::format("{} {}\n", status, message)), "other", true,
                 false);
    if (!self->dawdlers_.crowded()) {
      find_socket(*mg_get_request_info(connection)).finish_and_drain(kDrainPatience, kDrainBytes);
    }
  } catch (...) {
    self->options_.logger->error("web server: an answer could not be finished");
    mg_disable_connection_keep_alive(connection);
  }
  return 0;
}

int Server::Impl::on_log_message(const mg_connection* connection, const char* message) noexcept {
  const auto* const self = static_cast<const Impl*>(mg_get_user_context_data(connection));
  if (self != nullptr) {
    // spdlog doesn't throw.
    self->options_.logger->warn("web server: {}", message);
  }
  return 1;
}

int Server::Impl::serve(mg_connection* connection) {
  const auto& info = *mg_get_request_info(connection);
  auto head = read_head(info);
  if (!head) {
    const int status = head.error().status;
    finish(connection, std::move(head.error()), "other", true, false);
    find_socket(info).finish_and_drain(kDrainPatience, kDrainBytes);
    return status;
  }
  Request request = *std::move(head);
  auto client = client_of(info);
  if (!client) {
    finish(connection, text_response(403, "403 this port is not for clients.\n"), "other", true, false);
    return 403;
  }
  request.remote_address = *std::move(client);
  const auto route = router_.route_of(request.path);
  bool unread_body = announces_body(request);
  bool refused = false;
  Response response;
  if (options_.admit) {
    if (auto refusal = options_.admit(request)) {
      response = *std::move(refusal);
      refused = true;
    }
  }
  if (const auto max_bytes = refused ? std::nullopt : router_.max_body_bytes(request.method, request.path)) {
    dawdlers_.reads_body(connection);
    auto body = read_body(connection, request, find_socket(info), *max_bytes, options_.request_timeout);
    dawdlers_.body_read(connection);
    refused = !body;
    if (body) {
      request.body = *std::move(body);
      unread_body = false;
    } else {
      response = std::move(body.error());
    }
  }
  if (!refused) {
    response = answer(request, route);
  }
  if (response.stream != nullptr) {
    return serve_stream(connection, std::move(response), route);
  }
  // Of a head without headers nobody can tell whether some were dropped, see read_head().
  // To read and drop any body would let a client hold a worker for as long as it likes to send.
  const bool keep_alive = !refused && !unread_body && !dawdlers_.crowded() && info.num_headers > 0 &&
                          wants_keep_alive(request, info.http_version);
  const int status = response.status;
  finish(connection, std::move(response), route, request.method != "HEAD", keep_alive);
  if (unread_body) {
    find_socket(info).finish_and_drain(kDrainPatience, kDrainBytes);
  }
  return status;
}

int Server::Impl::serve_stream(mg_connection* connection, Response response, std::string_view route) {
  const auto& info = *mg_get_request_info(connection);
  const bool chunked = std::string_view(info.http_version) == "1.1";
  add_headers(response);
  if (std::string_view(info.request_method) == "HEAD") {
    send_stream_head(connection, response, chunked);
    tell(route, response.status);
    return response.status;
  }
  const auto place = streams_.reserve();
  // A client may have connected from one port to two addresses of ours: then its socket is not found.
  const auto socket = place == nullptr ? std::nullopt : std::optional(find_socket(info));
  if (!socket || socket->descriptor() < 0) {
    auto refusal = text_response(503, "503 too many streams are open. Try again later.\n");
    refusal.headers.emplace_back("Retry-After", "5");
    finish(connection, refusal, route, true, false);
    return refusal.status;
  }
  socket->limit_unread(options_.stream_patience, kUnreadStreamBytes);
  const bool begun = send_stream_head(connection, response, chunked);
  tell(route, response.status);
  const auto end = begun ? streams_.send(*place, *socket, *response.stream, chunked) : OpenStreams::End();
  if (!end.failure.empty()) {
    options_.logger->error("web server: the stream of {} failed: {}", route, end.failure);
  } else if (!end.complete) {
    options_.logger->debug("web server: {} left the stream of {}", info.remote_addr, route);
  }
  response.stream.reset();  // before the place is given back
  return response.status;
}

Response Server::Impl::answer(const Request& request, std::string_view route) const {
  try {
    return router_.answer(request);
  } catch (const std::exception& exception) {
    options_.logger->error("web server: the handler of {} failed: {}", route, exception.what());
  } catch (...) {
    options_.logger->error("web server: the handler of {} failed", route);
  }
  return text_response(500, "500 internal error. The log says more.\n");
}

void Server::Impl::add_headers(Response& response) const {
  if (options_.headers) {
    for (auto& header : options_.headers()) {
      response.headers.push_back(std::move(header));
    }
  }
}

void Server::Impl::finish(mg_connection* connection, Response response, std::string_view route,
                          bool with_body, bool keep_alive) const {
  add_headers(response);
  if (!send_response(connection, response, with_body, keep_alive)) {
    options_.logger->debug("web server: {} went away before it had all of {}",
                           mg_get_request_info(connection)->remote_addr, route);
  }
  tell(route, response.status);
}

void Server::Impl::tell(std::string_view route, int status) const {
  if (options_.on_request) {
    options_.on_request(route, status);
  }
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() = default;

std::uint16_t Server::port() const {
  return ntohs(impl_->address().sin_port);
}

sockaddr_in Server::address() const {
  return impl_->address();
}

std::vector<sockaddr_in> Server::addresses() const {
  return impl_->addresses();
}

void Server::wake_streams() {
  impl_->wake_streams();
}

std::expected<std::unique_ptr<Server>, std::string> Server::start(ServerOptions options, Router router) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(router));
  if (auto started = impl->start(); !started) {
    return std::unexpected(std::move(started.error()));
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

}  // namespace glusterfs_exporter::web

#include "web/server.hpp"

#include <arpa/inet.h>
#include <civetweb.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <exception>
#include <stop_token>
#include <thread>
#include <utility>

#include "web/header_list.hpp"
#include "web/listen_address.hpp"

namespace glusterfs_exporter::web {
namespace {

using namespace std::chrono_literals;

// Up to this size a body goes out together with the headers, in one packet or few.
constexpr std::size_t kSmallBodyBytes = 16384;

// civetweb takes at most INT_MAX bytes at once.
constexpr std::size_t kWriteChunkBytes = 1048576;

constexpr std::string_view kSecurityHeaders =
    "Cache-Control: no-store\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n";

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

Request to_request(const mg_request_info& info) {
  Request request;
  request.method = info.request_method;
  request.path = info.local_uri;
  request.query = info.query_string == nullptr ? "" : info.query_string;
  request.remote_address = info.remote_addr;
  for (int i = 0; i < info.num_headers; ++i) {
    request.add_header(info.http_headers[i].name, info.http_headers[i].value);
  }
  return request;
}

// Whether the connection can be used again. After a request with a body it can't: nothing here reads one, and
// to read and drop it would let a client hold a worker for as long as it likes to send.
bool can_keep_alive(const Request& request, std::string_view http_version) {
  const auto length = request.header("Content-Length");
  if (!request.header("Transfer-Encoding").empty() || (!length.empty() && length != "0")) {
    return false;
  }
  const auto wishes = parse_header_list(request.header("Connection"));
  if (wishes.empty()) {
    return http_version == "1.1";
  }
  return std::ranges::any_of(wishes,
                             [](const auto& wish) { return equal_ignoring_case(wish.value, "keep-alive"); });
}

std::string header_block(const Response& response, std::string_view reason, std::size_t body_bytes,
                         bool keep_alive) {
  std::string block = fmt::format(
      "HTTP/1.1 {} {}\r\n"
      "Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n"
      "Connection: {}\r\n"
      "Content-Type: {}\r\n"
      "Content-Length: {}\r\n",
      response.status, reason, fmt::gmtime(std::time(nullptr)), keep_alive ? "keep-alive" : "close",
      response.content_type, body_bytes);
  block += kSecurityHeaders;
  for (const auto& [name, value] : response.headers) {
    block.append(name).append(": ").append(value).append("\r\n");
  }
  block += "\r\n";
  return block;
}

bool write_all(mg_connection* connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto chunk = bytes.substr(0, kWriteChunkBytes);
    if (mg_write(connection, chunk.data(), chunk.size()) != static_cast<int>(chunk.size())) {
      return false;
    }
    bytes.remove_prefix(chunk.size());
  }
  return true;
}

// False when the client went away or stalled before it had everything.
bool send_response(mg_connection* connection, const Response& response, bool with_body, bool keep_alive) {
  if (!keep_alive) {
    mg_disable_connection_keep_alive(connection);
  }
  std::string_view body = response.body ? std::string_view(*response.body) : std::string_view();
  std::string head =
      header_block(response, mg_get_response_code_text(connection, response.status), body.size(), keep_alive);
  if (!with_body) {
    body = {};
  }
  if (body.size() <= kSmallBodyBytes) {
    head += body;
    body = {};
  }
  const bool sent = write_all(connection, head) && write_all(connection, body);
  if (!sent) {
    mg_disable_connection_keep_alive(connection);
  }
  return sent;
}

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
  Impl(ServerOptions options, Router router) : options_(std::move(options)), router_(std::move(router)) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  std::expected<void, std::string> start();
  [[nodiscard]] std::uint16_t port() const { return ntohs(address_.sin_port); }

 private:
  // What civetweb calls. It is C: nothing may be thrown through it.
  static int on_begin_request(mg_connection* connection) noexcept;
  static int on_http_error(mg_connection* connection, int status, const char* message) noexcept;
  static int on_log_message(const mg_connection* connection, const char* message) noexcept;

  int serve(mg_connection* connection);
  [[nodiscard]] Response answer(const Request& request, std::string_view route) const;
  void finish(mg_connection* connection, const Response& response, std::string_view route, bool with_body,
              bool keep_alive) const;

  const ServerOptions options_;
  const Router router_;
  const Library library_;
  sockaddr_in address_{};
  mg_context* context_ = nullptr;
};

std::expected<void, std::string> Server::Impl::start() {
  const auto failure = [this](const std::string& reason) {
    return std::unexpected("cannot listen on " + options_.listen_address + ": " + reason);
  };
  const auto address = parse_listen_address(options_.listen_address);
  if (!address) {
    return failure(address.error());
  }
  address_ = *address;
  // civetweb says no more than that it failed.
  if (const auto possible = try_listen(address_); !possible) {
    return failure(possible.error());
  }

  const std::string listen = to_string(address_);
  const std::string threads = std::to_string(options_.worker_threads);
  const std::string request_timeout = std::to_string(options_.request_timeout.count());
  const std::string idle_timeout = std::to_string(options_.keep_alive_timeout.count());
  // Headers and body of a large page are two writes: without tcp_nodelay the second can wait 40 ms for an
  // ACK.
  std::array<const char*, 15> options{
      "listening_ports",
      listen.c_str(),
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
      nullptr,
  };
  mg_callbacks callbacks{};
  callbacks.begin_request = &Impl::on_begin_request;
  callbacks.http_error = &Impl::on_http_error;
  callbacks.log_message = &Impl::on_log_message;
  std::array<char, 256> message{};
  mg_init_data init{.callbacks = &callbacks, .user_data = this, .configuration_options = options.data()};
  mg_error_data error{.code = nullptr, .text = message.data(), .text_buffer_size = message.size()};
  context_ = mg_start2(&init, &error);
  if (context_ == nullptr) {
    return failure(message.data());
  }
  mg_server_port port{};
  if (mg_get_server_ports(context_, 1, &port) == 1) {
    address_.sin_port = htons(static_cast<std::uint16_t>(port.port));
  }
  return {};
}

Server::Impl::~Impl() {
  if (context_ != nullptr) {
    const std::jthread waker(keep_connecting, address_);
    mg_stop(context_);
  }
}

int Server::Impl::on_begin_request(mg_connection* connection) noexcept {
  auto* const self = static_cast<Impl*>(mg_get_user_context_data(connection));
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
  if (info.num_headers >= MG_MAX_HEADERS) {
    // civetweb drops what is beyond: perhaps the one that says that a body follows.
    finish(connection, text_response(431, "431 too many headers\n"), "other", true, false);
    return 431;
  }
  const Request request = to_request(info);
  const auto route = router_.route_of(request.path);
  const auto response = answer(request, route);
  finish(connection, response, route, request.method != "HEAD", can_keep_alive(request, info.http_version));
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

void Server::Impl::finish(mg_connection* connection, const Response& response, std::string_view route,
                          bool with_body, bool keep_alive) const {
  if (!send_response(connection, response, with_body, keep_alive)) {
    options_.logger->debug("web server: {} went away before it had all of {}",
                           mg_get_request_info(connection)->remote_addr, route);
  }
  if (options_.on_request) {
    options_.on_request(route, response.status);
  }
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() = default;

std::uint16_t Server::port() const {
  return impl_->port();
}

std::expected<std::unique_ptr<Server>, std::string> Server::start(ServerOptions options, Router router) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(router));
  if (auto started = impl->start(); !started) {
    return std::unexpected(std::move(started.error()));
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

}  // namespace glusterfs_exporter::web

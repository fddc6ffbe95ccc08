#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "web/router.hpp"

namespace glusterfs_exporter::web {

struct ServerOptions {
  std::string listen_address = "0.0.0.0:9713";  ///< see parse_listen_address
  unsigned worker_threads = 8;                  ///< a connection holds one from its start to its end

  /// A client has this long to send a request, and may stop taking bytes for this long, before it is cut off:
  /// a client that does nothing holds a worker no longer.
  std::chrono::milliseconds request_timeout = std::chrono::seconds(5);

  /// How long a connection waits for the next request. Enough for a browser to get the parts of a page over
  /// one; not enough for idle clients to hold the workers. A scraper comes back later than could be afforded.
  std::chrono::milliseconds keep_alive_timeout = std::chrono::milliseconds(500);

  std::shared_ptr<spdlog::logger> logger;  ///< never null

  /// Told of every answer after it was sent, on the worker's thread; route as in Router::route_of. May be
  /// empty.
  std::function<void(std::string_view route, int status)> on_request;
};

/// The HTTP server. Serves from start() until destroyed; handlers run on its threads.
///
/// A handler that throws gives the client a 500 and the log a line. From start() on the process ignores
/// SIGPIPE, as civetweb sets it so; the threads inherit the signal mask of the thread that calls start().
/// Start and destroy servers on one thread only.
class Server {
 public:
  /// The error is one line that names the address and the reason.
  static std::expected<std::unique_ptr<Server>, std::string> start(ServerOptions options, Router router);

  /// Stops: waits for handlers that run, cuts off what is still being sent. Within half a second; with
  /// clients that stall in the middle of a request or an answer, within two.
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  Server(Server&&) = delete;
  Server& operator=(Server&&) = delete;

  /// The port it listens on: the one chosen by the system when port 0 was asked for.
  [[nodiscard]] std::uint16_t port() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace glusterfs_exporter::web

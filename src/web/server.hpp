#pragma once

#include <netinet/in.h>
#include <spdlog/logger.h>

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "web/router.hpp"
#include "web/tls_context.hpp"

namespace glusterfs_exporter::web {

struct ServerOptions {
  std::string listen_address = "0.0.0.0:9713";  ///< see parse_listen_address

  /// A socket that listens already and is served in place of that address; borrowed until start() returns.
  /// -1: none. Then stopping takes up to two seconds, for whoever else holds it takes the next connection.
  int listener = -1;

  /// A connection holds a thread from its start to its end; that of a stream sleeps, and one thread sends to
  /// all of them. All of worker_threads + max_streams are made at the start; as streams never hold more than
  /// max_streams, worker_threads are left for everything else.
  unsigned worker_threads = 8;
  unsigned max_streams = 1000;  ///< further ones get 503

  /// A client has this long to send a request, and may stop taking bytes for this long, before it is cut off:
  /// a client that does nothing holds a worker no longer. When workers are scarce it has less, see Dawdlers.
  std::chrono::milliseconds request_timeout = std::chrono::seconds(5);

  /// Beyond that, a client of a stream is cut off when bytes wait for it in the kernel and it takes none for
  /// this long.
  std::chrono::milliseconds stream_patience = std::chrono::seconds(10);

  /// How long a connection waits for the next request. Enough for a browser to get the parts of a page over
  /// one; not enough for idle clients to hold the workers. A scraper comes back later than could be afforded.
  std::chrono::milliseconds keep_alive_timeout = std::chrono::milliseconds(500);

  std::shared_ptr<spdlog::logger> logger;  ///< never null

  /// What new connections use; called for each, and not null then. Empty: plain HTTP. See TlsFront.
  std::function<TlsContext()> tls = nullptr;

  /// Looks at each request before its body is read: gives the answer for who may not, or nothing. May be
  /// empty.
  std::function<std::optional<Response>(Request&)> admit = nullptr;

  /// Headers of every answer, in place of those of the same name that the server would send. May be empty.
  std::function<std::vector<std::pair<std::string, std::string>>()> headers = nullptr;

  /// Told of every answer after it was sent, of a stream after its head was sent, on the worker's thread;
  /// route as in Router::route_of. May be empty.
  std::function<void(std::string_view route, int status)> on_request;
};

/// The HTTP server. Serves from start() until destroyed; handlers run on its threads.
///
/// A handler that throws gives the client a 500 and the log a line. From start() on the process ignores
/// SIGPIPE, as civetweb sets it so; the threads inherit the signal mask of the thread that calls start().
/// Start and destroy servers on one thread only. Threads that others make during start() may get its workers'
/// small stacks (512 KiB).
class Server {
 public:
  /// The error is one line that names the address and the reason.
  static std::expected<std::unique_ptr<Server>, std::string> start(ServerOptions options, Router router);

  /// Stops: ends streams, waits for handlers that run, cuts off what is still being sent. Within half a
  /// second; with clients that stall in the middle of a request or an answer that is no stream, within two.
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  Server(Server&&) = delete;
  Server& operator=(Server&&) = delete;

  /// The port it listens on: the one chosen by the system when port 0 was asked for.
  [[nodiscard]] std::uint16_t port() const;

  /// Where it listens, that port included.
  [[nodiscard]] sockaddr_in address() const;

  /// The same, and where the plain server behind TLS listens: whoever serves all of them serves.
  [[nodiscard]] std::vector<sockaddr_in> addresses() const;

  /// Has all streams asked for more at once, rather than within a second. For any thread.
  void wake_streams();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace glusterfs_exporter::web

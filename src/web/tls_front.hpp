#pragma once

#include <netinet/in.h>
#include <spdlog/logger.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "web/tls_context.hpp"

namespace glusterfs_exporter::web {

/// Takes TLS connections and passes on what is in them to a plain server on this machine, and back.
///
/// civetweb's own TLS would not do: it loads a library by a name that only development packages bring, knows
/// neither a highest version nor curves, cannot change certificates while it runs, and holds a thread while a
/// client dawdles with its handshake. Besides, streams are sent by one thread that writes to sockets. Here
/// one thread does all of it, waits for nobody, and the server behind stays as it is.
class TlsFront {
 public:
  struct Options {
    sockaddr_in address{};  ///< where to listen; port 0 lets the system choose
    /// A socket that listens already and is served in place of that address; borrowed for open(). -1: none.
    int listener = -1;
    std::uint16_t server_port = 0;  ///< the plain server's, on 127.0.0.1
    /// For one new connection: what holds now. Called on the front's thread; quick.
    std::function<TlsContext()> context;
    /// Each takes two descriptors. For a further one the oldest that was never answered is closed, else
    /// itself.
    std::size_t max_connections = 0;
    std::chrono::milliseconds handshake_timeout = std::chrono::seconds(5);
    std::chrono::milliseconds stall_timeout = std::chrono::seconds(15);  ///< of a client that takes nothing
    std::shared_ptr<spdlog::logger> logger;                              ///< never null
  };

  /// Listens, and takes nobody yet. The error is the reason why it cannot.
  static std::expected<std::unique_ptr<TlsFront>, std::string> open(Options options);

  /// Takes connections from now on.
  void start();

  /// Cuts off all connections.
  ~TlsFront();

  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;
  TlsFront(TlsFront&&) = delete;
  TlsFront& operator=(TlsFront&&) = delete;

  /// Where it listens, with the port that the system chose.
  [[nodiscard]] sockaddr_in address() const;

  /// The address of the client that is behind a connection to the plain server, by the port it comes from;
  /// nothing when it is none of the front's, but of somebody on this machine who found the plain server. For
  /// any thread.
  [[nodiscard]] std::optional<std::string> client_at(std::uint16_t port) const;

 private:
  class Impl;
  explicit TlsFront(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace glusterfs_exporter::web

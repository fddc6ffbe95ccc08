#pragma once

#include <netinet/in.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace glusterfs_exporter::web {

/// The socket of a connection that is being served. civetweb keeps it to itself, and without it nobody
/// notices that a client left while there is nothing to send, nor wakes a thread that waits for a client to
/// read.
///
/// Doesn't own the socket: to be used only while the connection's request is handled. When the socket could
/// not be found, everything here does nothing and reports nothing.
class ClientSocket {
 public:
  /// Looks among the open descriptors for the one that is connected to this client.
  static ClientSocket find(std::string_view remote_address, std::uint16_t remote_port,
                           std::uint16_t local_port);

  /// The descriptor, or -1.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Has the kernel end the connection when the client takes nothing of what waits for it for this long, and
  /// keep at most about this many bytes waiting.
  void limit_unread(std::chrono::milliseconds patience, std::size_t bytes) const;

  /// How many bytes can be read without waiting.
  [[nodiscard]] std::size_t readable_bytes() const;

  /// Says that nothing more will be sent, then reads and drops what the client still sends, until it closes
  /// or one of the limits is reached. Without that the client might get a reset in place of the last answer.
  void finish_and_drain(std::chrono::milliseconds patience, std::size_t bytes) const;

 private:
  explicit ClientSocket(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace glusterfs_exporter::web

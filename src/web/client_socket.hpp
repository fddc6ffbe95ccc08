#pragma once

#include <netinet/in.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
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

/// Calls `look` with the descriptor and the address of each client that is connected to this port of ours,
/// being served or not. Other threads may close it meanwhile.
void for_each_client(std::uint16_t local_port,
                     const std::function<void(int descriptor, const sockaddr_in& client)>& look);

/// Whether a descriptor is the connection of this client to this port of ours.
bool is_client(int descriptor, const sockaddr_in& client, std::uint16_t local_port);

/// How many bytes can be read of a socket without waiting.
std::size_t readable_bytes(int descriptor);

}  // namespace glusterfs_exporter::web

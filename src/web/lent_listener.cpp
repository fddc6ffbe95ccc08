#include "web/lent_listener.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "common/to_number.hpp"
#include "common/unique_fd.hpp"

namespace glusterfs_exporter::web {
namespace {

std::string reason() {
  return std::generic_category().message(errno);
}

bool listens_on(int descriptor, const sockaddr_in& address) {
  int listens = 0;
  socklen_t size = sizeof(listens);
  sockaddr_in own{};
  socklen_t own_size = sizeof(own);
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0 &&
         ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &own_size) == 0 &&
         own.sin_family == AF_INET && own.sin_port == address.sin_port &&
         own.sin_addr.s_addr == address.sin_addr.s_addr;
}

std::optional<int> find_listener(const sockaddr_in& address) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    const auto descriptor = to_number<int>(entry->path().filename().string());
    if (descriptor && listens_on(*descriptor, address)) {
      return *descriptor;
    }
  }
  return std::nullopt;
}

/// Whoever waited on the socket before its descriptor meant another one does so until somebody connects.
void knock(const sockaddr_in& address) {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.is_open()) {
    // It fails with EINPROGRESS or, where nobody waited, is refused.
    static_cast<void>(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
  }
}

}  // namespace

std::expected<sockaddr_in, std::string> address_of(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return std::unexpected(reason());
  }
  if (address.sin_family != AF_INET) {
    return std::unexpected("not an IPv4 socket");
  }
  return address;
}

std::expected<void, std::string> lend_listener(int listener, const sockaddr_in& placeholder) {
  // A connection that is gone by the time it is accepted must not make civetweb wait for the next one.
  const int flags = ::fcntl(listener, F_GETFL);
  if (flags < 0 || ::fcntl(listener, F_SETFL, flags | O_NONBLOCK) != 0) {
    return std::unexpected(reason());
  }
  const auto civetwebs = find_listener(placeholder);
  if (!civetwebs) {
    return std::unexpected("the web server's own socket is not found in /proc/self/fd");
  }
  if (::dup3(listener, *civetwebs, O_CLOEXEC) < 0) {
    return std::unexpected(reason());
  }
  knock(placeholder);
  return {};
}

}  // namespace glusterfs_exporter::web

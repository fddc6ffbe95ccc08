#include "web/listen_address.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace glusterfs_exporter::web {

std::expected<sockaddr_in, std::string> parse_listen_address(std::string_view text) {
  static constexpr std::string_view kProblem = "not a numeric IPv4 address and a port, as in 0.0.0.0:9713";
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return std::unexpected(std::string(kProblem));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  const std::string host(text.substr(0, colon));
  if (!host.empty() && ::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    return std::unexpected(std::string(kProblem));
  }
  std::uint16_t port = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (error != std::errc() || stop != end) {
    return std::unexpected(std::string(kProblem));
  }
  address.sin_port = htons(port);
  return address;
}

std::expected<void, std::string> try_listen(const sockaddr_in& address) {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) {
    return std::unexpected(std::generic_category().message(errno));
  }
  // As civetweb does it: without this, a port whose last connections are in TIME_WAIT would look taken.
  const int on = 1;
  ::setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool listening = ::bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
                         ::listen(probe, 1) == 0;
  const int reason = errno;
  ::close(probe);
  if (!listening) {
    return std::unexpected(std::generic_category().message(reason));
  }
  return {};
}

std::string to_string(const sockaddr_in& address) {
  std::array<char, INET_ADDRSTRLEN> host{};
  ::inet_ntop(AF_INET, &address.sin_addr, host.data(), host.size());
  return std::string(host.data()) + ":" + std::to_string(ntohs(address.sin_port));
}

}  // namespace glusterfs_exporter::web

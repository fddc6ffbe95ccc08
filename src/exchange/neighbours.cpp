#include "exchange/neighbours.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/host_port.hpp"
#include "common/text.hpp"
#include "exchange/node_document.hpp"

namespace glusterfs_exporter::exchange {
namespace {

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

/// Whether every character can stand in a host name or an IPv4 address.
bool is_name(std::string_view host) {
  constexpr std::size_t kMaxName = 253;
  return !host.empty() && host.size() <= kMaxName && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

/// Gives a thing of this node's own that names no node the node's uuid; true for a thing of another node's.
bool is_foreign(std::string& peer_uuid, const std::string& own) {
  if (peer_uuid.empty()) {
    peer_uuid = own;
  }
  return peer_uuid != own;
}

Result<model::NodeReport> read_answer(const std::string& uuid, const std::string& url,
                                      const Result<std::string>& body) {
  if (!body) {
    return std::unexpected(body.error());
  }
  auto report = read_node_document(*body);
  if (!report) {
    return std::unexpected(Error{report.error().kind, fmt::format("{}: {}", url, report.error().context)});
  }
  if (report->peer_uuid != uuid) {
    return std::unexpected(Error{ErrorKind::parse, fmt::format("{}: another node answered: {}, not {}", url,
                                                               report->peer_uuid, uuid)});
  }
  std::erase_if(report->bricks, [&](auto& brick) { return is_foreign(brick.brick.peer_uuid, uuid); });
  std::erase_if(report->daemons, [&](auto& daemon) { return is_foreign(daemon.peer_uuid, uuid); });
  return report;
}

}  // namespace

Result<std::string> exporter_url(std::string_view host, std::uint16_t port, std::string_view path, bool tls) {
  const std::string text(host);
  if (is_name(text) || (text.find('\0') == std::string::npos && is_ipv6(text))) {
    return fmt::format("{}://{}{}", tls ? "https" : "http", host_and_port(text, port), path);
  }
  constexpr std::size_t kShown = 100;
  return std::unexpected(Error{ErrorKind::connect, fmt::format("'{}' is not a host's name or address",
                                                               clean_utf8(text.substr(0, kShown)))});
}

Neighbours::Neighbours(std::uint16_t port, std::chrono::milliseconds timeout, std::stop_token stop,
                       CallObserver observer, ClusterCredentials credentials)
    : port_(port),
      timeout_(timeout),
      tls_(credentials.tls()),
      fetcher_(std::move(stop), std::move(credentials)),
      observer_(std::move(observer)) {}

Answers Neighbours::ask(std::span<const Peer> peers) {
  Answers answers;
  std::vector<std::string> uuids;
  std::vector<std::string> urls;
  for (const auto& peer : peers) {
    auto url = exporter_url(peer.host, port_, "/api/v1/node", tls_);
    const bool good = url.has_value();
    // Holds the place; the answer of a good URL comes below.
    const auto [place, first] = answers.try_emplace(
        peer.uuid, std::unexpected(good ? Error{ErrorKind::connect, *url} : std::move(url.error())));
    if (first && good) {
      uuids.push_back(peer.uuid);
      urls.push_back(*std::move(url));
    }
  }
  std::vector<std::chrono::duration<double>> durations(urls.size());
  auto bodies = fetcher_.fetch(urls, timeout_, [&](std::size_t i, auto took) { durations[i] = took; });
  for (std::size_t i = 0; i < urls.size(); ++i) {
    const auto& answer =
        answers.insert_or_assign(uuids[i], read_answer(uuids[i], urls[i], bodies[i])).first->second;
    if (observer_) {
      observer_({Asked::exporter, urls[i], durations[i], answer ? nullptr : &answer.error()});
    }
    bodies[i] = std::string();  // a large text is not needed any longer
  }
  return answers;
}

}  // namespace glusterfs_exporter::exchange

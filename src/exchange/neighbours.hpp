#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "common/call.hpp"
#include "common/error.hpp"
#include "exchange/fetch.hpp"
#include "model/node_report.hpp"

namespace glusterfs_exporter::exchange {

/// A node whose exporter is to be asked.
struct Peer {
  std::string uuid;
  std::string host;  ///< a name or an address, as Gluster knows it
};

/// What each peer's exporter says, by the peer's uuid.
using Answers = std::map<std::string, Result<model::NodeReport>>;

/// Asks the exporters of other nodes. An interface, so that those who use the answers can be tested without
/// a network.
class NeighbourSource {
 public:
  NeighbourSource() = default;
  NeighbourSource(const NeighbourSource&) = delete;
  NeighbourSource& operator=(const NeighbourSource&) = delete;
  NeighbourSource(NeighbourSource&&) = delete;
  NeighbourSource& operator=(NeighbourSource&&) = delete;
  virtual ~NeighbourSource() = default;

  /// Asks all of `peers`, which do not include the local one, at once. One entry per uuid; of peers with the
  /// same uuid the first is asked.
  virtual Answers ask(std::span<const Peer> peers) = 0;
};

/// "http://HOST:PORT/PATH", or https with `tls`, an IPv6 address in brackets; `path` begins with the slash.
/// An error of kind connect when `host` cannot be a name or an address: it comes from the cluster and could
/// otherwise name another server or path.
Result<std::string> exporter_url(std::string_view host, std::uint16_t port, std::string_view path,
                                 bool tls = false);

/// Asks over HTTP; all exporters of a cluster listen on the same port. For one thread at a time.
///
/// Errors: those of Fetcher and of read_node_document, and parse when another node answers than the one that
/// was asked. What a node says of other nodes is dropped: only a node's own word on itself counts.
class Neighbours final : public NeighbourSource {
 public:
  /// `timeout` is for each peer. Calls return at once from when `stop` is requested. `observer` is told of
  /// each peer that was asked.
  Neighbours(std::uint16_t port, std::chrono::milliseconds timeout, std::stop_token stop,
             CallObserver observer = {}, ClusterCredentials credentials = {});

  Answers ask(std::span<const Peer> peers) override;

 private:
  std::uint16_t port_;
  std::chrono::milliseconds timeout_;
  bool tls_;
  Fetcher fetcher_;
  CallObserver observer_;
};

}  // namespace glusterfs_exporter::exchange

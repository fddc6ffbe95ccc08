#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "model/snapshot.hpp"

namespace glusterfs_exporter::web {

/// The exporters of the cluster for Prometheus' `http_sd_configs`: one group per peer, in the order given.
///
/// Peers that are not connected are listed too: their exporter may well run, and a target that vanishes makes
/// no alert. All exporters are taken to listen on `port`, and to take TLS if `tls`.
std::string render_service_discovery(std::span<const model::Peer> peers, std::uint16_t port,
                                     bool tls = false);

}  // namespace glusterfs_exporter::web

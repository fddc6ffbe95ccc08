#include "web/service_discovery.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "common/host_port.hpp"
#include "common/text.hpp"

namespace glusterfs_exporter::web {

std::string render_service_discovery(std::span<const model::Peer> peers, std::uint16_t port, bool tls) {
  using Json = nlohmann::ordered_json;
  Json groups = Json::array();
  for (const auto& peer : peers) {
    const auto host = clean_utf8(peer.host);
    Json group;
    group["targets"] = Json::array({host_and_port(host, port)});
    group["labels"] = {{"__meta_glusterfs_peer_uuid", clean_utf8(peer.uuid)},
                       {"__meta_glusterfs_host", host},
                       {"__meta_glusterfs_connected", peer.connected ? "true" : "false"}};
    if (tls) {
      group["labels"]["__scheme__"] = "https";
    }
    groups.push_back(std::move(group));
  }
  // The text is clean; with this handler dump() could not throw if some were not.
  return groups.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace glusterfs_exporter::web

#include "live/daemon_json.hpp"

#include "live/json_put.hpp"
#include "live/volume_json.hpp"
#include "model/names.hpp"

namespace glusterfs_exporter::live {

std::string daemon_key(const model::Daemon& daemon) {
  return daemon.host + "/" + std::string(name_of(daemon.kind));
}

nlohmann::json daemon_json(const model::Daemon& daemon) {
  nlohmann::json json = {{"host", daemon.host}, {"daemon", name_of(daemon.kind)}, {"online", daemon.online}};
  put_text(json, "peer_uuid", daemon.peer_uuid);
  put_process(json, daemon.process);
  return json;
}

}  // namespace glusterfs_exporter::live

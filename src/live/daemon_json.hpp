#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "model/snapshot.hpp"

/// The parts of the state document that are about daemons.
namespace glusterfs_exporter::live {

/// "HOST/DAEMON", the daemon's name in the document.
std::string daemon_key(const model::Daemon& daemon);

nlohmann::json daemon_json(const model::Daemon& daemon);

}  // namespace glusterfs_exporter::live

#include "webhook/changes_document.hpp"

#include <nlohmann/json.hpp>

#include "live/changes.hpp"
#include "live/state_document.hpp"

namespace glusterfs_exporter::webhook {

std::string write_changes(const ChangesDocument& document) {
  nlohmann::json json = {{"schema", "glusterfs_exporter/changes/v1"}, {"id", document.id}};
  for (const char* const member : {"cluster", "node"}) {
    // Who says so, and when: a receiver of changes alone would else not know.
    const auto& from = document.now.at(member);
    for (const char* const key : {"taken_at", "host", "peer_uuid"}) {
      if (const auto value = from.find(key); value != from.end()) {
        json[key] = *value;
      }
    }
  }
  if (document.before == nullptr) {
    json["state"] = document.now;
    return live::to_text(json);
  }
  auto change = live::merge_patch(*document.before, document.now);
  if (change.empty()) {
    return {};
  }
  json["follows"] = document.follows;
  json["change"] = std::move(change);
  return live::to_text(json);
}

}  // namespace glusterfs_exporter::webhook

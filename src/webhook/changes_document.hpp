#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace glusterfs_exporter::webhook {

/// A document of the format `changes`, docs/schema/changes.v1.json: with `before` the merge patch from that
/// state to `now`, and `follows`, the id of the delivery that brought the other there; without one the state
/// as a whole, for whoever begins.
struct ChangesDocument {
  const std::string& id;  ///< of its delivery
  const std::string& follows;
  const nlohmann::json* before = nullptr;
  const nlohmann::json& now;
};

/// As one line of text; empty when nothing is other than before. Pure.
std::string write_changes(const ChangesDocument& document);

}  // namespace glusterfs_exporter::webhook

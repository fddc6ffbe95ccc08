#pragma once

#include <nlohmann/json.hpp>

/// The change from one JSON document to another, and back to the document: a JSON Merge Patch, RFC 7396.
namespace glusterfs_exporter::live {

/// The patch that makes `to` of `from`: objects hold what differs, null takes a member away, anything else
/// replaces what was there. `{}` when two objects are equal. Neither document may have a member that is null,
/// since a merge patch cannot say so; null as an element of an array does no harm. Pure.
nlohmann::json merge_patch(const nlohmann::json& from, const nlohmann::json& to);

}  // namespace glusterfs_exporter::live

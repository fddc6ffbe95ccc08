#pragma once

#include <cstdint>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "gluster/records.hpp"
#include "gluster/values.hpp"

/// Small readers that the answers' readers share.
namespace glusterfs_exporter::gluster {

/// The text of the child `name`; empty when there is none.
inline std::string text_of(pugi::xml_node node, const char* name) {
  return node.child_value(name);
}

template <class Number = std::uint64_t>
std::optional<Number> number_of(pugi::xml_node node, const char* name) {
  return to_number<Number>(node.child_value(name));
}

/// A number with a fraction; 0 when there is none, never infinite nor "nan".
double real_of(pugi::xml_node node, const char* name);

/// "Yes" and "No", as Gluster writes truth in XML.
std::optional<bool> yes_or_no(std::string_view text);

/// "2026-11-21 03:22:01", with or without a fraction and a zone ("+0000"); without a zone it is this
/// machine's local time, the best guess there is.
std::optional<model::Time> to_time(std::string_view text);

inline std::unexpected<Error> missing(std::string_view command, std::string_view element) {
  return std::unexpected(
      Error{ErrorKind::parse, std::string(command) + ": no <" + std::string(element) + "> in the answer"});
}

}  // namespace glusterfs_exporter::gluster

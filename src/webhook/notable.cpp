#include "webhook/notable.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "common/time_text.hpp"

namespace glusterfs_exporter::webhook {
namespace {

using Json = nlohmann::json;

bool is_time(const Json& value) {
  const auto* const text = value.get_ptr<const std::string*>();
  return text != nullptr && read_time(*text).has_value();
}

/// Whether there is anything in it but numbers and times.
bool says_something(const Json& value) {
  if (value.is_structured()) {
    return std::ranges::any_of(value, says_something);
  }
  return !value.is_number() && !is_time(value);
}

}  // namespace

bool is_notable(const Json& before, const Json& change) {
  for (const auto& [key, now] : change.items()) {
    if (key == "top_files") {
      continue;
    }
    const auto old = before.find(key);
    const bool was_there = old != before.end();
    const bool both_objects = now.is_object() && was_there && old->is_object();
    if (both_objects ? is_notable(*old, now)
                     : (!now.is_null() && says_something(now)) || (was_there && says_something(*old))) {
      return true;
    }
  }
  return false;
}

}  // namespace glusterfs_exporter::webhook

#include "live/changes.hpp"

#include <utility>

namespace glusterfs_exporter::live {

// It goes as deep as the documents do, which are the exporter's own.
nlohmann::json merge_patch(const nlohmann::json& from, const nlohmann::json& to) {
  if (!from.is_object() || !to.is_object()) {
    return to;
  }
  auto patch = nlohmann::json::object();
  auto old = from.begin();
  auto now = to.begin();
  // Both are in the order of their keys.
  while (old != from.end() || now != to.end()) {
    const int order = old == from.end() ? 1 : now == to.end() ? -1 : old.key().compare(now.key());
    if (order < 0) {
      patch.emplace(old.key(), nullptr);
      ++old;
    } else if (order > 0) {
      patch.emplace(now.key(), now.value());
      ++now;
    } else {
      if (old.value().is_object() && now.value().is_object()) {
        auto inner = merge_patch(old.value(), now.value());
        if (!inner.empty()) {
          patch.emplace(now.key(), std::move(inner));
        }
      } else if (old.value() != now.value()) {
        patch.emplace(now.key(), now.value());
      }
      ++old;
      ++now;
    }
  }
  return patch;
}

}  // namespace glusterfs_exporter::live

#include <algorithm>

#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"

namespace glusterfs_exporter::gluster {

Result<std::vector<model::QuotaLimit>> read_quota_list(pugi::xml_node root) {
  const auto quota = root.child("volQuota");
  if (!quota) {
    return missing("quota_list", "volQuota");
  }
  std::vector<model::QuotaLimit> limits;
  for (const auto node : quota.children("limit")) {
    model::QuotaLimit limit;
    limit.path = text_of(node, "path");
    limit.hard_limit_bytes = number_of(node, "hard_limit");
    limit.soft_limit_bytes = number_of(node, "soft_limit_value");
    limit.used_bytes = number_of(node, "used_space");
    limit.soft_limit_exceeded = yes_or_no(node.child_value("sl_exceeded"));
    limit.hard_limit_exceeded = yes_or_no(node.child_value("hl_exceeded"));
    limits.push_back(std::move(limit));
  }
  return limits;
}

Result<void> read_quota_list_objects(pugi::xml_node root, std::vector<model::QuotaLimit>& limits) {
  const auto quota = root.child("volQuota");
  if (!quota) {
    return missing("quota_list_objects", "volQuota");
  }
  for (const auto node : quota.children("limit")) {
    const auto path = text_of(node, "path");
    auto limit = std::ranges::find(limits, path, &model::QuotaLimit::path);
    if (limit == limits.end()) {
      limits.push_back({});
      limit = std::prev(limits.end());
      limit->path = path;
    }
    limit->objects_limit = number_of(node, "hard_limit");
    limit->files = number_of(node, "file_count");
    limit->directories = number_of(node, "dir_count");
  }
  return {};
}

}  // namespace glusterfs_exporter::gluster

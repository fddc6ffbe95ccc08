#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"

namespace glusterfs_exporter::gluster {

Result<std::vector<model::SnapshotItem>> read_snapshot_info(pugi::xml_node root) {
  const auto info = root.child("snapInfo");
  if (!info) {
    return missing("snapshot_info", "snapInfo");
  }
  std::vector<model::SnapshotItem> snapshots;
  for (const auto node : info.child("snapshots").children("snapshot")) {
    model::SnapshotItem item;
    item.name = text_of(node, "name");
    item.created = to_time(node.child_value("createTime"));
    if (const std::string_view status = node.child("snapVolume").child_value("status"); !status.empty()) {
      item.activated = status == "Started";
    }
    snapshots.push_back(std::move(item));
  }
  return snapshots;
}

Result<void> read_snapshot_config(pugi::xml_node root, model::SnapshotReport& report) {
  const auto config = root.child("snapConfig");
  if (!config) {
    return missing("snapshot_config", "snapConfig");
  }
  const auto volume = config.child("volumeConfig").child("volume");
  report.hard_limit = number_of(volume, "effectiveHardLimit");
  report.soft_limit = number_of(volume, "softLimit");
  return {};
}

}  // namespace glusterfs_exporter::gluster

#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"

namespace glusterfs_exporter::gluster {

Result<TopRecord> read_top(pugi::xml_node root, model::TopCall call) {
  const auto top = root.child("volTop");
  if (!top) {
    return missing("volume_top", "volTop");
  }
  TopRecord record;
  for (const auto node : top.children("brick")) {
    auto id = to_brick_id(node.child_value("name"));
    if (!id) {
      return missing("volume_top", "name");
    }
    BrickTopRecord brick{*std::move(id), {}};
    for (const auto file : node.children("file")) {
      if (const auto count = number_of(file, "count")) {
        brick.files.push_back({call, text_of(file, "filename"), *count});
      }
    }
    record.push_back(std::move(brick));
  }
  return record;
}

}  // namespace glusterfs_exporter::gluster

#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"

namespace glusterfs_exporter::gluster {

namespace {

Result<VolumeRecord> read_volume(pugi::xml_node node) {
  VolumeRecord volume;
  volume.name = text_of(node, "name");
  volume.id = text_of(node, "id");
  const auto status = volume_status(node.child("status").text().as_int(-1));
  if (volume.name.empty() || !status) {
    return missing("volume_info", volume.name.empty() ? "name" : "status");
  }
  volume.status = *status;
  volume.type = volume_type(node.child("type").text().as_int(-1));
  volume.transport = transport_name(node.child("transport").text().as_int(-1));
  volume.replica_count = node.child("replicaCount").text().as_uint();
  volume.arbiter_count = node.child("arbiterCount").text().as_uint();
  volume.disperse_count = node.child("disperseCount").text().as_uint();
  volume.redundancy_count = node.child("redundancyCount").text().as_uint();
  volume.snapshot_count = node.child("snapshotCount").text().as_uint();
  for (const auto brick : node.child("bricks").children("brick")) {
    auto id = to_brick_id(brick.child_value("name"));
    if (!id) {
      return missing("volume_info", "brick><name");
    }
    volume.bricks.push_back(
        {*std::move(id), text_of(brick, "hostUuid"), brick.child("isArbiter").text().as_int() == 1});
  }
  for (const auto option : node.child("options").children("option")) {
    volume.options.insert_or_assign(text_of(option, "name"), text_of(option, "value"));
  }
  return volume;
}

}  // namespace

Result<Topology> read_volume_info(pugi::xml_node root) {
  const auto volumes = root.child("volInfo").child("volumes");
  if (!volumes) {
    return missing("volume_info", "volumes");
  }
  Topology topology;
  for (const auto node : volumes.children("volume")) {
    auto volume = read_volume(node);
    if (!volume) {
      return std::unexpected(std::move(volume.error()));
    }
    topology.push_back(*std::move(volume));
  }
  return topology;
}

}  // namespace glusterfs_exporter::gluster

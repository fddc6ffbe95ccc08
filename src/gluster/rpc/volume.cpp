#include "gluster/rpc/answers.hpp"
#include "gluster/values.hpp"

namespace glusterfs_exporter::gluster::rpc {

namespace {

/// An answer could hold several volumes, but GET_VOLUME gives one.
const std::string kPrefix = "volume0.";

std::uint32_t count_of(const Dict& dict, const char* key) {
  return dict.number<std::uint32_t>(kPrefix + key).value_or(0);
}

}  // namespace

Result<std::vector<std::string>> read_volume_names(const Dict& dict) {
  const auto count = dict.number<std::uint32_t>("count");
  if (!count) {
    return missing_key("count");
  }
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto key = "volume" + std::to_string(i);
    auto name = dict.text(key);
    if (name.empty()) {
      return missing_key(key);
    }
    names.push_back(std::move(name));
  }
  return names;
}

Result<std::uint64_t> read_op_version(const Dict& dict) {
  const auto number = dict.number("value1");
  if (!number) {
    return missing_key("value1");
  }
  return *number;
}

Result<VolumeRecord> read_volume(const Dict& dict) {
  VolumeRecord volume;
  volume.name = dict.text(kPrefix + "name");
  volume.id = dict.text(kPrefix + "volume_id");
  const auto status = volume_status(dict.number<int>(kPrefix + "status").value_or(-1));
  const auto bricks = dict.number<std::uint32_t>(kPrefix + "brick_count");
  if (volume.name.empty() || !status || !bricks) {
    return missing_key(kPrefix + (volume.name.empty() ? "name" : !status ? "status" : "brick_count"));
  }
  volume.status = *status;
  volume.type =
      volume_type(dict.number<int>(kPrefix + "type").value_or(-1), count_of(dict, "dist_count"), *bricks);
  volume.transport = transport_name(dict.number<int>(kPrefix + "transport").value_or(-1));
  volume.replica_count = count_of(dict, "replica_count");
  volume.arbiter_count = count_of(dict, "arbiter_count");
  volume.disperse_count = count_of(dict, "disperse_count");
  volume.redundancy_count = count_of(dict, "redundancy_count");
  volume.snapshot_count = count_of(dict, "snap_count");
  for (std::uint32_t i = 1; i <= *bricks; ++i) {
    const auto key = kPrefix + "brick" + std::to_string(i);
    auto id = to_brick_id(dict.text(key));
    if (!id) {
      return missing_key(key);
    }
    // The key stands only with arbiters.
    volume.bricks.push_back({*std::move(id), dict.text(key + ".uuid"), dict.contains(key + ".isArbiter")});
  }
  dict.for_each(kPrefix + "option.", [&](std::string name, std::string value) {
    volume.options.insert_or_assign(std::move(name), std::move(value));
  });
  return volume;
}

}  // namespace glusterfs_exporter::gluster::rpc

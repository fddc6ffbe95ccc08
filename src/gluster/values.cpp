#include "gluster/values.hpp"

#include <cmath>

namespace glusterfs_exporter::gluster {

int major_version(std::string_view version) {
  return to_number<int>(version.substr(0, version.find('.'))).value_or(0);
}

double latency_unit_seconds(int major_version) {
  constexpr int kFirstWithNanoseconds = 10;
  return major_version != 0 && major_version < kFirstWithNanoseconds ? 1e-6 : 1e-9;
}

double latency_seconds(double units, double unit_seconds) {
  constexpr double kPerSecond = 1e9;
  return std::round(units * (unit_seconds * kPerSecond)) / kPerSecond;
}

std::optional<model::BrickId> to_brick_id(std::string_view text) {
  const auto colon = text.find(":/");
  if (colon == std::string_view::npos || colon == 0) {
    return std::nullopt;
  }
  return model::BrickId{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

model::VolumeType volume_type(int type) {
  switch (type) {
    case 0:
      return model::VolumeType::distribute;
    case 2:
      return model::VolumeType::replicate;
    case 4:
      return model::VolumeType::disperse;
    case 7:
      return model::VolumeType::distributed_replicate;
    case 9:
      return model::VolumeType::distributed_disperse;
    default:
      return model::VolumeType::unknown;
  }
}

model::VolumeType volume_type(int type, std::uint32_t bricks_of_subvolume, std::uint32_t bricks) {
  const bool distributed = bricks_of_subvolume < bricks;
  switch (type) {
    case 0:
      return model::VolumeType::distribute;
    case 2:
      return distributed ? model::VolumeType::distributed_replicate : model::VolumeType::replicate;
    case 4:
      return distributed ? model::VolumeType::distributed_disperse : model::VolumeType::disperse;
    default:
      return model::VolumeType::unknown;
  }
}

std::string transport_name(int type) {
  switch (type) {
    case 0:
      return "tcp";
    case 1:
      return "rdma";
    case 2:
      return "tcp,rdma";
    default:
      return "unknown";
  }
}

std::optional<model::VolumeStatus> volume_status(int status) {
  switch (status) {
    case 0:
      return model::VolumeStatus::created;
    case 1:
      return model::VolumeStatus::started;
    case 2:
      return model::VolumeStatus::stopped;
    default:
      return std::nullopt;
  }
}

}  // namespace glusterfs_exporter::gluster

#pragma once

#include <set>
#include <string>
#include <vector>

#include "metrics/process_stats.hpp"
#include "model/snapshot.hpp"

/// What rows of the catalogue write from: parts of a picture, each with what recurs in the labels of its many
/// samples written once. They point into the picture, which has to outlive them.
namespace glusterfs_exporter::metrics {

/// Everything that is not of a volume.
struct ClusterView {
  const model::Snapshot& snapshot;
  const ProcessStats& process;
};

struct SubvolumeView {
  const model::Subvolume& subvolume;
  std::string labels;  ///< volume, subvolume
};

struct VolumeView {
  const model::Volume& volume;
  std::string labels;  ///< volume
  std::vector<SubvolumeView> subvolumes;
  const std::set<std::string, std::less<>>& shown_options;  ///< for glusterfs_volume_option_info
};

struct BrickView {
  const model::Brick& brick;
  std::size_t subvolume;
  std::string labels;  ///< volume, host, brick
};

VolumeView view_of(const model::Volume& volume, const std::set<std::string, std::less<>>& shown_options);
BrickView view_of(const model::Volume& volume, std::size_t subvolume, const model::Brick& brick);

}  // namespace glusterfs_exporter::metrics

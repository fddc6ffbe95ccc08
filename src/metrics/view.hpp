#pragma once

#include <set>
#include <string>
#include <vector>

#include "metrics/process_stats.hpp"
#include "model/snapshot.hpp"

namespace glusterfs_exporter::metrics {

struct VolumeView {
  const model::Volume* volume;
  std::string labels;  ///< volume
};

struct SubvolumeView {
  const model::Subvolume* subvolume;
  std::string labels;  ///< volume, subvolume
};

struct BrickView {
  const model::Brick* brick;
  std::size_t subvolume;
  std::string labels;  ///< volume, host, brick
};

/// A picture laid out for writing: what recurs in the labels of many samples is written once. Points into the
/// picture, which has to outlive it.
struct View {
  const model::Snapshot* snapshot;
  bool leader;  ///< this exporter speaks for the cluster
  std::vector<VolumeView> volumes;
  std::vector<SubvolumeView> subvolumes;
  std::vector<BrickView> bricks;      ///< of all nodes
  std::vector<BrickView> own_bricks;  ///< those that this exporter reports on
  ProcessStats process;
  const std::set<std::string, std::less<>>* shown_options;  ///< for glusterfs_volume_option_info
};

View make_view(const model::Snapshot& snapshot, const ProcessStats& process,
               const std::set<std::string, std::less<>>& shown_options);

}  // namespace glusterfs_exporter::metrics

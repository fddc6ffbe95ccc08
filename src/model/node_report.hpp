#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "model/snapshot.hpp"

namespace glusterfs_exporter::model {

struct ReportedBrick {
  std::string volume;
  Brick brick;  ///< without what only the cluster can tell (arbiter, split-brain, healing, top files)
};

/// What one node's exporter knows of its own node. A value; exporters give it to each other.
struct NodeReport {
  std::string peer_uuid;
  Time taken_at;
  std::string exporter_version;
  std::string gluster_version;  ///< of the glusterd that runs; empty when not known
  bool up = false;              ///< its glusterd answers
  bool leader = false;          ///< this exporter speaks for the cluster
  std::vector<ReportedBrick> bricks;
  std::vector<Daemon> daemons;
  /// Of an exporter that leads: what the others cannot know, in the shape of the state document
  /// (docs/api.md). Null when there is none. Only for that document: no metric is made of it.
  std::shared_ptr<const nlohmann::json> cluster{};
};

}  // namespace glusterfs_exporter::model

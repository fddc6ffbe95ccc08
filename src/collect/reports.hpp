#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "collect/facts.hpp"
#include "model/node_report.hpp"

namespace glusterfs_exporter::collect {

/// What this exporter knows of its own node, from the answers that still hold at `now`. Bricks that it learnt
/// nothing of are left out.
model::NodeReport make_own_report(const Facts& facts, SteadyTime now);

/// What the exporters of all nodes, this one included, say of their nodes: those reports that still hold.
class Reports {
 public:
  Reports(const Facts& facts, SteadyTime now);

  [[nodiscard]] const model::NodeReport& own() const { return *own_; }

  /// The report of that node, or null.
  [[nodiscard]] const model::NodeReport* of_node(std::string_view peer_uuid) const;

  /// What the exporter on the node `peer_uuid` says of a brick there, or null.
  [[nodiscard]] const model::Brick* of_brick(const std::string& volume, const model::BrickId& id,
                                             std::string_view peer_uuid) const;

  /// Whether the exporter on that node answers and its glusterd with it, so that it speaks for its daemons.
  [[nodiscard]] bool speaks(std::string_view peer_uuid) const;

  /// Whether that exporter speaks for the brick, so that nobody else has to.
  [[nodiscard]] bool speaks_for(const std::string& volume, const model::BrickId& id,
                                std::string_view peer_uuid) const;

 private:
  struct Node {
    std::shared_ptr<const model::NodeReport> report;
    bool exporter_answers;
  };

  void add(const std::string& peer_uuid, const Node& node);

  std::shared_ptr<const model::NodeReport> own_;
  std::map<std::string, Node, std::less<>> nodes_;  ///< by peer uuid
  /// By peer uuid, host and path, which belong to nodes_: a picture looks up every brick of the cluster.
  using Place = std::tuple<std::string_view, std::string_view, std::string_view>;
  std::map<Place, const model::ReportedBrick*> bricks_;
};

/// Whether the nodes' exporters speak for all bricks of the volume and tell `known(brick)` of every one that
/// is not offline, so that the CLI need not be asked.
template <class Known>
bool all_reported(const Reports& reports, const gluster::VolumeRecord& volume, Known known) {
  return std::ranges::all_of(volume.bricks, [&](const gluster::BrickRecord& record) {
    const auto* brick = reports.of_brick(volume.name, record.id, record.peer_uuid);
    return reports.speaks_for(volume.name, record.id, record.peer_uuid) && (!*brick->online || known(*brick));
  });
}

}  // namespace glusterfs_exporter::collect

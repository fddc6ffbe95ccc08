/// Input: what another node's exporter answers at /api/v1/node.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "exchange/node_document.hpp"
#include "live/state_document.hpp"
#include "support/fuzz.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

/// What is known here of a cluster whose leader says the rest: the nodes and a volume with two bricks.
model::Snapshot picture() {
  model::Snapshot snapshot;
  snapshot.up = snapshot.peers_known = snapshot.volumes_known = true;
  snapshot.health = model::ClusterHealth::unknown;
  snapshot.peers.push_back({"u3", "n3", false, true, "Peer in Cluster"});
  auto& volume = snapshot.volumes.emplace_back();
  volume.name = "v";
  volume.id = "i";
  volume.status = model::VolumeStatus::started;
  volume.health = model::Health::unknown;
  auto& bricks = volume.subvolumes.emplace_back().bricks;
  bricks.emplace_back().id = {"n2", "/b"};
  bricks.back().online = false;
  bricks.emplace_back().id = {"n3", "/b"};
  return snapshot;
}

bool any_null(const nlohmann::json& value) {
  return value.is_structured() ? std::any_of(value.begin(), value.end(), any_null) : value.is_null();
}

void run(std::string_view text) {
  const auto report = exchange::read_node_document(text);
  if (!report) {
    require(report.error().kind == ErrorKind::parse, "a bad document is a parse error");
    Texts().add(report.error().context);
    return;
  }
  const auto written = exchange::write_node_document(*report);
  const auto again = exchange::read_node_document(written);
  require(again.has_value(), "what is written is read back");
  require(exchange::write_node_document(*again) == written, "a document means the same each time");
  if (report->cluster == nullptr) {
    return;
  }
  require(report->leader, "only a leader speaks of the cluster");
  auto snapshot = picture();
  const auto bare = live::state_document(snapshot, live::Rates{}, {});
  snapshot.leader_part = report->cluster;
  const auto filled = live::state_document(snapshot, live::Rates{}, {});
  require(!any_null(filled), "no member is null");
  require(filled["volumes"].size() == 1 && filled["volumes"]["v"]["bricks"].size() == 2 &&
              filled["volumes"]["v"]["subvolumes"].size() == 1 && filled["peers"] == bare["peers"],
          "nothing is added that is not there");
  require(filled["daemons"].size() <= 8, "a node has no more daemons than there are kinds");
  require(filled["volumes"]["v"]["bricks"]["n2:/b"]["online"] == false, "what is known stays");
  require(live::to_text(filled).size() <= live::to_text(bare).size() + 4 * text.size() + 4096,
          "a state is bounded by what came");
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}

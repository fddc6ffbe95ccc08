#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "exchange/cluster_part.hpp"
#include "live/leader_part.hpp"
#include "live/state_document.hpp"
#include "support/json_schema.hpp"
#include "support/pictures.hpp"

namespace glusterfs_exporter::live {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

const model::Time kNoon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;
constexpr auto kAsOf = "2026-11-21T12:00:00.000Z";

model::Capacity capacity(std::uint64_t free) {
  return {.size_bytes = 1000, .free_bytes = free, .inodes = 10, .inodes_free = 5};
}

/// Three nodes and a volume with a brick on each. Nodes 1 and 2 have exporters, the third one has none.
model::Snapshot cluster(std::optional<bool> third_online) {
  model::Snapshot snapshot;
  snapshot.taken_at = kNoon;
  snapshot.up = true;
  snapshot.peers_known = snapshot.volumes_known = true;
  for (const auto* number : {"1", "2", "3"}) {
    snapshot.peers.push_back({.uuid = std::string("uuid") + number,
                              .host = std::string("node") + number,
                              .local = false,
                              .connected = true,
                              .state = "Peer in Cluster"});
  }
  auto volume = test::replicated({{test::kUp, test::kUp, third_online}});
  for (auto& brick : volume.subvolumes[0].bricks) {
    brick.spoken_for = false;
    if (brick.online) {
      brick.capacity = capacity(400);
    }
  }
  snapshot.volumes = {volume};
  return snapshot;
}

model::Daemon self_heal(const std::string& node, bool online, bool spoken_for) {
  return {.peer_uuid = "uuid" + node,
          .host = "node" + node,
          .kind = model::DaemonKind::self_heal,
          .online = online,
          .process = {},
          .spoken_for = spoken_for};
}

/// What the exporter on node 1 knows, which leads: the third brick is offline.
model::Snapshot leaders_picture() {
  auto snapshot = cluster(test::kDown);
  snapshot.leader = true;
  snapshot.peer_uuid = "uuid1";
  snapshot.health = model::ClusterHealth::degraded;
  snapshot.max_op_version = 100000;
  auto& volume = snapshot.volumes[0];
  volume.health = model::Health::degraded;
  volume.capacity = capacity(300);
  volume.subvolumes[0].health = model::Health::degraded;
  volume.subvolumes[0].quorum_met = true;
  volume.quota.emplace_back().path = "/projects";
  volume.quota[0].hard_limit_bytes = 10;
  volume.rebalance = model::RebalanceReport{.kind = model::TaskKind::rebalance, .nodes = {{}}};
  volume.rebalance->nodes[0].host = "node1";
  auto& bricks = volume.subvolumes[0].bricks;
  bricks[0].spoken_for = true;
  bricks[1].split_brain_entries = 7;
  bricks[1].top_files = {{.call = model::TopCall::read, .file = "/a", .count = 5}};
  bricks[2].spoken_for = true;
  bricks[2].capacity = capacity(300);
  snapshot.daemons = {self_heal("1", true, true), self_heal("2", true, false), self_heal("3", false, true)};
  return snapshot;
}

model::NodeReport leaders_report() {
  model::NodeReport report;
  report.peer_uuid = "uuid1";
  report.bricks.emplace_back().brick.id = {.host = "node1", .path = "/srv/b1"};
  report.daemons.emplace_back();
  return report;
}

json leaders_part(std::size_t max_bytes = kMaxLeaderPartBytes) {
  return make_leader_part(leaders_picture(), Rates{}, leaders_report(), {}, max_bytes);
}

/// What the exporter on node 2 knows.
model::Snapshot followers_picture() {
  auto snapshot = cluster(test::kUnknown);
  snapshot.leader = false;
  snapshot.peer_uuid = "uuid2";
  snapshot.health = model::ClusterHealth::unknown;
  auto& volume = snapshot.volumes[0];
  volume.health = model::Health::unknown;
  volume.subvolumes[0].health = model::Health::unknown;
  volume.subvolumes[0].quorum_met = true;
  return snapshot;
}

json filled(model::Snapshot snapshot, json part = leaders_part()) {
  snapshot.leader_part = std::make_shared<const json>(std::move(part));
  return state_document(snapshot, Rates{}, {});
}

TEST(LeaderPartTest, TellsOnlyWhatTheOthersCannotKnow) {
  EXPECT_EQ(leaders_part(), json::parse(R"({"taken_at":"2026-11-21T12:00:00.000Z","health":"degraded",
    "reasons":["volume v is degraded: brick node3:/srv/b3 is offline"],"max_op_version":100000,
    "volumes":{"v":{"id":"id-of-v","health":"degraded",
      "size_bytes":1000,"free_bytes":300,"inodes":10,"inodes_free":5,
      "quota":{"/projects":{"hard_limit_bytes":10}},
      "rebalance":{"task":"rebalance","nodes":{"node1":{"state":"unknown","moved_files":0,"moved_bytes":0,
        "scanned_files":0,"failed_files":0,"skipped_files":0,"run_seconds":0.0}}},
      "subvolumes":{"0":{"health":"degraded","quorum_met":true}},
      "bricks":{"node2:/srv/b2":{"split_brain_entries":7,"top_files":[{"call":"read","file":"/a","count":5}]},
        "node3:/srv/b3":{"online":false,"size_bytes":1000,"free_bytes":300,"inodes":10,"inodes_free":5,
          "device":"/dev/sd3"}}}},
    "daemons":{"node3/shd":{"host":"node3","daemon":"shd","online":false,"peer_uuid":"uuid3"}}})"));
}

TEST(LeaderPartTest, WhereAllNodesHaveExportersVolumesAreLeftToThem) {
  auto snapshot = leaders_picture();
  auto& volume = snapshot.volumes[0];
  volume.subvolumes[0].bricks[2].spoken_for = false;
  volume.quota.clear();
  volume.rebalance.reset();
  volume.subvolumes[0].bricks[1].split_brain_entries.reset();
  volume.subvolumes[0].bricks[1].top_files.clear();
  EXPECT_EQ(make_leader_part(snapshot, Rates{}, leaders_report())["volumes"], json::object());
}

TEST(LeaderPartTest, AnExporterThatOnlyAsksTheCommandLeavesNothingToItsReport) {
  model::NodeReport nothing;
  nothing.peer_uuid = "uuid1";
  const auto part = make_leader_part(leaders_picture(), Rates{}, nothing);
  EXPECT_EQ(part["volumes"]["v"]["bricks"]["node1:/srv/b1"]["online"], true);
  EXPECT_TRUE(part["daemons"].contains("node1/shd"));
}

TEST(LeaderPartTest, IsTakenAsItIsWritten) {
  EXPECT_EQ(exchange::clean_cluster_part(leaders_part()), leaders_part());
}

TEST(LeaderPartTest, LeavesOutDetailsAndThenAllRatherThanGrow) {
  const auto all = leaders_part();
  const auto shorter = leaders_part(all.dump().size() - 1);
  EXPECT_EQ(shorter["volumes"]["v"]["bricks"]["node3:/srv/b3"],
            json::parse(R"({"online":false,"size_bytes":1000,"free_bytes":300})"));
  EXPECT_TRUE(shorter["volumes"]["v"].contains("quota"));
  const auto shortest = leaders_part(10);
  EXPECT_FALSE(shortest.contains("volumes") || shortest.contains("daemons"));
  EXPECT_EQ(shortest["health"], "degraded");
}

TEST(LeaderPartTest, FillsWhatTheOthersLack) {
  const auto document = filled(followers_picture());
  EXPECT_EQ(test::schema_errors("state.v1.json", document), "");
  const auto& volume = document["volumes"]["v"];
  EXPECT_EQ(volume["health"], "degraded");
  EXPECT_EQ(volume["free_bytes"], 300);
  EXPECT_EQ(volume["subvolumes"]["0"]["health"], "degraded");
  EXPECT_EQ(volume["quota"], json::parse(R"({"/projects":{"hard_limit_bytes":10}})"));
  EXPECT_EQ(volume["as_of"], kAsOf);
  EXPECT_THAT(volume["from_leader"], ElementsAre("free_bytes", "health", "inodes", "inodes_free", "quota",
                                                 "rebalance", "size_bytes", "subvolumes"));
  const auto& bricks = volume["bricks"];
  EXPECT_FALSE(bricks["node1:/srv/b1"].contains("as_of"));
  EXPECT_EQ(bricks["node2:/srv/b2"]["split_brain_entries"], 7);
  EXPECT_EQ(bricks["node2:/srv/b2"]["free_bytes"], 400);
  EXPECT_EQ(bricks["node2:/srv/b2"]["as_of"], kAsOf);
  EXPECT_EQ(bricks["node3:/srv/b3"]["online"], false);
  EXPECT_EQ(bricks["node3:/srv/b3"]["free_bytes"], 300);
  EXPECT_EQ(bricks["node3:/srv/b3"]["place"], 2);
  EXPECT_EQ(bricks["node3:/srv/b3"]["as_of"], kAsOf);
  EXPECT_EQ(document["daemons"]["node3/shd"]["as_of"], kAsOf);
  EXPECT_EQ(document["cluster"]["health"], "degraded");
  EXPECT_THAT(document["cluster"]["reasons"],
              ElementsAre("volume v is degraded: brick node3:/srv/b3 is offline"));
  EXPECT_EQ(document["cluster"]["max_op_version"], 100000);
}

TEST(LeaderPartTest, WhatThisExporterKnowsStays) {
  auto snapshot = followers_picture();
  snapshot.max_op_version = 90000;
  auto& volume = snapshot.volumes[0];
  volume.health = model::Health::up;
  volume.capacity = capacity(1);
  volume.subvolumes[0].bricks[2].online = true;
  snapshot.health = model::ClusterHealth::ok;
  const auto document = filled(snapshot);
  EXPECT_EQ(document["volumes"]["v"]["health"], "up");
  EXPECT_EQ(document["volumes"]["v"]["free_bytes"], 1);
  EXPECT_EQ(document["volumes"]["v"]["bricks"]["node3:/srv/b3"]["online"], true);
  EXPECT_EQ(document["cluster"]["health"], "ok");
  EXPECT_EQ(document["cluster"]["max_op_version"], 90000);
}

TEST(LeaderPartTest, WhatThisExporterSeesOfPeersStaysInTheReasons) {
  auto snapshot = followers_picture();
  snapshot.peers[0].connected = false;
  snapshot.health = model::ClusterHealth::degraded;
  EXPECT_THAT(
      filled(snapshot)["cluster"]["reasons"],
      ElementsAre("volume v is degraded: brick node3:/srv/b3 is offline", "peer node1 is disconnected"));
}

TEST(LeaderPartTest, ABrickSeenOfflineGetsOnlyWhatIsSoOfItsDisk) {
  auto part = leaders_part();
  part["volumes"]["v"]["bricks"]["node2:/srv/b2"] = {{"split_brain_entries", 7}, {"fs_type", "xfs"}};
  auto snapshot = followers_picture();
  snapshot.volumes[0].subvolumes[0].bricks[1].online = false;
  const auto brick = filled(snapshot, part)["volumes"]["v"]["bricks"]["node2:/srv/b2"];
  EXPECT_FALSE(brick.contains("split_brain_entries"));
  EXPECT_EQ(brick["fs_type"], "xfs");
}

TEST(LeaderPartTest, AStoppedVolumeAndAnotherOneOfTheSameNameAreLeftAlone) {
  auto snapshot = followers_picture();
  snapshot.volumes[0].status = model::VolumeStatus::stopped;
  snapshot.volumes[0].health.reset();
  EXPECT_FALSE(filled(snapshot)["volumes"]["v"].contains("from_leader"));
  auto part = leaders_part();
  part["volumes"]["v"]["id"] = "another";
  EXPECT_FALSE(filled(followers_picture(), part)["volumes"]["v"].contains("from_leader"));
}

TEST(LeaderPartTest, NothingIsSaidOfThingsThatAreNotThere) {
  auto part = leaders_part();
  part["volumes"]["w"] = part["volumes"]["v"];
  part["volumes"]["v"]["bricks"]["node9:/b"] = {{"online", true}};
  part["volumes"]["v"]["subvolumes"]["9"] = {{"quorum_met", true}};
  part["daemons"]["node9/shd"] = {
      {"host", "node9"}, {"daemon", "shd"}, {"online", true}, {"peer_uuid", "uuid9"}};
  part["daemons"]["any/thing"] = {
      {"host", "node3"}, {"daemon", "shd"}, {"online", true}, {"peer_uuid", "uuid3"}};
  const auto document = filled(followers_picture(), part);
  EXPECT_EQ(document["volumes"].size(), 1U);
  EXPECT_EQ(document["volumes"]["v"]["bricks"].size(), 3U);
  EXPECT_EQ(document["volumes"]["v"]["subvolumes"].size(), 1U);
  EXPECT_EQ(document["daemons"].size(), 1U);
}

TEST(ClusterPartTest, TakesWhatIsKnownAndLeavesTheRest) {
  auto part = leaders_part();
  part["surprise"] = 1;
  part["health"] = "splendid";
  part["max_op_version"] = -1;
  part["reasons"] = {"one", 2, json::object()};
  auto& volume = part["volumes"]["v"];
  volume["health"] = 5;
  volume["free_bytes"] = 1.5;
  volume["options"] = {{"a", "b"}};
  volume["quota"]["/a"] = "much";
  volume["rebalance"]["task"] = "dance";
  volume["bricks"]["node3:/srv/b3"]["online"] = "no";
  volume["bricks"]["node3:/srv/b3"]["fs_type"] = std::string(5000, 'x');
  part["volumes"]["w"] = {{"health", "up"}};  // without its id
  part["daemons"]["node3/shd"].erase("online");
  const auto taken = exchange::clean_cluster_part(part);
  ASSERT_TRUE(taken);
  EXPECT_FALSE(taken->contains("surprise") || taken->contains("health") || taken->contains("max_op_version"));
  EXPECT_EQ((*taken)["reasons"], json({"one"}));
  EXPECT_EQ((*taken)["volumes"].size(), 1U);
  const auto& good = (*taken)["volumes"]["v"];
  EXPECT_FALSE(good.contains("health") || good.contains("free_bytes") || good.contains("options") ||
               good.contains("rebalance"));
  EXPECT_EQ(good["size_bytes"], 1000);
  EXPECT_EQ(good["quota"].size(), 1U);
  EXPECT_EQ(good["bricks"]["node3:/srv/b3"], json::parse(R"({"size_bytes":1000,"free_bytes":300,"inodes":10,
      "inodes_free":5,"device":"/dev/sd3"})"));
  EXPECT_EQ((*taken)["daemons"], json::object());
}

/// Every value of the part replaced by one of another type, one at a time, must neither crash nor bring
/// anything into a state document that its schema does not know.
TEST(ClusterPartTest, SurvivesAnyValueInAnyPlace) {
  const auto part = leaders_part();
  const auto flat = part.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    for (json::json_pointer place(pointer); !place.empty(); place = place.parent_pointer()) {
      for (const auto& wrong :
           {json(), json(-1), json(1e300), json("x"), json::array({1}), json{{"x", {{"y", 1}}}}}) {
        auto hostile = part;
        hostile[place] = wrong;
        if (const auto taken = exchange::clean_cluster_part(hostile)) {
          filled(followers_picture(), *taken);
        }
      }
    }
  }
  auto hostile = part;
  hostile["volumes"]["v"]["quota"] = {{"/a", {{"files", 1}, {"x", 2}}}};
  hostile["volumes"]["v"]["bricks"]["node3:/srv/b3"]["process"] = {{"threads", 1}};
  EXPECT_EQ(test::schema_errors("state.v1.json",
                                filled(followers_picture(), *exchange::clean_cluster_part(hostile))),
            "");
  for (const auto& wrong : {json(), json(1), json::array(), json::object()}) {
    EXPECT_FALSE(exchange::clean_cluster_part(wrong));
  }
}

}  // namespace
}  // namespace glusterfs_exporter::live

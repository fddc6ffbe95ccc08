#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "model/assess.hpp"
#include "support/pictures.hpp"
#include "webhook/gluster_dashboard.hpp"

namespace glusterfs_exporter::webhook {
namespace {

using nlohmann::json;
using test::kDown;
using test::kUnknown;
using test::kUp;

enum class Kind : std::uint8_t { text, whole, list };
using Members = std::map<std::string, Kind>;

// The format, object by object. The receivers' word for a whole number includes negative ones.
const Members kDocument{{"peers", Kind::list}, {"volumes", Kind::list}};
const Members kPeer{{"id", Kind::text}, {"address", Kind::text}, {"state", Kind::text}};
const Members kVolume{{"id", Kind::text},
                      {"name", Kind::text},
                      {"type", Kind::text},
                      {"state", Kind::text},
                      {"health", Kind::text},
                      {"num_subvols", Kind::whole},
                      {"num_bricks", Kind::whole},
                      {"replica_count", Kind::whole},
                      {"arbiter_count", Kind::whole},
                      {"disperse_count", Kind::whole},
                      {"disperse_redundancy_count", Kind::whole},
                      {"transport", Kind::text},
                      {"size_total", Kind::whole},
                      {"size_used", Kind::whole},
                      {"inodes_total", Kind::whole},
                      {"inodes_used", Kind::whole},
                      {"options", Kind::list},
                      {"subvols", Kind::list}};
const Members kOption{{"name", Kind::text}, {"value", Kind::text}, {"volumes_id", Kind::text}};
const Members kSubvolume{{"id", Kind::text},
                         {"health", Kind::text},
                         {"replica_count", Kind::whole},
                         {"arbiter_count", Kind::whole},
                         {"disperse_count", Kind::whole},
                         {"disperse_redundancy_count", Kind::whole},
                         {"type", Kind::text},
                         {"num_bricks", Kind::whole},
                         {"volumes_id", Kind::text},
                         {"bricks", Kind::list}};
const Members kBrick{
    {"path", Kind::text},         {"state", Kind::text},         {"fs", Kind::text},
    {"device", Kind::text},       {"mount_options", Kind::text}, {"block_size", Kind::whole},
    {"size_total", Kind::whole},  {"size_used", Kind::whole},    {"inodes_total", Kind::whole},
    {"inodes_used", Kind::whole}, {"pid", Kind::whole},          {"port", Kind::whole},
    {"volumes_id", Kind::text},   {"subvols_id", Kind::text},    {"peers_id", Kind::text}};

/// What the object's members are.
Members members_of(const json& object) {
  Members members;
  for (const auto& [name, value] : object.items()) {
    EXPECT_TRUE(value.is_string() || value.is_number_integer() || value.is_array()) << name << value;
    members[name] = value.is_string() ? Kind::text : value.is_array() ? Kind::list : Kind::whole;
  }
  return members;
}

/// Everything has the members of the format, and nothing that receivers want something in is empty.
void expect_shape(const json& document) {
  EXPECT_EQ(members_of(document), kDocument);
  const auto check = [](const json& object, const Members& members) {
    EXPECT_EQ(members_of(object), members) << object;
    for (const auto& [name, value] : object.items()) {
      const bool may_be_empty =
          members == kOption || name == "fs" || name == "device" || name == "mount_options";
      EXPECT_TRUE(may_be_empty || value != "") << name << " of " << object;
    }
  };
  for (const auto& peer : document["peers"]) {
    check(peer, kPeer);
  }
  for (const auto& volume : document["volumes"]) {
    check(volume, kVolume);
    EXPECT_EQ(volume["num_subvols"], volume["subvols"].size());
    std::size_t bricks = 0;
    for (const auto& option : volume["options"]) {
      check(option, kOption);
      EXPECT_EQ(option["volumes_id"], volume["id"]);
    }
    for (const auto& subvolume : volume["subvols"]) {
      check(subvolume, kSubvolume);
      EXPECT_EQ(subvolume["volumes_id"], volume["id"]);
      EXPECT_EQ(subvolume["num_bricks"], subvolume["bricks"].size());
      for (const auto& brick : subvolume["bricks"]) {
        check(brick, kBrick);
        EXPECT_EQ(brick["volumes_id"], volume["id"]);
        EXPECT_EQ(brick["subvols_id"], subvolume["id"]);
        ++bricks;
      }
    }
    EXPECT_EQ(volume["num_bricks"], bricks);
  }
}

json document_of(const model::Snapshot& snapshot) {
  auto document = gluster_dashboard_document(snapshot);
  expect_shape(document);
  EXPECT_EQ(json::parse(document.dump()), document);  // dump() throws for text that is not UTF-8
  return document;
}

/// The document's part for a volume, of which health is worked out.
json document_of(model::Volume volume) {
  model::assess_health(volume);
  model::assess_capacity(volume);
  model::Snapshot snapshot;
  snapshot.volumes.push_back(std::move(volume));
  return document_of(snapshot)["volumes"][0];
}

model::Volume of_type(model::Volume volume, model::VolumeType type) {
  volume.type = type;
  return volume;
}

/// The healths of the volume and of its subvolumes.
std::string healths(const json& volume) {
  std::string text = volume["health"];
  for (const auto& subvolume : volume["subvols"]) {
    text += " " + subvolume["health"].get<std::string>();
  }
  return text;
}

std::string counts(const json& object) {
  std::string text;
  for (const auto* name : {"replica_count", "arbiter_count", "disperse_count", "disperse_redundancy_count"}) {
    text += (text.empty() ? "" : " ") + object[name].dump();
  }
  return text;
}

TEST(GlusterDashboard, TellsAllThatIsKnown) {
  auto volume = of_type(test::volume_of({{kUp}}), model::VolumeType::distribute);
  volume.transport = "tcp";
  volume.options = {{"nfs.disable", "on"}, {"user.note", ""}};
  auto& brick = volume.subvolumes[0].bricks[0];
  brick.capacity = {.size_bytes = 1000, .free_bytes = 400, .inodes = 100, .inodes_free = 70};
  brick.fs_type = "xfs";
  brick.mount_options = "rw,noatime";
  brick.block_size_bytes = 512;
  brick.pid = 4321;
  brick.port = 49152;
  EXPECT_EQ(document_of(volume), json::parse(R"({
    "id": "id-of-v", "name": "v", "type": "Distribute", "state": "Started", "health": "up", "num_subvols": 1,
    "num_bricks": 1, "replica_count": 1, "arbiter_count": 0, "disperse_count": 0,
    "disperse_redundancy_count": 0, "transport": "TCP", "size_total": 1000, "size_used": 600,
    "inodes_total": 100, "inodes_used": 30,
    "options": [{"name": "nfs.disable", "value": "on", "volumes_id": "id-of-v"},
                {"name": "user.note", "value": "", "volumes_id": "id-of-v"}],
    "subvols": [{"id": "v-distribute-0", "health": "up", "replica_count": 1, "arbiter_count": 0,
      "disperse_count": 0, "disperse_redundancy_count": 0, "type": "Distribute", "num_bricks": 1,
      "volumes_id": "id-of-v",
      "bricks": [{"path": "/srv/b1", "state": "up", "fs": "xfs", "device": "/dev/sd1",
        "mount_options": "rw,noatime", "block_size": 512, "size_total": 1000, "size_used": 600,
        "inodes_total": 100, "inodes_used": 30, "pid": 4321, "port": 49152, "volumes_id": "id-of-v",
        "subvols_id": "v-distribute-0", "peers_id": "uuid1"}]}]})"));
}

TEST(GlusterDashboard, TellsWhichPeersAreThere) {
  model::Snapshot snapshot;
  snapshot.peers = {{.uuid = "u1", .host = "node1", .local = true, .connected = false, .state = ""},
                    {.uuid = "u2", .host = "node2", .local = false, .connected = true, .state = "x"},
                    {.uuid = "u3", .host = "", .local = false, .connected = false, .state = "x"}};
  EXPECT_EQ(document_of(snapshot), json::parse(R"({"volumes": [], "peers": [
    {"id": "u1", "address": "node1", "state": "Online"},
    {"id": "u2", "address": "node2", "state": "Online"},
    {"id": "u3", "address": "unknown", "state": "Offline"}]})"));
}

TEST(GlusterDashboard, IsEmptyWhenNothingIsKnown) {
  EXPECT_EQ(document_of(model::Snapshot{}), json::parse(R"({"peers": [], "volumes": []})"));
}

TEST(GlusterDashboard, WhatIsNotKnownIsWhatReceiversTakeForNothing) {
  model::Volume volume;
  volume.status = model::VolumeStatus::started;
  volume.subvolumes.emplace_back().bricks.emplace_back();
  const auto told = document_of(volume);
  EXPECT_EQ(told, json::parse(R"({
    "id": "unknown", "name": "unknown", "type": "unknown", "state": "Started", "health": "unknown",
    "num_subvols": 1, "num_bricks": 1, "replica_count": 1, "arbiter_count": 0, "disperse_count": 0,
    "disperse_redundancy_count": 0, "transport": "unknown", "size_total": 0, "size_used": 0,
    "inodes_total": 0, "inodes_used": 0, "options": [],
    "subvols": [{"id": "-unknown-0", "health": "unknown", "replica_count": 1, "arbiter_count": 0,
      "disperse_count": 0, "disperse_redundancy_count": 0, "type": "unknown", "num_bricks": 1,
      "volumes_id": "unknown",
      "bricks": [{"path": "unknown", "state": "Unknown", "fs": "", "device": "", "mount_options": "",
        "block_size": 4096, "size_total": 0, "size_used": 0, "inodes_total": 0, "inodes_used": 0, "pid": -1,
        "port": -1, "volumes_id": "unknown", "subvols_id": "-unknown-0", "peers_id": "unknown"}]}]})"));
}

TEST(GlusterDashboard, ABrickThatIsDownHasNoProcess) {
  auto volume = of_type(test::replicated({{kUp, kDown, kUnknown}}), model::VolumeType::replicate);
  for (auto& brick : volume.subvolumes[0].bricks) {
    brick.pid = 5;
    brick.port = 6;
    brick.capacity = {.size_bytes = 10, .free_bytes = 11, .inodes = 0, .inodes_free = 0};
  }
  const auto told = document_of(volume);
  const auto& bricks = told["subvols"][0]["bricks"];
  EXPECT_EQ(bricks[0]["state"], "up");
  EXPECT_EQ(bricks[0]["pid"], 5);
  EXPECT_EQ(bricks[0]["port"], 6);
  EXPECT_EQ(bricks[1]["state"], "down");
  EXPECT_EQ(bricks[2]["state"], "Unknown");
  for (const auto index : {1, 2}) {
    EXPECT_EQ(bricks[index]["pid"], -1);
    EXPECT_EQ(bricks[index]["port"], -1);
    EXPECT_EQ(bricks[index]["size_total"], 10);
    EXPECT_EQ(bricks[index]["size_used"], 0) << "more free than there is";
  }
}

TEST(GlusterDashboard, CountsAreOfOneSubvolume) {
  const auto arbiter =
      document_of(of_type(test::with_arbiters(test::replicated({{kUp, kUp, kUp}, {kUp, kUp, kUp}})),
                          model::VolumeType::distributed_replicate));
  EXPECT_EQ(arbiter["type"], "Distributed Replicate");
  EXPECT_EQ(counts(arbiter), "3 1 0 0");
  EXPECT_EQ(counts(arbiter["subvols"][1]), "3 1 0 0");
  EXPECT_EQ(arbiter["num_subvols"], 2);
  EXPECT_EQ(arbiter["num_bricks"], 6);
  EXPECT_EQ(arbiter["subvols"][1]["id"], "v-replicate-1");
  EXPECT_EQ(arbiter["subvols"][1]["type"], "Replicate");
  EXPECT_EQ(arbiter["subvols"][1]["num_bricks"], 3);

  const auto disperse = document_of(of_type(test::dispersed(1, {{kUp, kUp, kUp}, {kUp, kUp, kUp}}),
                                            model::VolumeType::distributed_disperse));
  EXPECT_EQ(disperse["type"], "Distributed Disperse");
  EXPECT_EQ(counts(disperse), "1 0 3 1");
  EXPECT_EQ(counts(disperse["subvols"][0]), "1 0 3 1");
  EXPECT_EQ(disperse["subvols"][0]["id"], "v-disperse-0");
  EXPECT_EQ(disperse["subvols"][0]["type"], "Disperse");

  EXPECT_EQ(document_of(of_type(test::replicated({{kUp, kUp}}), model::VolumeType::replicate))["type"],
            "Replicate");
  EXPECT_EQ(document_of(of_type(test::dispersed(1, {{kUp, kUp, kUp}}), model::VolumeType::disperse))["type"],
            "Disperse");
}

TEST(GlusterDashboard, SizesOfAVolumeAreWhatUsersCanStore) {
  auto volume = of_type(test::dispersed(1, {{kUp, kUp, kUp}}), model::VolumeType::disperse);
  for (auto& brick : volume.subvolumes[0].bricks) {
    brick.capacity = {.size_bytes = 1000, .free_bytes = 900, .inodes = 100, .inodes_free = 90};
  }
  const auto told = document_of(volume);
  EXPECT_EQ(told["size_total"], 2000);
  EXPECT_EQ(told["size_used"], 200);
  EXPECT_EQ(told["subvols"][0]["bricks"][0]["size_used"], 100);

  for (auto& brick : volume.subvolumes[0].bricks) {
    brick.online = false;
  }
  const auto lost = document_of(volume);
  EXPECT_EQ(lost["size_total"], 0);
  EXPECT_EQ(lost["subvols"][0]["bricks"][0]["size_total"], 1000);
}

TEST(GlusterDashboard, SizesMayBeAsLargeAsTheyGet) {
  auto volume = of_type(test::volume_of({{kUp}}), model::VolumeType::distribute);
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  volume.subvolumes[0].bricks[0].capacity = {
      .size_bytes = kMost, .free_bytes = 0, .inodes = kMost, .inodes_free = 1};
  const auto told = document_of(volume)["subvols"][0]["bricks"][0];
  EXPECT_EQ(told["size_used"], kMost);
  EXPECT_EQ(told["inodes_used"], kMost - 1);
}

TEST(GlusterDashboard, HealthOfAVolumeComesOfItsSubvolumes) {
  const auto replicated = [](std::initializer_list<test::Online> subvolumes) {
    return healths(
        document_of(of_type(test::replicated(subvolumes), model::VolumeType::distributed_replicate)));
  };
  EXPECT_EQ(replicated({{kUp, kUp, kUp}, {kUp, kUp, kUp}}), "up up up");
  EXPECT_EQ(replicated({{kUp, kUp, kUp}, {kUp, kDown, kUp}}), "degraded up degraded");
  EXPECT_EQ(replicated({{kUp, kUp, kUp}, {kUp, kDown, kDown}}), "partial up down");
  EXPECT_EQ(replicated({{kDown, kDown, kUp}, {kUp, kDown, kDown}}), "down down down");
  EXPECT_EQ(replicated({{kUp, kUp, kUp}, {kUp, kUnknown, kUp}}), "unknown up unknown");
  EXPECT_EQ(healths(document_of(of_type(test::volume_of({{kUp}, {kDown}}), model::VolumeType::distribute))),
            "partial up down");
}

TEST(GlusterDashboard, AVolumeThatIsNotStartedIsDown) {
  auto volume = of_type(test::replicated({{kUnknown, kUnknown, kUnknown}}), model::VolumeType::replicate);
  volume.status = model::VolumeStatus::stopped;
  const auto stopped = document_of(volume);
  EXPECT_EQ(stopped["state"], "Stopped");
  EXPECT_EQ(healths(stopped), "down down");
  EXPECT_EQ(stopped["subvols"][0]["bricks"][2]["state"], "Unknown");
  volume.status = model::VolumeStatus::created;
  const auto created = document_of(volume);
  EXPECT_EQ(created["state"], "Created");
  EXPECT_EQ(healths(created), "down down");
}

TEST(GlusterDashboard, TransportsAreInCapitals) {
  auto volume = of_type(test::volume_of({{kUp}}), model::VolumeType::distribute);
  for (const auto& [transport, told] : std::map<std::string, std::string>{
           {"tcp", "TCP"}, {"rdma", "RDMA"}, {"tcp,rdma", "TCP,RDMA"}, {"other", "unknown"}}) {
    volume.transport = transport;
    EXPECT_EQ(document_of(volume)["transport"], told);
  }
}

TEST(GlusterDashboard, NamesMayBeAnything) {
  const std::string hostile = "\"},\n\\u0000<b>\x01\xff{$}";
  const std::string told = "\"},\n\\u0000<b>\x01\xEF\xBF\xBD{$}";
  auto volume = of_type(test::volume_of({{kUp}}), model::VolumeType::distribute);
  volume.name = volume.id = hostile;
  volume.options = {{hostile, hostile}};
  auto& brick = volume.subvolumes[0].bricks[0];
  brick.id = {.host = hostile, .path = hostile};
  brick.peer_uuid = brick.device = brick.fs_type = brick.mount_options = hostile;
  model::Snapshot snapshot;
  snapshot.volumes.push_back(volume);
  snapshot.peers = {{.uuid = hostile, .host = hostile, .local = false, .connected = true, .state = hostile}};
  const auto document = document_of(snapshot);
  EXPECT_EQ(document["peers"][0]["address"], told);
  const auto& of_volume = document["volumes"][0];
  EXPECT_EQ(of_volume["name"], told);
  EXPECT_EQ(of_volume["options"][0]["value"], told);
  EXPECT_EQ(of_volume["subvols"][0]["id"], told + "-distribute-0");
  const auto& of_brick = of_volume["subvols"][0]["bricks"][0];
  for (const auto* name : {"path", "device", "fs", "mount_options", "peers_id", "volumes_id"}) {
    EXPECT_EQ(of_brick[name], told) << name;
  }
}

}  // namespace
}  // namespace glusterfs_exporter::webhook

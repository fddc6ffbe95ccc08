#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "live/changes.hpp"
#include "live/reasons.hpp"
#include "live/state_document.hpp"
#include "support/json_schema.hpp"
#include "support/pictures.hpp"

namespace glusterfs_exporter::live {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const model::Time kNoon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

model::ProcessUsage process() {
  return {
      .start_time = kNoon - 24h, .cpu_seconds = 0.5, .resident_bytes = 4096, .threads = 9, .open_fds = 12};
}

std::shared_ptr<const model::BrickProfile> profile(std::uint64_t reads) {
  return std::make_shared<const model::BrickProfile>(
      model::BrickProfile{.fops = {{.fop = "READ",
                                    .count = reads,
                                    .timed = true,
                                    .seconds_total = 0.25 * static_cast<double>(reads),
                                    .seconds_min = 0.125,
                                    .seconds_max = 1},
                                   {.fop = "RELEASE", .count = 3, .timed = false}},
                          .upcalls = {},
                          .blocks = {},
                          .bytes_read = 1000 * reads,
                          .bytes_written = 7});
}

void fill_brick(model::Brick& brick) {
  brick.arbiter = true;
  brick.capacity = model::Capacity{.size_bytes = 1000, .free_bytes = 400, .inodes = 0, .inodes_free = 0};
  brick.fs_type = "xfs";
  brick.shares_filesystem = false;
  brick.profile = profile(10);
  brick.heal_pending_entries = 1;
  brick.heal_dirty_entries = 2;
  brick.split_brain_entries = 3;
  brick.healing_entries = 4;
  brick.top_files = {{.call = model::TopCall::readdir, .file = "/a", .count = 5}};
  brick.process = process();
  brick.thin_pool = model::ThinPool{.size_bytes = 10, .data_used_ratio = 0.5, .metadata_used_ratio = 0.25};
  model::BrickInternals internals;
  for (const auto* host : {"one", "two", "two"}) {
    internals.clients.push_back(
        {.host = host, .name = "fuse", .bytes_read = 0, .bytes_written = 0, .op_version = 0});
  }
  internals.memory = model::BrickMemory{.in_use = 1, .free = 2, .mapped = 3};
  internals.inode_table = model::BrickInodeTable{.active = 1, .lru = 2, .lru_limit = 3, .purge = 4};
  internals.pending_calls = 0;
  brick.internals = internals;
}

void fill_tasks(model::Volume& volume) {
  volume.quota = {{.path = "/projects",
                   .hard_limit_bytes = 10,
                   .soft_limit_bytes = 8,
                   .used_bytes = 9,
                   .soft_limit_exceeded = true,
                   .hard_limit_exceeded = false,
                   .objects_limit = 5,
                   .files = 1,
                   .directories = 2}};
  volume.snapshots = model::SnapshotReport{
      .snapshots = {{.name = "monday", .created = kNoon, .activated = false}, {"tuesday", {}, {}}},
      .hard_limit = 256,
      .soft_limit = 230};
  volume.rebalance = model::RebalanceReport{.kind = model::TaskKind::remove_brick, .nodes = {{}}};
  volume.rebalance->nodes[0].host = "node1";
  volume.rebalance->nodes[0].run_seconds = 1.5;
  model::GeoReplicationWorker worker;
  worker.secondary = "geo@there::copy";
  worker.host = "node1";
  worker.brick = "/srv/b1";
  worker.state = "Active";
  worker.crawl = "Changelog Crawl";
  worker.last_synced = kNoon;
  worker.pending_entry = worker.pending_data = worker.pending_meta = worker.failures = 1;
  worker.checkpoint_reached = true;
  volume.geo_replication = {worker};
  model::BitrotNode scrubber;
  scrubber.host = "localhost";
  scrubber.scrubbed_files = scrubber.skipped_files = scrubber.corrupted_objects = 1;
  scrubber.last_scrub = kNoon;
  scrubber.last_scrub_seconds = 2.5;
  volume.bitrot = model::BitrotReport{.state = model::ScrubState::paused, .nodes = {scrubber}};
}

/// Everything that can be told.
model::Snapshot full_picture() {
  model::Snapshot snapshot;
  snapshot.taken_at = kNoon + 3ms;
  snapshot.leader = snapshot.up = true;
  snapshot.version = "10.3";
  snapshot.op_version = snapshot.max_op_version = 100000;
  snapshot.peers_known = snapshot.volumes_known = true;
  snapshot.peer_uuid = "uuid1";
  snapshot.health = model::ClusterHealth::degraded;
  snapshot.peers = {
      {.uuid = "uuid1", .host = "node1", .local = true, .connected = true, .state = ""},
      {.uuid = "uuid2", .host = "node2", .local = false, .connected = false, .state = "Peer in Cluster"}};
  snapshot.leader_host = "node1";
  snapshot.peers[1].exporter = {.answers = true,
                                .version = "0.1.0",
                                .gluster_version = "10.3",
                                .report_taken_at = kNoon,
                                .leader = false};
  auto volume = test::replicated({{test::kUp, test::kDown}, {test::kUp, test::kUp}});
  volume.name = "rep";
  volume.type = model::VolumeType::distributed_replicate;
  volume.transport = "tcp";
  volume.options = {{"performance.cache-size", "1GB"}};
  volume.profiling = true;
  volume.health = model::Health::degraded;
  volume.server_quorum_met = true;
  volume.capacity = model::Capacity{.size_bytes = 1000, .free_bytes = 400, .inodes = 0, .inodes_free = 0};
  volume.heal_backlog_since = kNoon - 1min;
  volume.subvolumes[0].health = model::Health::degraded;
  volume.subvolumes[0].quorum_met = true;
  volume.subvolumes[0].capacity = volume.capacity;
  for (auto& subvolume : volume.subvolumes) {
    for (auto& brick : subvolume.bricks) {
      if (*brick.online) {
        fill_brick(brick);
      }
    }
  }
  fill_tasks(volume);
  snapshot.volumes = {volume};
  snapshot.daemons = {{.peer_uuid = "uuid1",
                       .host = "node1",
                       .kind = model::DaemonKind::self_heal,
                       .online = true,
                       .process = process(),
                       .spoken_for = true}};
  model::CollectorState collector;
  collector.name = "status";
  collector.enabled = true;
  collector.interval = 15s;
  collector.success = false;
  collector.last_duration = 123'456us;
  collector.source = "cli";
  collector.last_success = kNoon - 15s;
  collector.next_run = kNoon + 15s;
  collector.failure_reason = "timeout";
  collector.failure_text = "gave no answer";
  snapshot.collectors = {collector};
  return snapshot;
}

/// With rates: the picture is the second one.
json full_document() {
  auto snapshot = full_picture();
  Rates rates;
  rates.take(snapshot);
  snapshot.taken_at += 10s;
  for (auto& subvolume : snapshot.volumes[0].subvolumes) {
    for (auto& brick : subvolume.bricks) {
      if (brick.profile) {
        brick.profile = profile(40);
      }
    }
  }
  rates.take(snapshot);
  EventLog log;
  log.add("brick_offline", "brick node2:/srv/b2 of volume rep went offline", {{"volume", "rep"}}, kNoon);
  return state_document(snapshot, rates, log.events(),
                        {.page_version = "0123456789abcdef", .started_at = kNoon - 1h});
}

json document_of(const model::Snapshot& snapshot) {
  return state_document(snapshot, Rates{}, {});
}

bool any_null(const json& value) {
  if (value.is_structured()) {
    return std::any_of(value.begin(), value.end(), any_null);
  }
  return value.is_null();
}

TEST(StateDocumentTest, SaysAllThatIsKnown) {
  const auto document = full_document();
  EXPECT_EQ(test::schema_errors("state.v1.json", document), "");
  EXPECT_FALSE(any_null(document));
  EXPECT_EQ(document["cluster"], json::parse(R"({"taken_at":"2026-11-21T12:00:10.003Z","health":"degraded",
      "reasons":["volume rep is degraded: brick node2:/srv/b2 is offline","peer node2 is disconnected"],
      "up":true,"leader":true,"leader_host":"node1","version":"10.3","op_version":100000,"max_op_version":100000})"));
  EXPECT_EQ(document["peers"]["uuid2"], json::parse(R"({"host":"node2","local":false,"connected":false,
      "state":"in_cluster","exporter":{"answers":true,"version":"0.1.0","gluster_version":"10.3",
      "report_taken_at":"2026-11-21T12:00:00.000Z","leader":false}})"));
  EXPECT_EQ(document["node"]["page_version"], "0123456789abcdef");
  EXPECT_EQ(document["node"]["started_at"], "2026-11-21T11:00:00.000Z");
  EXPECT_EQ(document["collectors"]["status"], json::parse(R"({"enabled":true,"standby":false,
      "interval_seconds":15.0,"success":false,"last_success":"2026-11-21T11:59:45.000Z",
      "next_run":"2026-11-21T12:00:15.000Z","last_duration_seconds":0.1235,"source":"cli","failure_reason":"timeout","failure_text":"gave no answer"})"));
  EXPECT_EQ(document["events"]["1"]["kind"], "brick_offline");
  const auto& volume = document["volumes"]["rep"];
  EXPECT_EQ(volume["operations_total"], 120);
  EXPECT_EQ(volume["operations_per_second"], 9.0);
  EXPECT_EQ(volume["mean_latency_seconds"], 0.25);
  EXPECT_EQ(volume["heal_pending_entries"], 3);
  EXPECT_EQ(volume["geo_replication"]["node1:/srv/b1 geo@there::copy"]["crawl_state"], "changelog");
  const auto& brick = volume["bricks"]["node3:/srv/b3"];
  EXPECT_EQ(brick["subvolume"], 1);
  EXPECT_EQ(brick["place"], 2);
  EXPECT_EQ(brick["read_bytes_per_second"], 3000.0);
  EXPECT_EQ(brick["clients"], 3);
  EXPECT_EQ(brick["clients_by_host"], json::parse(R"({"one":1,"two":2})"));
  EXPECT_EQ(brick["fops"]["RELEASE"], json::parse(R"({"count":3})"));
  EXPECT_EQ(volume["bricks"]["node2:/srv/b2"]["online"], false);
}

TEST(StateDocumentTest, LeavesOutWhatIsNotKnown) {
  const auto document = document_of(model::Snapshot{});
  EXPECT_EQ(test::schema_errors("state.v1.json", document), "");
  EXPECT_FALSE(document.contains("volumes"));
  EXPECT_FALSE(document.contains("peers"));
  EXPECT_EQ(document["cluster"].size(), 2U);

  model::Snapshot snapshot;
  snapshot.volumes_known = true;
  snapshot.volumes = {test::volume_of({{test::kUnknown}})};
  const auto brick = document_of(snapshot)["volumes"]["v"]["bricks"]["node1:/srv/b1"];
  EXPECT_EQ(brick, json::parse(R"({"host":"node1","path":"/srv/b1","subvolume":0,"place":0,"arbiter":false,
      "peer_uuid":"uuid1","device":"/dev/sd1"})"));
}

TEST(StateDocumentTest, TheSchemaFindsWhatIsWrong) {
  auto document = full_document();
  document["cluster"]["health"] = nullptr;
  document["volumes"]["rep"]["bricks"]["node1:/srv/b1"]["surprise"] = 1;
  const auto errors = test::schema_errors("state.v1.json", document);
  EXPECT_THAT(errors, HasSubstr("$.cluster.health"));
  EXPECT_THAT(errors, HasSubstr("surprise"));
}

TEST(StateDocumentTest, HoldsNoNumberThatJsonDoesNotHave) {
  auto snapshot = full_picture();
  auto& brick = snapshot.volumes[0].subvolumes[0].bricks[0];
  brick.process->cpu_seconds = std::numeric_limits<double>::infinity();
  brick.thin_pool->data_used_ratio = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(any_null(json::parse(to_text(document_of(snapshot)))));
}

TEST(StateDocumentTest, TextThatIsNotUtf8DoesNotThrow) {
  auto snapshot = full_picture();
  snapshot.volumes[0].name = "\xc3";
  EXPECT_TRUE(json::parse(to_text(document_of(snapshot)))["volumes"].contains("\xef\xbf\xbd"));
}

TEST(StateDocumentTest, LeavesDetailsOutOfLargeClusters) {
  const auto document = state_document(full_picture(), Rates{}, {}, {.max_bricks_with_details = 3});
  const auto& brick = document["volumes"]["rep"]["bricks"]["node1:/srv/b1"];
  EXPECT_FALSE(brick.contains("fops") || brick.contains("clients_by_host") || brick.contains("top_files"));
  EXPECT_EQ(brick["operations_total"], 10);
}

TEST(StateDocumentTest, ADeadBrickMakesASmallChange) {
  const auto before = full_picture();
  auto after = before;
  after.volumes[0].subvolumes[1].bricks[0].online = false;
  EXPECT_EQ(merge_patch(document_of(before), document_of(after)), json::parse(R"({
      "cluster":{"reasons":["volume rep is degraded: bricks node2:/srv/b2, node3:/srv/b3 are offline",
                            "peer node2 is disconnected"]},
      "volumes":{"rep":{"bricks":{"node3:/srv/b3":{"online":false}}}}})"));
}

TEST(StateDocumentTest, EventsHaveADocumentOfTheirOwn) {
  EventLog log;
  log.add("test", "one", {{"a", "b"}}, kNoon);
  const auto document = events_document(log.events());
  EXPECT_EQ(test::schema_errors("events.v1.json", document), "");
  EXPECT_EQ(document["events"][0]["text"], "one");
}

TEST(ReasonsTest, NameTheWorstFirstAndNotTooMuch) {
  model::Snapshot snapshot;
  EXPECT_THAT(health_reasons(snapshot), ElementsAre("the volumes are not known", "the peers are not known"));
  snapshot.peers_known = snapshot.volumes_known = true;
  EXPECT_THAT(health_reasons(snapshot), IsEmpty());
  auto down = test::volume_of({{test::kDown}, {test::kDown}, {test::kDown}, {test::kDown}, {test::kDown}});
  down.health = model::Health::down;
  auto unknown = test::volume_of({{test::kUnknown}, {test::kUp}});
  unknown.name = "u";
  unknown.health = model::Health::unknown;
  snapshot.volumes = {unknown, down};
  EXPECT_THAT(
      health_reasons(snapshot),
      ElementsAre("volume v is down: bricks node1:/srv/b1, node2:/srv/b2, node3:/srv/b3 and 2 more are "
                  "offline",
                  "volume u is in an unknown state: brick node1:/srv/b1 is in an unknown state"));
  snapshot.volumes.assign(60, down);
  const auto reasons = health_reasons(snapshot);
  ASSERT_EQ(reasons.size(), kMaxReasons);
  EXPECT_EQ(reasons.back(), "and 11 more");
}

}  // namespace
}  // namespace glusterfs_exporter::live

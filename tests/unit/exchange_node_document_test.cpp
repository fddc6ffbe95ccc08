#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/time_text.hpp"
#include "exchange/node_document.hpp"

namespace glusterfs_exporter::exchange {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

model::Time at(std::chrono::sys_days day, std::chrono::milliseconds time) {
  return day + time;
}

const model::Time kNoon = at(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21), 12h + 3ms);

model::ProcessUsage process(std::uint64_t threads) {
  return {.start_time = kNoon - 24h,
          .cpu_seconds = 0.1,
          .resident_bytes = 4096,
          .threads = threads,
          .open_fds = 12};
}

/// Everything that can be told.
model::NodeReport full_report() {
  model::BrickProfile profile{
      .fops = {{.fop = "LOOKUP",
                .count = kMost,
                .timed = true,
                .seconds_total = 1e9,
                .seconds_min = 1e-6,
                .seconds_max = 0.25},
               {.fop = "RELEASE", .count = 3, .timed = false}},
      .upcalls = {{.upcall = "CI_IATT", .count = 4}},
      .blocks = {{.size = 1, .reads = 5, .writes = 6}, {.size = 4096, .reads = 7, .writes = 8}},
      .bytes_read = 9,
      .bytes_written = 10};
  model::ReportedBrick brick;
  brick.volume = "vol";
  brick.brick.id = {.host = "node1", .path = "/bricks/\"a b\""};
  brick.brick.peer_uuid = "uuid-1";
  brick.brick.online = false;
  brick.brick.capacity =
      model::Capacity{.size_bytes = kMost, .free_bytes = 11, .inodes = 0, .inodes_free = 0};
  brick.brick.device = "/dev/mapper/vg-lv";
  brick.brick.fs_type = "xfs";
  brick.brick.mount_options = "rw,noatime";
  brick.brick.block_size_bytes = 512;
  brick.brick.pid = 4'194'304;
  brick.brick.port = 65535;
  brick.brick.heal_pending_entries = 0;
  brick.brick.heal_dirty_entries = 13;
  brick.brick.process = process(14);
  brick.brick.internals = model::BrickInternals{
      .clients =
          {{.host = "10.0.0.9", .name = "fuse", .bytes_read = 15, .bytes_written = 16, .op_version = 17},
           {.host = "", .name = "unknown", .bytes_read = 0, .bytes_written = 0, .op_version = 0}},
      .memory = model::BrickMemory{.in_use = 18, .free = 19, .mapped = 20},
      .inode_table = model::BrickInodeTable{.active = 21, .lru = 22, .lru_limit = 23, .purge = 24},
      .pending_calls = 0};
  brick.brick.thin_pool =
      model::ThinPool{.size_bytes = 25, .data_used_ratio = 0.3, .metadata_used_ratio = 1.0};
  brick.brick.profile = std::make_shared<const model::BrickProfile>(std::move(profile));

  model::NodeReport report{.peer_uuid = "uuid-1",
                           .taken_at = kNoon,
                           .exporter_version = "0.1.0",
                           .gluster_version = "10.3",
                           .up = true,
                           .leader = true,
                           .bricks = {brick},
                           .daemons = {}};
  for (const auto kind : {model::DaemonKind::self_heal, model::DaemonKind::quota, model::DaemonKind::bitrot,
                          model::DaemonKind::scrubber, model::DaemonKind::snapshot, model::DaemonKind::nfs,
                          model::DaemonKind::glusterd, model::DaemonKind::events}) {
    report.daemons.push_back(
        {.peer_uuid = "uuid-1", .host = "node1", .kind = kind, .online = true, .process = process(1)});
  }
  return report;
}

constexpr std::string_view kFullHead =
    R"({"schema":"glusterfs_exporter/node/v1","peer_uuid":"uuid-1","taken_at":"2026-11-21T12:00:00.003Z",)"
    R"("exporter_version":"0.1.0","gluster_version":"10.3","up":true,"leader":true,"bricks":[)"
    R"({"volume":"vol","host":"node1","path":"/bricks/\"a b\"","peer_uuid":"uuid-1","online":false,)"
    R"("size_bytes":18446744073709551615,"free_bytes":11,"inodes":0,"inodes_free":0,)"
    R"("device":"/dev/mapper/vg-lv","fs_type":"xfs","mount_options":"rw,noatime","block_size_bytes":512,)"
    R"("pid":4194304,"port":65535,"heal_pending_entries":0,"heal_dirty_entries":13,)"
    R"("process":{"start_time":"2026-11-20T12:00:00.003Z","cpu_seconds_total":0.1,)"
    R"("resident_memory_bytes":4096,"threads":14,"open_fds":12},)"
    R"("clients":[{"host":"10.0.0.9","name":"fuse","read_bytes":15,"written_bytes":16,"op_version":17},)"
    R"({"host":"","name":"unknown","read_bytes":0,"written_bytes":0,"op_version":0}],)"
    R"("heap_bytes":{"in_use":18,"free":19,"mapped":20},)"
    R"("cached_inodes":{"active":21,"lru":22,"lru_limit":23,"purge":24},"pending_calls":0,)"
    R"("thin_pool":{"size_bytes":25,"data_used_ratio":0.3,"metadata_used_ratio":1.0},)"
    R"("profile":{"fops":[{"fop":"LOOKUP","count":18446744073709551615,"timed":true,)"
    R"("seconds_total":1000000000.0,"seconds_min":1e-06,"seconds_max":0.25},)"
    R"({"fop":"RELEASE","count":3,"timed":false}],"upcalls":[{"upcall":"CI_IATT","count":4}],)"
    R"("blocks":[{"size_bytes":1,"reads":5,"writes":6},{"size_bytes":4096,"reads":7,"writes":8}],)"
    R"("read_bytes":9,"written_bytes":10}}],"daemons":[)";

std::string full_text() {
  std::string text(kFullHead);
  const char* comma = "";
  for (const auto* kind : {"shd", "quotad", "bitd", "scrub", "snapd", "nfs", "glusterd", "glustereventsd"}) {
    text += fmt::format(R"({}{{"host":"node1","peer_uuid":"uuid-1","kind":"{}","online":true,)"
                        R"("process":{{"start_time":"2026-11-20T12:00:00.003Z","cpu_seconds_total":0.1,)"
                        R"("resident_memory_bytes":4096,"threads":1,"open_fds":12}}}})",
                        comma, kind);
    comma = ",";
  }
  return text + "]}";
}

/// A good document with one brick and one daemon, of which nothing is known.
constexpr std::string_view kBare =
    R"({"schema":"glusterfs_exporter/node/v1","peer_uuid":"u","taken_at":"1970-01-01T00:00:00.000Z",)"
    R"("exporter_version":"","up":false,"leader":false,"bricks":[{"volume":"v","host":"h","path":"/p"}],)"
    R"("daemons":[{"host":"","kind":"nfs","online":false}]})";

std::string error_of(std::string_view document) {
  const auto report = read_node_document(document);
  if (report) {
    return "no error";
  }
  EXPECT_EQ(report.error().kind, ErrorKind::parse);
  return report.error().context;
}

/// kBare with `from`, which is in it, replaced.
std::string bare_with(std::string_view from, std::string_view to) {
  std::string text(kBare);
  return text.replace(text.find(from), from.size(), to);
}

TEST(NodeDocument, HoldsEverything) {
  EXPECT_EQ(write_node_document(full_report()), full_text());
}

TEST(NodeDocument, ComesBackWhole) {
  const auto report = read_node_document(full_text());
  ASSERT_TRUE(report) << report.error().context;
  EXPECT_EQ(write_node_document(*report), full_text());
  EXPECT_EQ(report->taken_at, kNoon);
  ASSERT_EQ(report->bricks.size(), 1);
  const auto& brick = report->bricks[0].brick;
  EXPECT_EQ(brick.id, (model::BrickId{.host = "node1", .path = "/bricks/\"a b\""}));
  EXPECT_EQ(brick.mount_options, "rw,noatime");
  EXPECT_EQ(brick.block_size_bytes, 512);
  EXPECT_EQ(brick.pid, 4'194'304);
  EXPECT_EQ(brick.port, 65535);
  EXPECT_EQ(brick.process->cpu_seconds, 0.1);
  EXPECT_EQ(brick.internals->clients[0].bytes_written, 16);
  EXPECT_EQ(brick.profile->fops[0].seconds_max, 0.25);
  EXPECT_FALSE(brick.profile->fops[1].timed);
  EXPECT_EQ(report->daemons.back().kind, model::DaemonKind::events);
}

TEST(NodeDocument, HoldsWhatALeaderSaysOfTheCluster) {
  model::NodeReport report;
  report.peer_uuid = "u";
  report.cluster = std::make_shared<const nlohmann::json>(
      nlohmann::json{{"taken_at", "2026-11-21T12:00:00.000Z"}, {"health", "ok"}, {"more", 1}});
  EXPECT_EQ(read_node_document(write_node_document(report))->cluster, nullptr);  // it does not lead
  report.leader = true;
  const auto read = read_node_document(write_node_document(report));
  ASSERT_TRUE(read && read->cluster != nullptr);
  EXPECT_EQ(*read->cluster,
            nlohmann::json::parse(R"({"taken_at":"2026-11-21T12:00:00.000Z","health":"ok"})"));
  // What is wrong there spoils nothing else.
  report.cluster = std::make_shared<const nlohmann::json>(nlohmann::json{{"taken_at", 5}});
  const auto bad = read_node_document(write_node_document(report));
  ASSERT_TRUE(bad);
  EXPECT_TRUE(bad->leader);
  EXPECT_EQ(bad->cluster, nullptr);
}

TEST(NodeDocument, LeavesOutWhatIsNotKnown) {
  model::NodeReport report;
  report.peer_uuid = "u";
  report.bricks.emplace_back().volume = "v";
  report.bricks[0].brick.id = {.host = "h", .path = "/p"};
  report.daemons.emplace_back().kind = model::DaemonKind::nfs;
  EXPECT_EQ(write_node_document(report), kBare);

  const auto back = read_node_document(kBare);
  ASSERT_TRUE(back) << back.error().context;
  EXPECT_EQ(write_node_document(*back), kBare);
  const auto& brick = back->bricks.at(0).brick;
  EXPECT_FALSE(brick.online || brick.capacity || brick.heal_pending_entries || brick.heal_dirty_entries ||
               brick.process || brick.internals || brick.thin_pool || brick.profile || brick.pid ||
               brick.port || brick.block_size_bytes);
  EXPECT_EQ(brick.peer_uuid + brick.device + brick.fs_type + brick.mount_options + back->gluster_version, "");
  EXPECT_FALSE(back->daemons.at(0).process);
}

TEST(NodeDocument, TellsNoClientsFromUnknownClients) {
  auto report = full_report();
  report.bricks[0].brick.internals = model::BrickInternals{};
  report.bricks[0].brick.thin_pool->metadata_used_ratio.reset();
  report.bricks[0].brick.process->open_fds.reset();
  report.bricks[0].brick.profile = std::make_shared<const model::BrickProfile>();
  const auto back = read_node_document(write_node_document(report));
  ASSERT_TRUE(back) << back.error().context;
  const auto& brick = back->bricks[0].brick;
  ASSERT_TRUE(brick.internals);
  EXPECT_TRUE(brick.internals->clients.empty());
  EXPECT_FALSE(brick.internals->memory || brick.internals->inode_table || brick.internals->pending_calls);
  EXPECT_FALSE(brick.thin_pool->metadata_used_ratio);
  EXPECT_FALSE(brick.process->open_fds);
  ASSERT_TRUE(brick.profile);
  EXPECT_TRUE(brick.profile->fops.empty());
}

TEST(NodeDocument, LeavesOutNumbersThatNobodyWouldTake) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  auto report = full_report();
  auto& brick = report.bricks[0].brick;
  brick.process->cpu_seconds = -1;
  brick.thin_pool->data_used_ratio = 1.5;
  auto profile = *brick.profile;
  profile.fops[0].seconds_total = kNan;
  brick.profile = std::make_shared<const model::BrickProfile>(std::move(profile));
  report.daemons[0].process->cpu_seconds = kInfinity;
  const auto text = write_node_document(report);
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("null")));
  const auto back = read_node_document(text);
  ASSERT_TRUE(back) << back.error().context;
  EXPECT_FALSE(back->bricks[0].brick.process);
  EXPECT_FALSE(back->bricks[0].brick.thin_pool);
  EXPECT_FALSE(back->daemons[0].process);
  ASSERT_EQ(back->bricks[0].brick.profile->fops.size(), 1);
  EXPECT_EQ(back->bricks[0].brick.profile->fops[0].fop, "RELEASE");
}

TEST(NodeDocument, LeavesOutWhatAReaderWouldRefuse) {
  auto report = full_report();
  auto& brick = report.bricks[0].brick;
  brick.pid = 4'194'305;
  brick.port = 0;
  brick.block_size_bytes = 0;
  brick.mount_options = "lowerdir=" + std::string(4096, 'a');
  const auto back = read_node_document(write_node_document(report));
  ASSERT_TRUE(back) << back.error().context;
  const auto& read = back->bricks[0].brick;
  EXPECT_FALSE(read.pid || read.port || read.block_size_bytes);
  EXPECT_EQ(read.mount_options, "");

  brick.mount_options = std::string(4093, 'a') + "\xff";
  const auto longest = read_node_document(write_node_document(report));
  ASSERT_TRUE(longest) << longest.error().context;
  EXPECT_EQ(longest->bricks[0].brick.mount_options, std::string(4093, 'a') + "\xEF\xBF\xBD");
}

TEST(NodeDocument, RefusesProcessesAndBlocksThatCannotBe) {
  const auto with = [](const std::string& members) {
    return error_of(bare_with(R"("path":"/p")", R"("path":"/p",)" + members));
  };
  EXPECT_EQ(with(R"("pid":1,"port":1,"block_size_bytes":1)"), "no error");
  EXPECT_EQ(with(R"("pid":0)"), "bricks[0].pid must be a whole number from 1 to 4194304");
  EXPECT_EQ(with(R"("pid":4194305)"), "bricks[0].pid must be a whole number from 1 to 4194304");
  EXPECT_EQ(with(R"("pid":-1)"), "bricks[0].pid must be a whole number from 0 to 18446744073709551615");
  EXPECT_EQ(with(R"("port":65536)"), "bricks[0].port must be a whole number from 1 to 65535");
  EXPECT_EQ(with(R"("block_size_bytes":1099511627777)"),
            "bricks[0].block_size_bytes must be a whole number from 1 to 1099511627776");
  EXPECT_EQ(with(R"("mount_options":5)"), "bricks[0].mount_options must be a text");
}

TEST(NodeDocument, CleansTextOnBothWays) {
  auto report = full_report();
  report.bricks[0].brick.id.path = "/\xff";
  report.bricks[0].brick.device = "\xc3";
  report.bricks[0].brick.internals->clients[0].host = "\xed\xa0\x80";
  const auto back = read_node_document(write_node_document(report));
  ASSERT_TRUE(back) << back.error().context;
  EXPECT_EQ(back->bricks[0].brick.id.path, "/\xEF\xBF\xBD");
  EXPECT_EQ(back->bricks[0].brick.device, "\xEF\xBF\xBD");

  const auto read = read_node_document(bare_with(R"("/p")", "\"/\xff\""));
  ASSERT_TRUE(read) << read.error().context;
  EXPECT_EQ(read->bricks[0].brick.id.path, "/\xEF\xBF\xBD");
}

TEST(NodeDocument, PassesOverWhatItDoesNotKnow) {
  auto document = json::parse(full_text());
  document["new"] = {{"a", {1, nullptr}}};
  document["bricks"][0]["new"] = nullptr;
  document["bricks"][0]["process"]["new"] = -1;
  document["daemons"].insert(document["daemons"].begin(), json{{"kind", "new"}, {"online", "perhaps"}});
  const auto report = read_node_document(document.dump());
  ASSERT_TRUE(report) << report.error().context;
  EXPECT_EQ(write_node_document(*report), full_text());
}

TEST(NodeDocument, TakesTheLastOfEqualKeys) {
  const auto report =
      read_node_document(bare_with(R"("peer_uuid":"u")", R"("peer_uuid":{},"peer_uuid":"w")"));
  ASSERT_TRUE(report) << report.error().context;
  EXPECT_EQ(report->peer_uuid, "w");
  EXPECT_EQ(error_of(bare_with(R"("peer_uuid":"u")", R"("peer_uuid":"u","peer_uuid":{})")),
            "peer_uuid must be a text");
}

/// "/bricks/0/size_bytes" as "bricks[0].size_bytes".
std::string place_of(const json::json_pointer& pointer) {
  std::string place;
  for (auto rest = pointer; !rest.empty(); rest.pop_back()) {
    const auto& token = rest.back();
    const bool index = token.find_first_not_of("0123456789") == std::string::npos;
    const auto part = index ? "[" + token + "]" : (rest.parent_pointer().empty() ? "" : ".") + token;
    place.insert(0, part);
  }
  return place;
}

std::vector<json> wrong_values(const json& good) {
  std::vector<json> wrong{nullptr, json::object({{"a", 1}}), json::array({1})};
  if (good.is_string()) {
    wrong.insert(wrong.end(), {1, true});
  } else if (good.is_boolean()) {
    wrong.insert(wrong.end(), {1, "true"});
  } else if (good.is_number_float()) {
    wrong.insert(wrong.end(), {-1, -0.5, "1", true});
  } else {
    wrong.insert(wrong.end(), {-1, 1.0, 1e30, "1", true});
  }
  return wrong;
}

TEST(NodeDocument, RefusesWrongTypesInEveryPlaceAndNamesIt) {
  const auto good = json::parse(full_text());
  int places = 0;
  const auto leaves = good.flatten();
  for (const auto& [path, value] : leaves.items()) {
    ++places;
    const json::json_pointer pointer(path);
    for (const auto& wrong : wrong_values(value)) {
      auto document = good;
      document[pointer] = wrong;
      EXPECT_THAT(error_of(document.dump()), testing::StartsWith(place_of(pointer) + " must be "))
          << wrong.dump();
    }
    for (auto owner = pointer.parent_pointer(); !owner.empty(); owner = owner.parent_pointer()) {
      auto document = good;
      document[owner] = nullptr;
      EXPECT_THAT(error_of(document.dump()), testing::StartsWith(place_of(owner) + " must be "));
    }
  }
  EXPECT_GT(places, 80);
}

TEST(NodeDocument, NamesWhatIsMissing) {
  const auto good = json::parse(full_text());
  std::vector<std::string> optional;
  const auto leaves = good.flatten();
  for (const auto& [path, value] : leaves.items()) {
    const json::json_pointer pointer(path);
    auto document = good;
    document[pointer.parent_pointer()].erase(pointer.back());
    if (const auto error = error_of(document.dump()); error == "no error") {
      optional.push_back(place_of(pointer));
    } else {
      EXPECT_EQ(error, place_of(pointer) + " is missing");
    }
  }
  std::erase_if(optional, [](const std::string& place) { return place.starts_with("daemons["); });
  EXPECT_THAT(optional, testing::UnorderedElementsAre(
                            "bricks[0].device", "bricks[0].fs_type", "bricks[0].heal_dirty_entries",
                            "bricks[0].heal_pending_entries", "bricks[0].online", "bricks[0].peer_uuid",
                            "bricks[0].pending_calls", "bricks[0].process.open_fds", "bricks[0].pid",
                            "bricks[0].port", "bricks[0].mount_options", "bricks[0].block_size_bytes",
                            "bricks[0].thin_pool.metadata_used_ratio", "gluster_version"));
  EXPECT_EQ(error_of(bare_with(R"("path":"/p")", R"("path":"/p","pending_calls":1)")),
            "bricks[0].clients is missing");
}

TEST(NodeDocument, RefusesValuesOutOfRange) {
  EXPECT_EQ(error_of(bare_with("node/v1", "node/v2")), "schema must be \"glusterfs_exporter/node/v1\"");
  EXPECT_EQ(error_of(bare_with(R"("u")", R"("")")), "peer_uuid must not be empty");
  EXPECT_EQ(error_of(bare_with(R"("/p")", R"("")")), "bricks[0].path must not be empty");
  EXPECT_EQ(error_of(bare_with(R"("/p")", '"' + std::string(4097, 'x') + '"')),
            "bricks[0].path is longer than 4096 bytes");
  EXPECT_EQ(error_of(bare_with(R"("/p")", R"("/p","heal_dirty_entries":18446744073709551616)")),
            "bricks[0].heal_dirty_entries must be a whole number from 0 to 18446744073709551615");
  EXPECT_EQ(error_of(bare_with(R"("/p")", R"("/p","thin_pool":{"size_bytes":1,"data_used_ratio":1.01})")),
            "bricks[0].thin_pool.data_used_ratio must be a number from 0 to 1");
  EXPECT_EQ(error_of(bare_with("1970-01-01T", "1970-02-30T")),
            "taken_at must be a time like 2026-11-21T03:14:35.123Z");
  EXPECT_EQ(error_of(bare_with(
                R"("/p")", R"("/p","profile":{"fops":[],"upcalls":[],"blocks":[)"
                           R"({"size_bytes":2,"reads":0,"writes":0},{"size_bytes":2,"reads":0,"writes":0}])"
                           R"(,"read_bytes":0,"written_bytes":0})")),
            "bricks[0].profile.blocks[1].size_bytes must be larger than the one before");
}

TEST(NodeDocument, RefusesMoreThanAnyNodeHas) {
  auto document = json::parse(kBare);
  document["bricks"] = std::vector<json>(kMaxBricks, document["bricks"][0]);
  document["daemons"] = std::vector<json>(kMaxDaemons, document["daemons"][0]);
  const auto most = read_node_document(document.dump());
  ASSERT_TRUE(most) << most.error().context;
  EXPECT_EQ(most->bricks.size(), 10'000);
  EXPECT_EQ(most->daemons.size(), 1'000);
  auto bricks = document;
  bricks["bricks"].push_back(document["bricks"][0]);
  EXPECT_EQ(error_of(bricks.dump()), "bricks has more than 10000 entries");
  auto daemons = document;
  daemons["daemons"].push_back(document["daemons"][0]);
  EXPECT_EQ(error_of(daemons.dump()), "daemons has more than 1000 entries");
}

TEST(NodeDocument, CountsTheClientsOfAllBricks) {
  model::NodeReport report;
  report.peer_uuid = "u";
  for (const auto count : {kMaxClients - 1, std::size_t{1}}) {
    auto& brick = report.bricks.emplace_back();
    brick.volume = "v";
    brick.brick.id = {.host = "h", .path = "/p"};
    brick.brick.internals.emplace().clients.resize(count);
  }
  const auto most = read_node_document(write_node_document(report));
  ASSERT_TRUE(most) << most.error().context;
  EXPECT_EQ(most->bricks[0].brick.internals->clients.size(), kMaxClients - 1);
  report.bricks[1].brick.internals->clients.emplace_back();
  EXPECT_EQ(error_of(write_node_document(report)),
            "bricks[1].clients[1].host belongs to more than 100000 clients");
}

TEST(NodeDocument, RefusesWhatIsNoDocument) {
  EXPECT_EQ(error_of(""), "not JSON at byte 1");
  EXPECT_EQ(error_of("null"), "it must be an object");
  EXPECT_EQ(error_of("[]"), "it must be an object");
  EXPECT_EQ(error_of("{}"), "schema is missing");
  EXPECT_EQ(error_of("<html>"), "not JSON at byte 1");
  EXPECT_EQ(error_of(std::string(100'000, '[')), "nested too deep");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) {
    objects += "{\"a\":";
  }
  EXPECT_EQ(error_of(objects), "nested too deep");
  EXPECT_EQ(error_of("[" + std::string(2'000'000, ',') + "]"), "too many values");
  EXPECT_EQ(error_of(R"({"a":1e999})"), "not JSON: a number is too large");
  for (const auto* number : {"NaN", "Infinity", "-", "01", "0x1", "1e", "+1"}) {
    EXPECT_EQ(error_of(fmt::format(R"({{"a":{}}})", number)).substr(0, 16), "not JSON at byte") << number;
  }
  EXPECT_EQ(error_of(fmt::format("{{\"a\":{}}}", std::string(100'000, '9'))),
            "not JSON: a number is too large");
  EXPECT_EQ(error_of("{\"a\":\"\\ud800\"}").substr(0, 16), "not JSON at byte");
  EXPECT_EQ(error_of(std::string(kBare) + "x").substr(0, 16), "not JSON at byte");
  EXPECT_EQ(error_of(std::string("{\"a\0\":1}", 8)).substr(0, 16), "not JSON at byte");
}

TEST(NodeDocument, RefusesEveryTruncation) {
  const auto text = full_text();
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(read_node_document(std::string_view(text).substr(0, size))) << size;
  }
}

TEST(NodeDocument, SurvivesEveryByteChanged) {
  constexpr std::string_view kChanges("\0\"\\{]-\xff", 7);
  const auto good = full_text();
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto text = good;
    text[i] = kChanges[i % kChanges.size()];
    static_cast<void>(read_node_document(text));  // whatever it says, it returns
  }
}

TEST(TimeText, IsUtcWithMilliseconds) {
  EXPECT_EQ(write_time({}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(write_time(kNoon + 999us), "2026-11-21T12:00:00.003Z");
  EXPECT_EQ(write_time(model::Time() - 1ms), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(read_time("2026-11-21T12:00:00.003Z"), kNoon);
  EXPECT_EQ(read_time("2026-11-21T12:00:00Z"), kNoon - 3ms);
  EXPECT_EQ(read_time("2026-11-21T12:00:00.003000001Z"), kNoon + 1ns);
  EXPECT_TRUE(read_time("2024-02-29T23:59:59.9Z"));
  EXPECT_TRUE(read_time("2199-12-31T23:59:59.999Z"));
}

TEST(TimeText, IsNothingElse) {
  for (const auto* text : {"",
                           "Z",
                           "2026-11-21",
                           "2026-11-21T12:00:00",
                           "2026-11-21T12:00:00.Z",
                           "2026-11-21T12:00:00.0000000001Z",
                           "2026-11-21T12:00:00.003+00:00",
                           "2026-11-21 12:00:00Z",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2026-01-01T24:00:00Z",
                           "2026-01-01T00:60:00Z",
                           "2026-01-01T00:00:60Z",
                           "1969-12-31T23:59:59Z",
                           "2200-01-01T00:00:00Z",
                           "-026-01-01T00:00:00Z",
                           "2026-01-01T00:00:00.-1Z",
                           "2026-01-01T00:00:00Zx",
                           "2026-01-01T00:00:00.1"}) {
    EXPECT_FALSE(read_time(text)) << text;
  }
}

}  // namespace
}  // namespace glusterfs_exporter::exchange

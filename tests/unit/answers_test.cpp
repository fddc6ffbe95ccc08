#include "gluster/cli/answers.hpp"

#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "gluster/cli/fields.hpp"
#include "support/recorded.hpp"

/// What is read from each command's answer, value by value. The answers that can be had from a real cluster
/// are recordings; snapshots and geo-replication are made by hand after what Gluster's CLI writes.
namespace glusterfs_exporter::gluster {
namespace {

using model::BrickId;

class Document {
 public:
  explicit Document(const std::filesystem::path& file) {
    EXPECT_TRUE(document_.load_file((test::fixtures() / file).c_str())) << file;
  }
  static Document of(const char* xml) {
    Document document;
    EXPECT_TRUE(document.document_.load_string(xml));
    return document;
  }
  [[nodiscard]] pugi::xml_node root() const { return document_.child("cliOutput"); }

 private:
  Document() = default;
  pugi::xml_document document_;
};

const std::filesystem::path kHealthy = "gluster-10.3/healthy";
const std::filesystem::path kBrickDown = "gluster-10.3/brick-down";
const std::filesystem::path kNodeDown = "gluster-10.3/node-down";
const std::filesystem::path kSingle = "gluster-10.3/single";

std::string text_of_fixture(const std::filesystem::path& file) {
  return test::read_file(test::fixtures() / file);
}

TEST(VolumeInfo, ReadsVolumesBricksAndOptions) {
  const auto topology = read_volume_info(Document(kHealthy / "volume-info.xml").root());
  ASSERT_TRUE(topology);
  ASSERT_EQ(topology->size(), 4U);
  const auto& arb = topology->at(0);
  EXPECT_EQ(arb.name, "arb");
  EXPECT_EQ(arb.id, "f5dfe8de-6c8e-4603-9ca4-02f5201acc2e");
  EXPECT_EQ(arb.type, model::VolumeType::distributed_replicate);
  EXPECT_EQ(arb.status, model::VolumeStatus::started);
  EXPECT_EQ(arb.transport, "tcp");
  EXPECT_EQ(arb.replica_count, 3U);
  EXPECT_EQ(arb.arbiter_count, 1U);
  ASSERT_EQ(arb.bricks.size(), 6U);
  EXPECT_EQ(arb.bricks[2].id, (BrickId{"127.1.1.3", "/srv/node3/bricks/arb0"}));
  EXPECT_EQ(arb.bricks[2].peer_uuid, "27f12d21-b25d-4ef1-936c-6ae8ed0db3e7");
  EXPECT_TRUE(arb.bricks[2].arbiter);
  EXPECT_FALSE(arb.bricks[3].arbiter);
  EXPECT_EQ(arb.options.at("diagnostics.count-fop-hits"), "on");
  EXPECT_EQ(topology->at(1).type, model::VolumeType::disperse);
  EXPECT_EQ(topology->at(1).disperse_count, 3U);
  EXPECT_EQ(topology->at(1).redundancy_count, 1U);
  EXPECT_EQ(topology->at(2).type, model::VolumeType::distribute);
  EXPECT_EQ(topology->at(3).type, model::VolumeType::replicate);
}

TEST(VolumeInfo, WithoutVolumesElementIsAnError) {
  const auto topology = read_volume_info(Document::of("<cliOutput><volInfo/></cliOutput>").root());
  ASSERT_FALSE(topology);
  EXPECT_EQ(topology.error().context, "volume_info: no <volumes> in the answer");
}

TEST(VolumeInfo, AClusterWithoutVolumesIsEmpty) {
  const auto topology = read_volume_info(
      Document::of("<cliOutput><volInfo><volumes><count>0</count></volumes></volInfo></cliOutput>").root());
  ASSERT_TRUE(topology);
  EXPECT_TRUE(topology->empty());
}

TEST(PoolList, TheLocalNodeIsTheOneWithoutState) {
  const auto peers = read_pool_list(Document(kNodeDown / "pool-list.xml").root());
  ASSERT_TRUE(peers);
  ASSERT_EQ(peers->size(), 3U);
  EXPECT_EQ(peers->at(0).host, "127.1.1.2");
  EXPECT_TRUE(peers->at(0).connected);
  EXPECT_EQ(peers->at(0).state, "Peer in Cluster");
  EXPECT_EQ(peers->at(1).host, "127.1.1.3");
  EXPECT_FALSE(peers->at(1).connected);
  EXPECT_TRUE(peers->at(2).local);
  EXPECT_TRUE(peers->at(2).connected);
  EXPECT_EQ(peers->at(2).host, "");
}

TEST(VolumeStatus, ReadsBricksDaemonsAndTasks) {
  const auto volumes = read_volume_status(Document(kBrickDown / "volume-status-all.xml").root());
  ASSERT_TRUE(volumes);
  ASSERT_EQ(volumes->size(), 4U);
  const auto& rep3 = volumes->at("rep3");
  ASSERT_EQ(rep3.bricks.size(), 3U);
  EXPECT_EQ(rep3.bricks[1].id, (BrickId{"127.1.1.2", "/srv/node2/bricks/rep3"}));
  EXPECT_FALSE(rep3.bricks[1].online);
  EXPECT_TRUE(rep3.bricks[0].online);
  EXPECT_EQ(std::ranges::count(rep3.daemons, model::DaemonKind::self_heal, &DaemonRecord::kind), 3);
  EXPECT_EQ(std::ranges::count(rep3.daemons, model::DaemonKind::scrubber, &DaemonRecord::kind), 3);
  EXPECT_EQ(rep3.daemons.front().peer_uuid, "14d6a364-0da8-450d-a3b8-d297726a71dd");
  EXPECT_TRUE(rep3.tasks.empty());
  ASSERT_EQ(volumes->at("dist").tasks.size(), 1U);
  EXPECT_EQ(volumes->at("dist").tasks[0].kind, model::TaskKind::rebalance);
}

TEST(VolumeStatus, BricksOfAnUnreachableNodeAreMissing) {
  const auto volumes = read_volume_status(Document(kNodeDown / "volume-status-all.xml").root());
  ASSERT_TRUE(volumes);
  ASSERT_EQ(volumes->at("rep3").bricks.size(), 2U);
  EXPECT_EQ(volumes->at("rep3").bricks[0].id.host, "127.1.1.1");
  EXPECT_EQ(volumes->at("rep3").bricks[1].id.host, "127.1.1.2");
}

TEST(VolumeStatus, ARemoveBrickTaskNamesItsBricks) {
  const auto volumes = read_volume_status(
      Document::of(
          "<cliOutput><volStatus><volumes><volume><volName>dist</volName><tasks><task><type>Remove "
          "brick</type>"
          "<id>2d76</id><status>1</status><params><brick>127.1.1.1:/srv/b</brick></params></task></tasks>"
          "</volume></volumes></volStatus></cliOutput>")
          .root());
  ASSERT_TRUE(volumes);
  ASSERT_EQ(volumes->at("dist").tasks.size(), 1U);
  EXPECT_EQ(volumes->at("dist").tasks[0].kind, model::TaskKind::remove_brick);
  EXPECT_EQ(volumes->at("dist").tasks[0].bricks, std::vector<std::string>{"127.1.1.1:/srv/b"});
}

TEST(VolumeStatusDetail, ReadsSizesInBytes) {
  const auto volumes = read_volume_status_detail(Document(kHealthy / "volume-status-all-detail.xml").root());
  ASSERT_TRUE(volumes);
  const auto& brick = volumes->at("rep3").at(0);
  EXPECT_EQ(brick.id, (BrickId{"127.1.1.1", "/srv/node1/bricks/rep3"}));
  ASSERT_TRUE(brick.capacity);
  EXPECT_EQ(brick.capacity->size_bytes, 270553174016U);
  EXPECT_EQ(brick.capacity->inodes, 16777216U);
  EXPECT_EQ(brick.device, "/dev/vda");
  EXPECT_EQ(brick.fs_type, "ext4");
  EXPECT_EQ(brick.mount_options, "rw,relatime,discard,resv_strict,resuid=65534,resgid=65534");
  EXPECT_EQ(brick.block_size_bytes, 4096);
}

TEST(VolumeStatus, ABrickThatIsOfflineHasNoProcess) {
  const auto volumes =
      read_volume_status(Document::of("<cliOutput><volStatus><volumes><volume><volName>v</volName>"
                                      "<node><hostname>h</hostname><path>/a</path><status>1</status>"
                                      "<port>49152</port><pid>460</pid></node>"
                                      "<node><hostname>h</hostname><path>/b</path><status>0</status>"
                                      "<port>N/A</port><pid>-1</pid></node>"
                                      "</volume></volumes></volStatus></cliOutput>")
                             .root());
  ASSERT_TRUE(volumes);
  const auto& bricks = volumes->at("v").bricks;
  ASSERT_EQ(bricks.size(), 2U);
  EXPECT_EQ(bricks[0].pid, 460);
  EXPECT_EQ(bricks[0].port, 49152);
  EXPECT_FALSE(bricks[1].pid || bricks[1].port);
}

const model::FopStats& fop(const model::BrickProfile& profile, std::string_view name) {
  return *std::ranges::find(profile.fops, name, &model::FopStats::fop);
}

TEST(Profile, ASecondStatIsAnUpcall) {
  const auto record = read_profile(Document(kSingle / "profile-upcalls.xml").root(), 1e-9);
  ASSERT_TRUE(record);
  const auto& profile = record->at(0).profile;
  EXPECT_EQ(std::ranges::count(profile.fops, "STAT", &model::FopStats::fop), 1);
  EXPECT_EQ(fop(profile, "STAT").count, 331U);
  EXPECT_NEAR(fop(profile, "STAT").seconds_total, 331 * 79232.990937e-9, 1e-12);
  EXPECT_NEAR(fop(profile, "STAT").seconds_max, 1211948e-9, 1e-12);
  ASSERT_EQ(profile.upcalls.size(), 1U);
  EXPECT_EQ(profile.upcalls[0].upcall, "UPCALL");
  EXPECT_EQ(profile.upcalls[0].count, 1045U);
}

TEST(Profile, LatencyIsSecondsWhateverTheVersionCountsIn) {
  const auto nanoseconds = read_profile(Document(kSingle / "profile-upcalls.xml").root(), 1e-9);
  const auto microseconds = read_profile(Document(kSingle / "profile-upcalls.xml").root(), 1e-6);
  EXPECT_NEAR(fop(microseconds->at(0).profile, "STAT").seconds_total,
              1000 * fop(nanoseconds->at(0).profile, "STAT").seconds_total, 1e-9);
}

constexpr const char* kFopsWithoutOrderBreak =
    "<cliOutput><volProfile><brick><brickName>h:/b</brickName><cumulativeStats><fopStats>"
    "<fop><name>LOOKUP</name><hits>5</hits><avgLatency>100</avgLatency><minLatency>50</minLatency>"
    "<maxLatency>200</maxLatency></fop>"
    "<fop><name>RELEASE</name><hits>7</hits><avgLatency>0</avgLatency><minLatency>0</minLatency>"
    "<maxLatency>0</maxLatency></fop></fopStats><totalRead>1</totalRead><totalWrite>2</totalWrite>"
    "</cumulativeStats></brick></volProfile></cliOutput>";

TEST(Profile, UntimedFopsAreFopsAndNoUpcalls) {
  const auto record = read_profile(Document::of(kFopsWithoutOrderBreak).root(), 1e-9);
  ASSERT_TRUE(record);
  const auto& profile = record->at(0).profile;
  EXPECT_TRUE(profile.upcalls.empty());
  EXPECT_TRUE(fop(profile, "LOOKUP").timed);
  EXPECT_FALSE(fop(profile, "RELEASE").timed);
  EXPECT_EQ(fop(profile, "RELEASE").count, 7U);
  EXPECT_EQ(profile.bytes_read, 1U);
  EXPECT_EQ(profile.bytes_written, 2U);
}

TEST(Profile, AnUpcallAfterASmallFopIsToldByItsMissingLatency) {
  // STAT is fop 1; the entry called MKDIR would be fop 4, but has no latency: it is upcall 4.
  const auto record = read_profile(
      Document::of(
          "<cliOutput><volProfile><brick><brickName>h:/b</brickName><cumulativeStats><fopStats>"
          "<fop><name>STAT</name><hits>5</hits><avgLatency>9</avgLatency><minLatency>8</minLatency>"
          "<maxLatency>10</maxLatency></fop><fop><name>MKDIR</name><hits>3</hits><avgLatency>0</avgLatency>"
          "<minLatency>0</minLatency><maxLatency>0</maxLatency></fop></fopStats></cumulativeStats></brick>"
          "</volProfile></cliOutput>")
          .root(),
      1e-9);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->at(0).profile.fops.size(), 1U);
  ASSERT_EQ(record->at(0).profile.upcalls.size(), 1U);
  EXPECT_EQ(record->at(0).profile.upcalls[0].upcall, "CI_RENAME");
}

TEST(Profile, BlocksKeepTheirSize) {
  const auto record =
      read_profile(Document(kHealthy / "volume-profile-rep3-info-cumulative.xml").root(), 1e-9);
  ASSERT_TRUE(record);
  const auto& blocks = record->at(0).profile.blocks;
  ASSERT_EQ(blocks.size(), 32U);
  EXPECT_EQ(blocks.front().size, 1U);
  EXPECT_EQ(blocks.back().size, 2147483648U);
}

TEST(HealCount, ABrickThatCouldNotBeAskedIsUnknown) {
  const auto record =
      read_heal_count(text_of_fixture(kBrickDown / "volume-heal-rep3-statistics-heal-count.txt"));
  ASSERT_TRUE(record);
  ASSERT_EQ(record->size(), 3U);
  EXPECT_EQ(record->at(0).pending, 12U);
  EXPECT_EQ(record->at(1).id, (BrickId{"127.1.1.2", "/srv/node2/bricks/rep3"}));
  EXPECT_FALSE(record->at(1).pending);
  EXPECT_EQ(record->at(2).pending, 12U);
}

TEST(HealCount, OtherTextIsAnError) {
  EXPECT_FALSE(read_heal_count("Gathering count\n"));
}

TEST(HealSummary, ABrickThatIsDownIsUnknown) {
  const auto record = read_heal_summary(Document(kSingle / "heal-summary-brickdown.xml").root());
  ASSERT_TRUE(record);
  ASSERT_EQ(record->size(), 3U);
  EXPECT_EQ(record->at(0).pending, 51U);
  EXPECT_EQ(record->at(0).split_brain, 0U);
  EXPECT_EQ(record->at(0).healing, 0U);
  EXPECT_FALSE(record->at(1).pending);
  EXPECT_FALSE(record->at(1).split_brain);
}

TEST(Quota, SpaceAndObjectsBecomeOneLimit) {
  auto limits = read_quota_list(Document(kHealthy / "volume-quota-dist-list.xml").root());
  ASSERT_TRUE(limits);
  ASSERT_TRUE(
      read_quota_list_objects(Document(kHealthy / "volume-quota-dist-list-objects.xml").root(), *limits));
  ASSERT_EQ(limits->size(), 1U);
  const auto& limit = limits->front();
  EXPECT_EQ(limit.path, "/dir");
  EXPECT_EQ(limit.hard_limit_bytes, 1048576U);
  EXPECT_EQ(limit.soft_limit_bytes, 734003U);
  EXPECT_EQ(limit.used_bytes, 1007104U);
  EXPECT_EQ(limit.soft_limit_exceeded, true);
  EXPECT_EQ(limit.hard_limit_exceeded, false);
  EXPECT_EQ(limit.objects_limit, 100U);
  EXPECT_EQ(limit.files, 8U);
  EXPECT_EQ(limit.directories, 1U);
}

TEST(Quota, NotAvailableIsAbsent) {
  const auto limits = read_quota_list(
      Document::of(
          "<cliOutput><volQuota><limit><path>/p</path><hard_limit>10</hard_limit><soft_limit_value>8"
          "</soft_limit_value><used_space>N/A</used_space><sl_exceeded>N/A</sl_exceeded></limit></volQuota>"
          "</cliOutput>")
          .root());
  ASSERT_TRUE(limits);
  EXPECT_EQ(limits->front().hard_limit_bytes, 10U);
  EXPECT_FALSE(limits->front().used_bytes);
  EXPECT_FALSE(limits->front().soft_limit_exceeded);
}

TEST(Rebalance, ReadsEachNode) {
  const auto report = read_rebalance(Document(kSingle / "rebalance-status-in-progress.xml").root(),
                                     model::TaskKind::rebalance);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->nodes.size(), 3U);
  EXPECT_EQ(report->nodes[0].peer_uuid, "029ea442-3e41-4992-91d9-a2c1ecd60127");
  EXPECT_EQ(report->nodes[0].state, model::TaskState::in_progress);
  EXPECT_EQ(report->nodes[0].moved_files, 2U);
  EXPECT_EQ(report->nodes[0].moved_bytes, 30000U);
  EXPECT_EQ(report->nodes[0].scanned_files, 4U);
}

TEST(Rebalance, ReadsRemoveBrick) {
  const auto report =
      read_rebalance(Document(kSingle / "remove-brick-status.xml").root(), model::TaskKind::remove_brick);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->nodes.size(), 1U);
  EXPECT_EQ(report->nodes[0].state, model::TaskState::completed);
  EXPECT_EQ(report->nodes[0].moved_bytes, 39000U);
}

TEST(ScrubStatus, ReadsStateAndNodes) {
  const auto report = read_scrub_status(text_of_fixture(kSingle / "scrub-status-idle.txt"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->state, model::ScrubState::idle);
  ASSERT_EQ(report->nodes.size(), 3U);
  EXPECT_EQ(report->nodes[0].host, "localhost");
  EXPECT_EQ(report->nodes[0].scrubbed_files, 7U);
  EXPECT_EQ(report->nodes[0].skipped_files, 0U);
  EXPECT_EQ(report->nodes[0].corrupted_objects, 0U);
  EXPECT_EQ(report->nodes[0].last_scrub_seconds, 8.0);
  EXPECT_EQ(report->nodes[0].last_scrub, to_time("2026-11-21 03:22:01 +0000"));
}

TEST(ScrubStatus, BeforeTheFirstScrubEndedThereIsNoDuration) {
  const auto report = read_scrub_status(text_of_fixture(kSingle / "scrub-status-in-progress.txt"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->state, model::ScrubState::in_progress);
  EXPECT_FALSE(report->nodes[0].last_scrub);
  EXPECT_FALSE(report->nodes[0].last_scrub_seconds);
}

TEST(ScrubStatus, ATextThatWasCutShortIsAnError) {
  const auto whole = text_of_fixture(kSingle / "scrub-status-idle.txt");
  const auto last_node = whole.rfind("Node:");
  for (std::size_t length = last_node + 6; length < whole.rfind("Error count: 0") + 14; ++length) {
    EXPECT_FALSE(read_scrub_status(whole.substr(0, length))) << length;
  }
}

TEST(Top, ReadsFilesOfEachBrick) {
  const auto record =
      read_top(Document(kHealthy / "volume-top-rep3-open-list-cnt-10.xml").root(), model::TopCall::open);
  ASSERT_TRUE(record);
  ASSERT_EQ(record->size(), 3U);
  EXPECT_EQ(record->at(0).id.path, "/srv/node1/bricks/rep3");
  EXPECT_EQ(record->at(0).files.at(0).call, model::TopCall::open);
  EXPECT_EQ(record->at(0).files.at(0).file, "/heal/f2");
  EXPECT_EQ(record->at(0).files.at(0).count, 12U);
}

TEST(Versions, AreReadFromTheFirstLine) {
  EXPECT_EQ(read_version(text_of_fixture(kHealthy / "version.txt")), "10.3");
  EXPECT_FALSE(read_version("bash: gluster: command not found"));
  EXPECT_EQ(read_option_number(Document(kHealthy / "volume-get-all-cluster-op-version.xml").root()), 100000U);
}

TEST(Snapshots, ReadsInfoAndLimits) {
  const auto items = read_snapshot_info(Document("made-by-hand/snapshot-info.xml").root());
  ASSERT_TRUE(items);
  ASSERT_EQ(items->size(), 2U);
  EXPECT_EQ(items->at(0).name, "daily_GMT-2026.11.20-01.00.00");
  EXPECT_EQ(items->at(0).created, to_time("2026-11-20 01:00:00 +0000"));
  EXPECT_EQ(items->at(0).activated, true);
  EXPECT_EQ(items->at(1).activated, false);
  model::SnapshotReport report;
  ASSERT_TRUE(read_snapshot_config(Document("made-by-hand/snapshot-config.xml").root(), report));
  EXPECT_EQ(report.hard_limit, 256U);
  EXPECT_EQ(report.soft_limit, 230U);
}

TEST(GeoReplication, ReadsTheTagsOfBothGenerations) {
  for (const auto* file :
       {"made-by-hand/geo-replication-status.xml", "made-by-hand/geo-replication-status-9.xml"}) {
    const auto workers = read_geo_replication(Document(file).root());
    ASSERT_TRUE(workers);
    ASSERT_EQ(workers->size(), 2U) << file;
    const auto& active = workers->at(0);
    EXPECT_EQ(active.volume, "rep3");
    EXPECT_EQ(active.secondary, "backup.example.net::rep3copy");
    EXPECT_EQ(active.host, "127.1.1.1");
    EXPECT_EQ(active.brick, "/srv/node1/bricks/rep3");
    EXPECT_EQ(active.state, "Active");
    EXPECT_EQ(active.crawl, "Changelog Crawl");
    EXPECT_EQ(active.pending_data, 7U);
    EXPECT_EQ(active.failures, 1U);
    EXPECT_EQ(active.checkpoint_reached, true);
    EXPECT_TRUE(active.last_synced);
    const auto& passive = workers->at(1);
    EXPECT_EQ(passive.state, "Passive");
    EXPECT_EQ(passive.crawl, "");
    EXPECT_FALSE(passive.pending_data);
    EXPECT_FALSE(passive.last_synced);
    EXPECT_FALSE(passive.checkpoint_reached);
  }
}

TEST(Fields, BrickIdsSplitAtThePath) {
  EXPECT_EQ(to_brick_id("fe80::1:/srv/b"), (BrickId{"fe80::1", "/srv/b"}));
  EXPECT_FALSE(to_brick_id(":/srv/b"));
  EXPECT_FALSE(to_brick_id("host"));
}

TEST(Fields, TimesKnowTheirZone) {
  EXPECT_EQ(to_time("1970-01-02 00:00:00 +0000")->time_since_epoch(), std::chrono::hours(24));
  EXPECT_EQ(to_time("1970-01-02 01:00:00.123456 +0100")->time_since_epoch(), std::chrono::hours(24));
  EXPECT_FALSE(to_time("N/A"));
  EXPECT_FALSE(to_time("1970-01-02 00:00:00 and more"));
}

}  // namespace
}  // namespace glusterfs_exporter::gluster

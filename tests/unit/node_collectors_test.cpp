#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>

#include "collect/reports.hpp"
#include "collect/scheduler.hpp"
#include "collect/table.hpp"
#include "support/eventually.hpp"
#include "support/fake_source.hpp"

namespace glusterfs_exporter::collect {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using testing::ElementsAre;
using testing::IsEmpty;

/// The exporter on the first of three nodes, "uuid1", with the default settings.
class NodeCollectors : public testing::Test {
 protected:
  NodeCollectors() {
    source.on_topology = [] { return gluster::Topology{test::volume_record("v")}; };
    source.on_peers = [] {
      return gluster::PeerList{{"uuid1", "", true, true, ""},
                               {"uuid2", "node2", false, true, "Peer in Cluster"},
                               {"uuid3", "node3", false, true, "Peer in Cluster"}};
    };
    source.on_status = [this] {
      ++cli_statuses;
      return gluster::PerVolume<gluster::StatusRecord>{{"v", test::all_online(test::volume_record("v"))}};
    };
    source.on_detail = [this] {
      ++cli_details;
      return gluster::PerVolume<gluster::DetailRecord>{{"v", {}}};
    };
    sources.node.on_processes = [](std::span<const gluster::LocalBrick> bricks) {
      gluster::NodeProcesses processes;
      for (const auto& brick : bricks) {
        processes.bricks[brick.id].key = {100, 1};
      }
      processes.gluster_version = "10.3";
      return processes;
    };
  }

  std::unique_ptr<Scheduler> make() {
    return std::make_unique<Scheduler>(
        Scheduler::Parts{sources.all(), config, facts, log, [this] { ++news; }, [this] { ++process_reads; }},
        collector_table());
  }

  static model::CollectorState state(const Scheduler& scheduler, std::string_view name) {
    const auto states = scheduler.states();
    return *std::ranges::find(states, name, &model::CollectorState::name);
  }

  /// What the exporter on the node `uuid` says of its brick of "v".
  static model::NodeReport report_of(const std::string& uuid) {
    model::NodeReport report;
    report.peer_uuid = uuid;
    report.up = true;
    model::Brick brick;
    brick.id = {"node" + uuid.substr(4), "/srv/v"};
    brick.peer_uuid = uuid;
    brick.online = true;
    brick.capacity = model::Capacity{1, 1, 1, 1};
    brick.heal_pending_entries = 0;
    brick.profile = std::make_shared<const model::BrickProfile>();
    report.bricks.push_back({"v", brick});
    return report;
  }

  void everybody_answers() {
    sources.exporters.on_ask = [](const exchange::Peer& peer) { return report_of(peer.uuid); };
  }

  config::Config config = config::default_config(collector_defaults());
  test::FakeSource source;
  test::FakeSources sources{source};
  FactStore facts;
  std::shared_ptr<spdlog::logger> log =
      std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::null_sink_mt>());
  std::atomic<int> news{0};
  std::atomic<int> process_reads{0};
  std::atomic<int> cli_statuses{0};
  std::atomic<int> cli_details{0};
};

TEST_F(NodeCollectors, AskAboutTheBricksOfThisNodeAlone) {
  std::vector<std::string> paths;
  sources.node.on_filesystem = [&](const std::string& path) {
    paths.push_back(path);
    return gluster::BrickFilesystem{{100, 40, 10, 4}, "/dev/sda", "xfs"};
  };
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_THAT(paths, ElementsAre("/srv/v"));
  const auto report = make_own_report(facts.copy(), std::chrono::steady_clock::now());
  ASSERT_EQ(report.bricks.size(), 1U);
  EXPECT_EQ(report.bricks[0].brick.id.host, "node1");
  EXPECT_EQ(state(*scheduler, "filesystems").source, "local");
  EXPECT_EQ(state(*scheduler, "brick_profile").source, "rpc");
  EXPECT_EQ(*facts.copy().version.value, "10.3");
}

TEST_F(NodeCollectors, OneBricksFailureLeavesTheOthersKnown) {
  auto volume = test::volume_record("v");
  volume.bricks.push_back({{"node1", "/srv/sick"}, "uuid1", false});
  source.on_topology = [&] { return gluster::Topology{volume}; };
  sources.node.on_filesystem = [](const std::string& path) -> Result<gluster::BrickFilesystem> {
    if (path == "/srv/sick") {
      return std::unexpected(Error{ErrorKind::exit, "/srv/sick: Input/output error"});
    }
    return gluster::BrickFilesystem{};
  };
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_EQ(state(*scheduler, "filesystems").failure_text, "/srv/sick: Input/output error");
  EXPECT_EQ(facts.copy().filesystems.value->size(), 1U);
}

TEST_F(NodeCollectors, ABrickThatDoesNotRunIsNotAsked) {
  sources.node.on_processes = [](std::span<const gluster::LocalBrick>) { return gluster::NodeProcesses{}; };
  int asked = 0;
  sources.node.on_profile = [&](const gluster::LocalBrick&) {
    ++asked;
    return model::BrickProfile{};
  };
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(state(*scheduler, "brick_profile").success, true);
}

TEST_F(NodeCollectors, WithTheCliAloneTheyDoNotRun) {
  config.gluster.source = config::SourceChoice::cli;
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_FALSE(state(*scheduler, "processes").enabled);
  EXPECT_EQ(facts.copy().processes.value, nullptr);
  EXPECT_EQ(cli_details, 1);
}

TEST_F(NodeCollectors, WithTheSocketsAloneNothingAsksTheCli) {
  config.gluster.source = config::SourceChoice::rpc;
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_FALSE(state(*scheduler, "status").enabled);
  EXPECT_TRUE(state(*scheduler, "processes").enabled);
  EXPECT_EQ(cli_statuses, 0);
}

TEST_F(NodeCollectors, TheLeaderAsksTheCliOnlyAboutNodesWithoutAnExporter) {
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_EQ(scheduler->leader(), true);
  EXPECT_EQ(cli_statuses, 1);
  EXPECT_EQ(cli_details, 1);

  everybody_answers();
  scheduler->run_once();
  EXPECT_EQ(scheduler->leader(), true);  // "uuid1" is the lowest
  EXPECT_EQ(cli_statuses, 2);            // tells of tasks, too
  EXPECT_EQ(cli_details, 1);
  EXPECT_EQ(state(*scheduler, "detail").source, "");
}

TEST_F(NodeCollectors, OthersLeaveTheClusterToTheLeader) {
  everybody_answers();
  source.on_peers = [] {
    return gluster::PeerList{{"uuid1", "", true, true, ""},
                             {"uuid0", "node0", false, true, "Peer in Cluster"}};
  };
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_EQ(scheduler->leader(), false);
  EXPECT_EQ(cli_statuses, 0);
  EXPECT_TRUE(state(*scheduler, "status").standby);
  EXPECT_EQ(state(*scheduler, "status").success, std::nullopt);
  EXPECT_THAT(scheduler->not_ready(scheduler->states()), IsEmpty());
}

TEST_F(NodeCollectors, AnExporterThatIsSlowOnceIsNotGone) {
  everybody_answers();
  auto scheduler = make();
  scheduler->run_once();
  sources.exporters.on_ask = [](const exchange::Peer&) -> Result<model::NodeReport> {
    return std::unexpected(Error{ErrorKind::timeout, "slow"});
  };
  scheduler->run_once();
  EXPECT_TRUE(facts.copy().neighbours.value->at("uuid2").answers);
  scheduler->run_once();
  EXPECT_FALSE(facts.copy().neighbours.value->at("uuid2").answers);
  EXPECT_NE(facts.copy().neighbours.value->at("uuid2").report, nullptr);  // until it is too old

  everybody_answers();
  scheduler->run_once();
  EXPECT_TRUE(facts.copy().neighbours.value->at("uuid2").answers);
  sources.exporters.on_ask = [](const exchange::Peer&) -> Result<model::NodeReport> {
    return std::unexpected(Error{ErrorKind::connect, "refused"});
  };
  scheduler->run_once();
  EXPECT_FALSE(facts.copy().neighbours.value->at("uuid2").answers);
}

TEST_F(NodeCollectors, LeadershipIsTakenOverWhenTheLeaderGoes) {
  std::atomic<bool> leader_lives{true};
  source.on_peers = [] {
    return gluster::PeerList{{"uuid1", "", true, true, ""},
                             {"uuid0", "node0", false, true, "Peer in Cluster"}};
  };
  sources.exporters.on_ask = [&](const exchange::Peer& peer) -> Result<model::NodeReport> {
    if (leader_lives) {
      return report_of(peer.uuid);
    }
    return std::unexpected(Error{ErrorKind::connect, "refused"});
  };
  config.collectors.find("exporters")->second.interval = 1ms;
  auto scheduler = make();
  scheduler->start();
  EXPECT_TRUE(eventually([&] { return scheduler->leader() == false; }));
  leader_lives = false;
  EXPECT_TRUE(eventually([&] { return scheduler->leader() == true && cli_statuses > 0; }));
  leader_lives = true;
  EXPECT_TRUE(eventually([&] { return scheduler->leader() == false; }));
  EXPECT_TRUE(eventually([&] { return state(*scheduler, "status").standby; }));
  scheduler->stop();
}

TEST_F(NodeCollectors, ARunIsRepeatedWhenSomethingHappensMeanwhile) {
  auto scheduler = make();
  scheduler->start();
  EXPECT_TRUE(eventually([&] { return scheduler->not_ready(scheduler->states()).empty(); }));
  std::atomic<bool> reading{false};
  std::atomic<bool> go_on{false};
  std::atomic<int> reads{0};
  sources.node.on_processes = [&](std::span<const gluster::LocalBrick>) {
    ++reads;
    reading = true;
    go_on.wait(false);
    return gluster::NodeProcesses{};
  };
  scheduler->run_now(processes_collector);
  EXPECT_TRUE(eventually([&] { return reading.load(); }));
  scheduler->run_now(processes_collector);  // a process died after it was looked at
  go_on = true;
  go_on.notify_all();
  EXPECT_TRUE(eventually([&] { return reads == 2; }));
  scheduler->stop();
}

TEST_F(NodeCollectors, APollOfSeveralCollectorsMakesFewPictures) {
  auto scheduler = make();
  scheduler->run_once();  // ran one after another: told of only where a lane had no more to do
  int ran = 0;
  for (const auto& collector : scheduler->states()) {
    ran += collector.success.has_value() ? 1 : 0;
  }
  EXPECT_GT(process_reads, 0);
  EXPECT_LT(news, ran);
}

TEST(CollectorTable, ACollectorThatCannotAskIsRefusedWhenWanted) {
  auto config = config::default_config(collector_defaults());
  config.gluster.source = config::SourceChoice::rpc;
  EXPECT_TRUE(check_collectors(config));  // on by default only
  config.origins["collectors.quota.enabled"] = "--collector.quota";
  auto refused = check_collectors(config);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().place, "--collector.quota");
  EXPECT_EQ(
      refused.error().message,
      "collectors.quota.enabled: cannot be true with gluster.source rpc: only the gluster command tells "
      "this");
  config.gluster.source = config::SourceChoice::cli;
  EXPECT_TRUE(check_collectors(config));
  config.origins["collectors.processes.enabled"] = "x.yml:3";
  refused = check_collectors(config);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().place, "x.yml:3");
  config.collectors.find("processes")->second.enabled = false;
  EXPECT_TRUE(check_collectors(config));
}

}  // namespace
}  // namespace glusterfs_exporter::collect

#include "collect/scheduler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>

#include "collect/table.hpp"
#include "support/eventually.hpp"
#include "support/fake_source.hpp"

namespace glusterfs_exporter::collect {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class SchedulerTest : public testing::Test {
 protected:
  SchedulerTest() {
    config.gluster.source = config::SourceChoice::cli;
    source.on_topology = [] {
      return gluster::Topology{test::volume_record("v1"), test::volume_record("v2")};
    };
    source.on_status = [] {
      return gluster::PerVolume<gluster::StatusRecord>{{"v1", test::all_online(test::volume_record("v1"))},
                                                       {"v2", test::all_online(test::volume_record("v2"))}};
    };
  }

  std::unique_ptr<Scheduler> make() {
    return std::make_unique<Scheduler>(
        Scheduler::Parts{sources.all(), config, facts, log, [this] { ++news; }, [] {}}, collector_table());
  }

  static model::CollectorState state(const Scheduler& scheduler, std::string_view name) {
    const auto states = scheduler.states();
    return *std::ranges::find(states, name, &model::CollectorState::name);
  }

  /// How often `name` ran is what the fake counted; this makes it run so often that it can be seen.
  void set_interval(std::string_view name, std::chrono::milliseconds interval) {
    config.collectors.find(name)->second.interval = interval;
  }

  config::Config config = config::default_config(collector_defaults());
  test::FakeSource source;
  FactStore facts;
  std::shared_ptr<spdlog::logger> log =
      std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::null_sink_mt>());
  std::atomic<int> news{0};
  test::FakeSources sources{source};
};

TEST_F(SchedulerTest, RunOnceRunsEveryEnabledCollector) {
  auto scheduler = make();
  scheduler->run_once();
  for (const auto& collector : scheduler->states()) {
    EXPECT_EQ(collector.success.has_value(), collector.enabled) << collector.name;
  }
  EXPECT_GT(news, 0);
  EXPECT_THAT(scheduler->not_ready(scheduler->states()), IsEmpty());
  EXPECT_EQ(state(*scheduler, "status").success, true);
  EXPECT_EQ(state(*scheduler, "top").success, std::nullopt);
  EXPECT_FALSE(state(*scheduler, "top").enabled);
}

TEST_F(SchedulerTest, CarriesOnWhereAnotherWas) {
  config.cluster.leader = config::LeaderChoice::always;
  config.collectors.find("peers")->second.enabled = false;
  auto before = make();
  before->run_once();
  config.collectors.find("peers")->second.enabled = true;
  config.collectors.find("bitrot")->second.enabled = false;
  set_interval("topology", 7s);
  auto after = make();
  after->carry_on(*before);
  EXPECT_EQ(after->leader(), true);
  EXPECT_EQ(state(*after, "status").success, true);
  EXPECT_EQ(state(*after, "status").last_success, state(*before, "status").last_success);
  EXPECT_FALSE(state(*after, "status").standby);
  EXPECT_EQ(state(*after, "topology").interval, 7s);
  EXPECT_FALSE(state(*after, "bitrot").enabled);
  EXPECT_EQ(state(*after, "bitrot").success, std::nullopt);
  EXPECT_THAT(after->not_ready(after->states()), ElementsAre("peers")) << "was off";
}

TEST_F(SchedulerTest, SaysWhenCollectorsRunNext) {
  set_interval("topology", 1h);
  auto scheduler = make();
  EXPECT_FALSE(state(*scheduler, "status").next_run);  // waits until the volumes are known
  const auto before = std::chrono::system_clock::now();
  scheduler->run_once();
  const auto after = std::chrono::system_clock::now();
  const auto next = state(*scheduler, "topology").next_run;
  ASSERT_TRUE(next);
  EXPECT_GE(*next, before + 1h - 1ms);
  EXPECT_LE(*next, after + 1h + 1s);
  EXPECT_EQ(state(*scheduler, "topology").next_run, next);  // not a little later with each look
  EXPECT_TRUE(state(*scheduler, "status").next_run);
  EXPECT_FALSE(state(*scheduler, "top").next_run);  // off
}

TEST_F(SchedulerTest, TellsOfFailures) {
  source.on_peers = [] { return std::unexpected(Error{ErrorKind::timeout, "peers hang"}); };
  std::vector<std::string> told;
  Scheduler scheduler({sources.all(), config, facts, log, [] {}, [] {},
                       [&](std::string_view collector, const Error& error) {
                         told.push_back(std::string(collector) + ": " + error.context);
                       }},
                      collector_table());
  scheduler.run_once();
  EXPECT_THAT(told, testing::ElementsAre("peers: peers hang"));
}

TEST_F(SchedulerTest, NothingAsksAboutVolumesBeforeTheyAreKnown) {
  source.on_topology = [] { return std::unexpected(Error{ErrorKind::timeout, "topology hangs"}); };
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_EQ(state(*scheduler, "topology").success, false);
  EXPECT_EQ(state(*scheduler, "topology").failure_reason, "timeout");
  EXPECT_EQ(state(*scheduler, "topology").failure_text, "topology hangs");
  EXPECT_EQ(state(*scheduler, "status").success, std::nullopt);
  EXPECT_THAT(scheduler->not_ready(scheduler->states()), Contains("exporters"));
  EXPECT_THAT(scheduler->not_ready(scheduler->states()), Not(Contains("topology")));
  EXPECT_THAT(scheduler->not_ready(scheduler->states()),
              Not(Contains("heal_summary")));  // a crawl is not waited for
}

TEST_F(SchedulerTest, OneVolumeThatFailsLeavesTheOthersKnown) {
  source.on_profile = [](const std::string& volume) -> Result<gluster::ProfileRecord> {
    if (volume == "v1") {
      return std::unexpected(Error{ErrorKind::parse, "v1 is odd"});
    }
    return gluster::ProfileRecord{};
  };
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_EQ(state(*scheduler, "profile").failure_reason, "parse");
  EXPECT_FALSE(facts.copy().profile.contains("v1"));
  EXPECT_TRUE(facts.copy().profile.contains("v2"));
}

TEST_F(SchedulerTest, ALockConflictEndsTheRunAndTheOldestVolumeComesFirstNextTime) {
  std::vector<std::string> asked;
  bool busy = false;
  source.on_profile = [&](const std::string& volume) -> Result<gluster::ProfileRecord> {
    asked.push_back(volume);
    if (busy) {
      return std::unexpected(Error{ErrorKind::lock, "busy"});
    }
    busy = true;  // from the second volume on
    return gluster::ProfileRecord{};
  };
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_THAT(asked, ElementsAre("v1", "v2"));
  EXPECT_EQ(state(*scheduler, "profile").failure_reason, "lock");
  asked.clear();
  scheduler->run_once();
  EXPECT_THAT(asked, ElementsAre("v2"));  // and not v1, whose answer is newer
}

TEST_F(SchedulerTest, AVolumeLeftOutOfStatusIsAskedForByName) {
  std::vector<std::string> asked;
  source.on_status = [] {
    return gluster::PerVolume<gluster::StatusRecord>{{"v1", test::all_online(test::volume_record("v1"))}};
  };
  source.on_volume_status = [&](const std::string& volume) -> Result<gluster::StatusRecord> {
    asked.push_back(volume);
    return std::unexpected(Error{ErrorKind::lock, "v2 is locked"});
  };
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_THAT(asked, ElementsAre("v2"));
  EXPECT_EQ(state(*scheduler, "status").failure_reason, "lock");
  EXPECT_TRUE(facts.copy().status.contains("v1"));
  EXPECT_FALSE(facts.copy().status.contains("v2"));
}

TEST_F(SchedulerTest, AVolumeLeftOutOfDetailIsAskedForByNameToo) {
  source.on_volume_detail = [&](const std::string& volume) -> Result<gluster::DetailRecord> {
    return std::unexpected(Error{ErrorKind::lock, volume + " is locked"});
  };
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_EQ(state(*scheduler, "detail").failure_reason, "lock");
  EXPECT_EQ(state(*scheduler, "detail").failure_text, "v1 is locked");
}

TEST_F(SchedulerTest, HealIsCrawledOnlyWhereSomethingWaits) {
  auto scattered = test::volume_record("disp");
  scattered.replica_count = 1;
  scattered.disperse_count = 3;
  source.on_topology = [&] {
    return gluster::Topology{test::volume_record("v1"), test::volume_record("v2"), scattered};
  };
  source.on_heal_count = [](const std::string& volume) {
    return gluster::HealRecord{{{"node1", "/srv/" + volume}, volume == "v2" ? 5U : 0U, {}, {}}};
  };
  std::vector<std::string> crawled;
  source.on_heal_summary = [&](const std::string& volume) {
    crawled.push_back(volume);
    return gluster::HealRecord{};
  };
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_THAT(crawled, ElementsAre("v2", "disp"));
}

TEST_F(SchedulerTest, TheCrawlWaitsForTheCountThatSaysWhereToLook) {
  source.on_heal_count = [](const std::string& volume) {
    std::this_thread::sleep_for(50ms);
    return gluster::HealRecord{{{"node1", "/srv/" + volume}, 1U, {}, {}}};
  };
  std::atomic<int> crawled{0};
  source.on_heal_summary = [&](const std::string&) {
    ++crawled;
    return gluster::HealRecord{};
  };
  auto scheduler = make();
  scheduler->start();
  EXPECT_TRUE(eventually([&] { return state(*scheduler, "heal_summary").success.has_value(); }));
  EXPECT_EQ(crawled, 2);
  scheduler->stop();
}

TEST_F(SchedulerTest, WithoutTheCountTheCrawlDoesNotWait) {
  config.collectors.find("heal_count")->second.enabled = false;
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_EQ(state(*scheduler, "heal_summary").success, true);
}

TEST_F(SchedulerTest, TheLocksLaneRunsOneAtATime) {
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::atomic<int> asked{0};
  const auto under_lock = [&] {
    most = std::max<int>(most, ++running);
    std::this_thread::sleep_for(2ms);
    --running;
    ++asked;
  };
  source.on_status = [&] {
    under_lock();
    return gluster::PerVolume<gluster::StatusRecord>{{"v1", {}}, {"v2", {}}};
  };
  source.on_detail = [&] {
    under_lock();
    return gluster::PerVolume<gluster::DetailRecord>{{"v1", {}}};
  };
  source.on_profile = [&](const std::string&) {
    under_lock();
    return gluster::ProfileRecord{};
  };
  for (const auto* name : {"status", "detail", "profile"}) {
    set_interval(name, 1ms);
  }
  auto scheduler = make();
  scheduler->start();
  EXPECT_TRUE(eventually([&] { return asked > 50; }));
  scheduler->stop();
  EXPECT_EQ(most, 1);
}

TEST_F(SchedulerTest, ACrawlHoldsNobodyUp) {
  std::atomic<bool> crawl_may_end{false};
  source.on_heal_count = [](const std::string& volume) {
    return gluster::HealRecord{{{"node1", "/srv/" + volume}, 1U, {}, {}}};
  };
  source.on_heal_summary = [&](const std::string&) {
    crawl_may_end.wait(false);
    return gluster::HealRecord{};
  };
  std::atomic<int> statuses{0};
  source.on_status = [&] {
    ++statuses;
    return gluster::PerVolume<gluster::StatusRecord>{{"v1", {}}, {"v2", {}}};
  };
  set_interval("status", 1ms);
  set_interval("heal_count", 1ms);
  set_interval("heal_summary", 1ms);
  auto scheduler = make();
  scheduler->start();
  EXPECT_TRUE(eventually([&] { return statuses > 20; }));
  EXPECT_EQ(state(*scheduler, "heal_summary").success, std::nullopt);  // still at it
  crawl_may_end = true;
  crawl_may_end.notify_all();
  EXPECT_TRUE(eventually([&] { return state(*scheduler, "heal_summary").success == true; }));
  scheduler->stop();
}

TEST_F(SchedulerTest, HangsWhenNoQuickLaneGoesOn) {
  std::atomic<bool> held = true;
  source.on_topology = [&] {
    held.wait(true);
    return gluster::Topology{test::volume_record("v1")};
  };
  const auto scheduler = make();
  scheduler->start();
  EXPECT_FALSE(scheduler->hangs(1h));
  // Of the CLI's lanes only one is quick.
  EXPECT_TRUE(eventually([&] { return scheduler->hangs(50ms); }));
  held = false;
  held.notify_all();
  EXPECT_TRUE(eventually([&] { return !scheduler->hangs(50ms); }));
}

TEST_F(SchedulerTest, HangsNotWithoutAnythingToDo) {
  for (auto& [name, settings] : config.collectors) {
    settings.enabled = false;
  }
  const auto scheduler = make();
  scheduler->start();
  EXPECT_FALSE(scheduler->hangs(0ms));
}

TEST_F(SchedulerTest, AChangedTopologyIsFollowedAtOnce) {
  std::atomic<bool> second{false};
  source.on_topology = [&] {
    gluster::Topology topology{test::volume_record("v1")};
    if (second) {
      topology.push_back(test::volume_record("v2"));
    }
    return topology;
  };
  set_interval("topology", 1ms);
  set_interval("status", 1h);
  auto scheduler = make();
  scheduler->start();
  EXPECT_TRUE(eventually([&] { return facts.copy().profile.contains("v1"); }));
  second = true;
  EXPECT_TRUE(eventually([&] { return facts.copy().profile.contains("v2"); }));
  scheduler->stop();
}

TEST_F(SchedulerTest, WhatOthersSayRunsACollectorOnceASecond) {
  std::atomic<int> asked{0};
  source.on_peers = [&] {
    ++asked;
    return std::vector<gluster::PeerRecord>{};
  };
  set_interval("peers", 1h);
  auto scheduler = make();
  scheduler->start();
  EXPECT_TRUE(eventually([&] { return asked == 1; }));
  const auto first = std::chrono::steady_clock::now();
  while (asked == 1 && std::chrono::steady_clock::now() < first + 10s) {
    scheduler->run_soon(peers_collector);  // a flood
  }
  EXPECT_EQ(asked, 2);
  EXPECT_GE(std::chrono::steady_clock::now() - first, 800ms);
  scheduler->stop();
}

TEST_F(SchedulerTest, WhatOthersSayRunsNothingThatIsOffOrOfAnotherLeader) {
  config.cluster.leader = config::LeaderChoice::never;
  config.collectors.find("max_op_version")->second.enabled = false;
  std::atomic<int> statuses{0};
  source.on_status = [&] {
    ++statuses;
    return gluster::PerVolume<gluster::StatusRecord>{};
  };
  auto scheduler = make();
  scheduler->start();
  EXPECT_TRUE(eventually(
      [&] { return scheduler->leader() == false && scheduler->not_ready(scheduler->states()).empty(); }));
  scheduler->run_soon(status_collector);
  scheduler->run_soon(max_op_version_collector);
  scheduler->run_soon(heal_summary_collector);
  std::this_thread::sleep_for(50ms);
  scheduler->stop();
  EXPECT_EQ(state(*scheduler, "max_op_version").success, std::nullopt);
  EXPECT_EQ(state(*scheduler, "heal_summary").success, std::nullopt);
  EXPECT_EQ(statuses, 0);
}

TEST_F(SchedulerTest, WhatOthersSayDoesNotDisturbABusyGluster) {
  std::atomic<int> asked{0};
  source.on_peers = [&]() -> Result<std::vector<gluster::PeerRecord>> {
    ++asked;
    return std::unexpected(Error{ErrorKind::timeout, "hangs"});
  };
  set_interval("peers", 1h);
  auto scheduler = make();
  scheduler->start();
  EXPECT_TRUE(eventually([&] { return state(*scheduler, "peers").success == false; }));
  scheduler->run_soon(peers_collector);
  std::this_thread::sleep_for(1200ms);
  scheduler->stop();
  EXPECT_EQ(asked, 1);
}

TEST_F(SchedulerTest, WhatWasSeenToChangeIsAskedAboutEvenWhereGlusterWasIll) {
  std::atomic<int> asked{0};
  std::atomic<bool> told{false};
  source.on_peers = [&]() -> Result<std::vector<gluster::PeerRecord>> {
    if (++asked == 2) {
      eventually([&] { return told.load(); });  // somebody insists while this one runs
    }
    return std::unexpected(Error{ErrorKind::timeout, "hangs"});
  };
  set_interval("peers", 1h);
  auto scheduler = make();
  scheduler->start();
  EXPECT_TRUE(eventually([&] { return state(*scheduler, "peers").success == false; }));
  scheduler->run_now(peers_collector);
  EXPECT_TRUE(eventually([&] { return asked == 2; }));
  scheduler->run_now(peers_collector);
  told = true;
  EXPECT_TRUE(eventually([&] { return asked == 3; }));
  std::this_thread::sleep_for(200ms);
  scheduler->stop();
  EXPECT_EQ(asked, 3) << "and then it is left alone again";
}

TEST_F(SchedulerTest, StopsInTheMiddleOfItsPauses) {
  auto scheduler = make();
  scheduler->start();
  EXPECT_TRUE(eventually([&] { return scheduler->not_ready(scheduler->states()).empty(); }));
  const auto before = std::chrono::steady_clock::now();
  scheduler->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
}

TEST_F(SchedulerTest, ACancelledRunIsNoFailure) {
  source.on_peers = [] { return std::unexpected(Error{ErrorKind::cancelled, "ending"}); };
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_EQ(state(*scheduler, "peers").success, std::nullopt);
}

TEST_F(SchedulerTest, DeletedVolumesAreForgotten) {
  auto scheduler = make();
  scheduler->run_once();
  EXPECT_TRUE(facts.copy().status.contains("v2"));
  source.on_topology = [] { return gluster::Topology{test::volume_record("v1")}; };
  source.on_status = [] { return gluster::PerVolume<gluster::StatusRecord>{{"v1", {}}}; };
  scheduler->run_once();
  EXPECT_TRUE(facts.copy().status.contains("v1"));
  EXPECT_FALSE(facts.copy().status.contains("v2"));
  EXPECT_FALSE(facts.copy().profile.contains("v2"));
}

TEST(CollectorTable, NamesAreUniqueAndTopologyComesFirst) {
  std::set<std::string_view> names;
  for (const auto* collector : collector_table()) {
    EXPECT_TRUE(names.insert(collector->defaults.name).second) << collector->defaults.name;
  }
  EXPECT_EQ(collector_table().front()->defaults.name, "topology");
}

TEST(CollectorTable, TopologyCannotBeSwitchedOff) {
  auto config = config::default_config(collector_defaults());
  EXPECT_TRUE(check_collectors(config));
  config.collectors.find("topology")->second.enabled = false;
  config.origins["collectors.topology.enabled"] = "x.yml:7";
  const auto refused = check_collectors(config);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().place, "x.yml:7");
}

}  // namespace
}  // namespace glusterfs_exporter::collect

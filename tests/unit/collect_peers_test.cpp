#include <gtest/gtest.h>

#include "collect/table.hpp"
#include "support/fake_source.hpp"

namespace glusterfs_exporter::collect {
namespace {

using namespace std::chrono_literals;
using test::FakeExporters;
using test::FakeNode;
using test::FakeSource;

/// Counts how often it is asked for the peers.
class Glusterd final : public gluster::GlusterdSource {
 public:
  Result<gluster::Answered<gluster::Topology>> topology() override {
    return gluster::Answered<gluster::Topology>{{}, way};
  }
  Result<gluster::Answered<gluster::PeerList>> peers() override {
    ++asked;
    if (fails) {
      return std::unexpected(Error{ErrorKind::timeout, "silent"});
    }
    return gluster::Answered<gluster::PeerList>{{{"uuid1", "", true, true, ""}}, way};
  }
  Result<gluster::Answered<std::uint64_t>> op_version() override {
    return gluster::Answered<std::uint64_t>{100000, way};
  }

  int asked = 0;
  bool fails = false;
  gluster::Way way = gluster::Way::rpc;
};

class PeersCollector : public ::testing::Test {
 protected:
  PeersCollector() {
    node_.on_open_sockets = [this] { return sockets_; };
    facts_.update([](Facts& facts) {
      facts.glusterd_answers = true;
      gluster::NodeProcesses processes;
      processes.daemons.push_back({{7, 7}, model::DaemonKind::glusterd, {}});
      facts.processes = {std::make_shared<const gluster::NodeProcesses>(processes), {}, SteadyTime::max()};
    });
  }

  /// How often glusterd was asked in a run at that time.
  int asked_after(std::chrono::seconds later) {
    const int before = glusterd_.asked;
    const auto now = start_ + later;
    collect::Run run(sources_, config_, facts_, now, now + 15s);
    EXPECT_EQ(peers_collector.run(run).has_value(), !glusterd_.fails);
    if (!glusterd_.fails) {
      EXPECT_EQ(run.way(), glusterd_.way);
      EXPECT_NE(facts_.copy().peers.at(now + 14s), nullptr);
    }
    return glusterd_.asked - before;
  }

  Glusterd glusterd_;
  FakeSource cli_;
  FakeNode node_;
  FakeExporters exporters_;
  Sources sources_{glusterd_, cli_, node_, exporters_};
  config::Config config_;
  FactStore facts_;
  std::optional<gluster::Sockets> sockets_ = gluster::Sockets{10, 11};
  const SteadyTime start_ = std::chrono::steady_clock::now();
};

TEST_F(PeersCollector, AsksOnlyWhileGlusterdsConnectionsAreNew) {
  EXPECT_EQ(asked_after(0s), 1);
  EXPECT_EQ(asked_after(10s), 1);
  EXPECT_EQ(asked_after(20s), 1);
  EXPECT_EQ(asked_after(30s), 0);
  EXPECT_EQ(asked_after(40s), 0);
  sockets_ = gluster::Sockets{10, 12};  // a peer went and came again
  EXPECT_EQ(asked_after(50s), 1);
  EXPECT_EQ(asked_after(60s), 1);
  EXPECT_EQ(asked_after(75s), 1);
  EXPECT_EQ(asked_after(80s), 0);
}

TEST_F(PeersCollector, AsksOnceAnHourAllTheSame) {
  for (int at = 0; at <= 30; at += 10) {
    asked_after(std::chrono::seconds(at));
  }
  for (int at = 40; at < 3620; at += 10) {
    ASSERT_EQ(asked_after(std::chrono::seconds(at)), 0) << at;
  }
  EXPECT_EQ(asked_after(3620s), 1);
  EXPECT_EQ(asked_after(3630s), 0);
}

TEST_F(PeersCollector, AsksWhereItCannotSeeTheConnections) {
  sockets_.reset();
  EXPECT_EQ(asked_after(0s), 1);
  EXPECT_EQ(asked_after(100s), 1);
  EXPECT_EQ(asked_after(105s), 1);
}

TEST_F(PeersCollector, AsksWhenTheAnswerIsGoneOrGlusterdIs) {
  asked_after(0s);
  EXPECT_EQ(asked_after(100s), 1) << "too old";
  EXPECT_EQ(asked_after(110s), 0);
  facts_.update([](Facts& facts) { facts.glusterd_answers = false; });
  EXPECT_EQ(asked_after(120s), 1);
}

TEST_F(PeersCollector, AsksAgainAfterAFailure) {
  asked_after(0s);
  asked_after(10s);
  asked_after(20s);
  EXPECT_EQ(asked_after(30s), 0);
  glusterd_.fails = true;
  sockets_ = gluster::Sockets{10};
  EXPECT_EQ(asked_after(35s), 1);
  glusterd_.fails = false;
  EXPECT_EQ(asked_after(40s), 1);
}

TEST_F(PeersCollector, AsksTheCommandEachTime) {
  glusterd_.way = gluster::Way::cli;
  for (int at = 0; at < 100; at += 10) {
    EXPECT_EQ(asked_after(std::chrono::seconds(at)), 1) << at;
  }
}

}  // namespace
}  // namespace glusterfs_exporter::collect

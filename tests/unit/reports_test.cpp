#include "collect/reports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "collect/picture.hpp"
#include "support/fake_source.hpp"

namespace glusterfs_exporter::collect {
namespace {

using namespace std::chrono_literals;
using model::DaemonKind;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

const SteadyTime kNow{1000h};
const model::BrickId kBrick1{"node1", "/srv/v"};
const model::BrickId kBrick2{"node2", "/srv/v"};

template <class T>
Dated<T> dated(T value, SteadyTime expires = kNow + 1h) {
  return {std::make_shared<const T>(std::move(value)), kNow, expires};
}

gluster::BrickProcess process(int pid) {
  gluster::BrickProcess process;
  process.key = {pid, 7};
  process.usage.cpu_seconds = 12.5;
  process.port = 49152;
  return process;
}

/// What the first of three nodes knows of the volume "v", whose brick here runs.
Facts first_node() {
  Facts facts;
  facts.glusterd_answers = true;
  facts.topology = dated(gluster::Topology{test::volume_record("v")});
  facts.peers = dated(gluster::PeerList{{"uuid1", "", true, true, ""},
                                        {"uuid2", "node2", false, true, "Peer in Cluster"},
                                        {"uuid3", "node3", false, true, "Peer in Cluster"}});
  gluster::NodeProcesses processes;
  processes.bricks[kBrick1] = process(11);
  processes.daemons.push_back({{1, 1}, DaemonKind::glusterd, {}});
  processes.gluster_version = "10.3";
  facts.processes = dated(processes);
  facts.filesystems = dated(gluster::PerBrick<gluster::BrickFilesystem>{
      {kBrick1, {{1000, 400, 100, 40}, "/dev/sda1", "xfs", "rw,noatime", 512}}});
  facts.heal_index = dated(gluster::PerBrick<gluster::HealIndex>{{kBrick1, {5, 2}}});
  facts.brick_profiles = dated(gluster::PerBrick<model::BrickProfile>{{kBrick1, {}}});
  facts.brick_internals = dated(gluster::PerBrick<model::BrickInternals>{{kBrick1, {}}});
  return facts;
}

/// What the second node's exporter says.
model::NodeReport second_node(bool online = true) {
  model::NodeReport report;
  report.peer_uuid = "uuid2";
  report.up = true;
  model::Brick brick;
  brick.id = kBrick2;
  brick.peer_uuid = "uuid2";
  brick.online = online;
  brick.capacity = model::Capacity{500, 100, 50, 10};
  brick.heal_pending_entries = 9;
  report.bricks.push_back({"v", brick});
  report.daemons.push_back({"uuid2", "", DaemonKind::self_heal, false, {}, false});
  return report;
}

void add_report(Facts& facts, const model::NodeReport& report, SteadyTime expires = kNow + 15s) {
  auto neighbours = facts.neighbours.value ? *facts.neighbours.value : Neighbours{};
  auto& neighbour = neighbours[report.peer_uuid];
  neighbour.answers = true;
  neighbour.report = std::make_shared<const model::NodeReport>(report);
  neighbour.report_expires = expires;
  facts.neighbours = dated(neighbours);
}

model::Snapshot picture(const Facts& facts, bool leader, SteadyTime now = kNow) {
  return make_picture(facts, Reports(facts, now), {now, {}, {}, leader, "localname", nullptr});
}

const model::Brick& brick_of(const model::Snapshot& snapshot, std::size_t index) {
  return snapshot.volumes.at(0).subvolumes.at(0).bricks.at(index);
}

TEST(OwnReport, TellsOfTheBricksOfThisNodeAlone) {
  const auto report = make_own_report(first_node(), kNow);
  EXPECT_EQ(report.peer_uuid, "uuid1");
  EXPECT_EQ(report.gluster_version, "10.3");
  EXPECT_TRUE(report.up);
  ASSERT_EQ(report.bricks.size(), 1U);
  EXPECT_EQ(report.bricks[0].volume, "v");
  const auto& brick = report.bricks[0].brick;
  EXPECT_EQ(brick.id, kBrick1);
  EXPECT_EQ(brick.online, true);
  EXPECT_EQ(brick.process->cpu_seconds, 12.5);
  EXPECT_EQ(brick.capacity->free_bytes, 400U);
  EXPECT_EQ(brick.fs_type, "xfs");
  EXPECT_EQ(brick.mount_options, "rw,noatime");
  EXPECT_EQ(brick.block_size_bytes, 512);
  EXPECT_EQ(brick.pid, 11);
  EXPECT_EQ(brick.port, 49152);
  EXPECT_EQ(brick.heal_pending_entries, 5U);
  EXPECT_EQ(brick.heal_dirty_entries, 2U);
  EXPECT_NE(brick.profile, nullptr);
}

TEST(OwnReport, OfADeadBrickOnlyItsDiskIsLeft) {
  auto facts = first_node();
  facts.processes = dated(gluster::NodeProcesses{});
  const auto brick = make_own_report(facts, kNow).bricks.at(0).brick;
  EXPECT_EQ(brick.online, false);
  EXPECT_EQ(brick.capacity->size_bytes, 1000U);
  EXPECT_EQ(brick.heal_pending_entries, std::nullopt);
  EXPECT_EQ(brick.profile, nullptr);
  EXPECT_FALSE(brick.internals);
}

/// The CLI's answers about both bricks, told by the leader on the first node.
Facts with_cli_answers(Facts facts) {
  facts.status.insert_or_assign(
      "v", dated(gluster::StatusRecord{{{kBrick1, true, 1001, 2001}, {kBrick2, true, 1002, 2002}}, {}, {}}));
  facts.detail.insert_or_assign(
      "v", dated(gluster::DetailRecord{{kBrick1, model::Capacity{}, "/dev/cli", "ext4", "cli", 1},
                                       {kBrick2, model::Capacity{}, "/dev/cli", "ext4", "cli", 2}}));
  return facts;
}

TEST(PictureOfReports, ProcessAndMountAreTheCliSWordUnlessTheNodeTells) {
  auto facts = with_cli_answers(first_node());
  const auto bricks = picture(facts, true);
  const auto& own = brick_of(bricks, 0);
  EXPECT_EQ(own.pid, 11);
  EXPECT_EQ(own.port, 49152);
  EXPECT_EQ(own.mount_options, "rw,noatime");
  EXPECT_EQ(own.block_size_bytes, 512);
  const auto& other = brick_of(bricks, 1);
  EXPECT_EQ(other.pid, 1002);
  EXPECT_EQ(other.port, 2002);
  EXPECT_EQ(other.mount_options, "cli");
  EXPECT_EQ(other.block_size_bytes, 2);

  auto report = second_node();
  auto& reported = report.bricks[0].brick;
  reported.pid = 22;
  reported.port = 23;
  reported.mount_options = "ro";
  reported.block_size_bytes = 24;
  add_report(facts, report);
  const auto told = picture(facts, true);
  EXPECT_EQ(brick_of(told, 1).pid, 22);
  EXPECT_EQ(brick_of(told, 1).port, 23);
  EXPECT_EQ(brick_of(told, 1).mount_options, "ro");
  EXPECT_EQ(brick_of(told, 1).block_size_bytes, 24);
}

TEST(PictureOfReports, ADeadBrickHasNoProcessWhateverTheCliSaid) {
  auto facts = with_cli_answers(first_node());
  add_report(facts, second_node(false));
  const auto told = picture(facts, true);
  EXPECT_EQ(brick_of(told, 1).online, false);
  EXPECT_FALSE(brick_of(told, 1).pid || brick_of(told, 1).port);
}

TEST(OwnReport, SaysNothingOfWhatItNeverSaw) {
  auto facts = first_node();
  facts.processes.expires = kNow;
  facts.filesystems.expires = kNow;
  facts.heal_index.expires = kNow;
  facts.brick_profiles.expires = kNow;
  facts.brick_internals.expires = kNow;
  const auto report = make_own_report(facts, kNow);
  EXPECT_TRUE(report.bricks.empty());
  EXPECT_TRUE(report.daemons.empty());
}

TEST(OwnReport, GoesOnWithTheLastKnownVolumesWhileGlusterdIsGone) {
  auto facts = first_node();
  facts.glusterd_answers = false;
  facts.topology.expires = kNow;
  facts.peers.expires = kNow;
  const auto report = make_own_report(facts, kNow);
  EXPECT_FALSE(report.up);
  ASSERT_EQ(report.bricks.size(), 1U);
  EXPECT_EQ(report.bricks[0].brick.online, true);
}

std::map<DaemonKind, bool> daemons_of(const Facts& facts) {
  std::map<DaemonKind, bool> online;
  for (const auto& daemon : make_own_report(facts, kNow).daemons) {
    online.emplace(daemon.kind, daemon.online);
  }
  return online;
}

TEST(OwnReport, MissesTheDaemonsThatTheVolumesNeed) {
  auto facts = first_node();
  auto volume = test::volume_record("v");
  using Online = std::map<DaemonKind, bool>;
  EXPECT_EQ(daemons_of(facts), (Online{{DaemonKind::glusterd, true}, {DaemonKind::self_heal, false}}));

  volume.options["cluster.self-heal-daemon"] = "off";
  volume.options["features.quota"] = "on";
  volume.options["features.uss"] = "enable";
  volume.options["features.bitrot"] = "on";
  facts.topology = dated(gluster::Topology{volume});
  EXPECT_EQ(daemons_of(facts), (Online{{DaemonKind::glusterd, true},
                                       {DaemonKind::quota, false},
                                       {DaemonKind::snapshot, false},
                                       {DaemonKind::bitrot, false},
                                       {DaemonKind::scrubber, false}}));

  volume.bricks.erase(volume.bricks.begin());  // bricks on other nodes only: nothing here to scrub
  facts.topology = dated(gluster::Topology{volume});
  EXPECT_EQ(
      daemons_of(facts),
      (Online{{DaemonKind::glusterd, true}, {DaemonKind::quota, false}, {DaemonKind::snapshot, false}}));

  volume.status = model::VolumeStatus::stopped;
  facts.topology = dated(gluster::Topology{volume});
  EXPECT_EQ(daemons_of(facts), (Online{{DaemonKind::glusterd, true}}));
}

TEST(OwnReport, AddsUpProcessesOfOneDaemon) {
  auto facts = first_node();
  gluster::NodeProcesses processes;
  model::ProcessUsage one{model::Time(200s), 1, 100, 3, 7};
  model::ProcessUsage other{model::Time(100s), 2, 50, 4, 8};
  processes.daemons = {{{1, 1}, DaemonKind::snapshot, one}, {{2, 1}, DaemonKind::snapshot, other}};
  facts.processes = dated(processes);
  for (const auto& daemon : make_own_report(facts, kNow).daemons) {
    if (daemon.kind == DaemonKind::snapshot) {
      EXPECT_EQ(daemon.process->start_time, model::Time(100s));
      EXPECT_EQ(daemon.process->cpu_seconds, 3);
      EXPECT_EQ(daemon.process->resident_bytes, 150U);
      EXPECT_EQ(daemon.process->threads, 7U);
      EXPECT_EQ(daemon.process->open_fds, 15U);
    }
  }
}

TEST(Reports, OfAllNodesMakeOnePicture) {
  auto facts = first_node();
  add_report(facts, second_node());
  const auto snapshot = picture(facts, false);
  EXPECT_EQ(brick_of(snapshot, 0).online, true);
  EXPECT_EQ(brick_of(snapshot, 1).online, true);
  EXPECT_EQ(brick_of(snapshot, 1).heal_pending_entries, 9U);
  EXPECT_EQ(brick_of(snapshot, 1).capacity->size_bytes, 500U);
  EXPECT_EQ(brick_of(snapshot, 2).online, std::nullopt);
}

TEST(Reports, AreNewerThanTheCli) {
  auto facts = first_node();
  facts.status.insert_or_assign("v", dated(test::all_online(test::volume_record("v"))));
  add_report(facts, second_node(false));
  const auto snapshot = picture(facts, true);
  EXPECT_EQ(brick_of(snapshot, 1).online, false);
  EXPECT_EQ(brick_of(snapshot, 2).online, true);  // no report: as the CLI says
}

TEST(Reports, TooOldAreNotShown) {
  auto facts = first_node();
  add_report(facts, second_node(), kNow + 15s);
  EXPECT_EQ(brick_of(picture(facts, true, kNow + 14s), 1).online, true);
  EXPECT_EQ(brick_of(picture(facts, true, kNow + 15s), 1).online, std::nullopt);
  EXPECT_EQ(facts.next_expiry(kNow), kNow + 15s);
}

TEST(Reports, CountOnlyAboutTheReportersOwnBricks) {
  auto facts = first_node();
  auto liar = second_node(false);
  liar.bricks[0].brick.id = {"node3", "/srv/v"};
  add_report(facts, liar);
  EXPECT_EQ(brick_of(picture(facts, true), 2).online, std::nullopt);
}

/// Which of the three bricks this exporter reports on.
std::vector<bool> spoken_for(const Facts& facts, bool leader) {
  const auto snapshot = picture(facts, leader);
  return {brick_of(snapshot, 0).spoken_for, brick_of(snapshot, 1).spoken_for,
          brick_of(snapshot, 2).spoken_for};
}

TEST(Reports, DecideWhoSpeaksForABrick) {
  auto facts = first_node();
  EXPECT_THAT(spoken_for(facts, false), ElementsAre(true, false, false));
  EXPECT_THAT(spoken_for(facts, true), ElementsAre(true, true, true));
  add_report(facts, second_node());
  EXPECT_THAT(spoken_for(facts, true), ElementsAre(true, false, true));

  auto without_glusterd = second_node();
  without_glusterd.up = false;
  add_report(facts, without_glusterd);
  EXPECT_THAT(spoken_for(facts, true), ElementsAre(true, true, true));

  add_report(facts, second_node());
  auto neighbours = *facts.neighbours.value;
  neighbours["uuid2"].answers = false;  // gone, though what it said last is not too old
  facts.neighbours = dated(neighbours);
  EXPECT_THAT(spoken_for(facts, true), ElementsAre(true, true, true));
  EXPECT_EQ(brick_of(picture(facts, true), 1).online, true);

  facts.glusterd_answers = false;  // then the leader, who is another one, speaks for this node's bricks
  EXPECT_THAT(spoken_for(facts, false), ElementsAre(false, false, false));
}

TEST(Reports, TellWhetherTheCliHasToBeAsked) {
  auto facts = first_node();
  auto volume = test::volume_record("v");
  const auto has_capacity = [](const model::Brick& brick) { return brick.capacity.has_value(); };
  add_report(facts, second_node());
  EXPECT_FALSE(all_reported(Reports(facts, kNow), volume, has_capacity));
  volume.bricks.pop_back();
  EXPECT_TRUE(all_reported(Reports(facts, kNow), volume, has_capacity));
  const auto has_profile = [](const model::Brick& brick) { return brick.profile != nullptr; };
  EXPECT_FALSE(all_reported(Reports(facts, kNow), volume, has_profile));
  add_report(facts, second_node(false));  // a dead brick has none, whoever is asked
  EXPECT_TRUE(all_reported(Reports(facts, kNow), volume, has_profile));
}

TEST(Reports, OfANodesDaemonsWinOverTheCli) {
  auto facts = first_node();
  auto status = test::all_online(test::volume_record("v"));
  status.daemons = {{"uuid2", DaemonKind::self_heal, true}, {"uuid3", DaemonKind::self_heal, true}};
  facts.status.insert_or_assign("v", dated(status));
  add_report(facts, second_node());
  std::map<std::string, bool> self_heal;
  for (const auto& daemon : picture(facts, true).daemons) {
    if (daemon.kind == DaemonKind::self_heal) {
      self_heal[daemon.host] = daemon.online;
    }
  }
  EXPECT_EQ(self_heal, (std::map<std::string, bool>{{"node1", false}, {"node2", false}, {"node3", true}}));
}

/// The hosts of the daemons that this exporter reports on.
std::set<std::string> hosts_of_daemons(const Facts& facts, bool leader) {
  std::set<std::string> hosts;
  for (const auto& daemon : picture(facts, leader).daemons) {
    if (daemon.spoken_for) {
      hosts.insert(daemon.host);
    }
  }
  return hosts;
}

TEST(Reports, DaemonsAreReportedOnByTheirNodeOrElseByTheLeader) {
  using Hosts = std::set<std::string>;
  auto facts = first_node();
  auto status = test::all_online(test::volume_record("v"));
  status.daemons = {{"uuid3", DaemonKind::self_heal, true}};
  facts.status.insert_or_assign("v", dated(status));
  auto second = second_node();
  add_report(facts, second);
  EXPECT_EQ(hosts_of_daemons(facts, false), (Hosts{"node1"}));
  EXPECT_EQ(hosts_of_daemons(facts, true), (Hosts{"node1", "node3"}));

  second.up = false;  // without its glusterd the second node no longer knows what it is called
  add_report(facts, second);
  EXPECT_EQ(hosts_of_daemons(facts, false), (Hosts{"node1"}));
  EXPECT_EQ(hosts_of_daemons(facts, true), (Hosts{"node1", "node2", "node3"}));

  facts.glusterd_answers = false;
  EXPECT_EQ(hosts_of_daemons(facts, false), Hosts{});
}

/// What the second node's exporter says when it leads.
model::NodeReport second_node_leads() {
  auto report = second_node();
  report.leader = true;
  report.exporter_version = "0.1.0";
  report.gluster_version = "10.3";
  report.cluster = std::make_shared<const nlohmann::json>(nlohmann::json{{"health", "ok"}});
  return report;
}

TEST(Exporters, AreToldOfAtTheirPeers) {
  auto facts = first_node();
  add_report(facts, second_node_leads());
  const auto snapshot = picture(facts, false);
  EXPECT_TRUE(snapshot.peers[0].exporter->answers);  // this one
  EXPECT_EQ(snapshot.peers[0].exporter->leader, false);
  EXPECT_EQ(snapshot.peers[0].exporter->gluster_version, "10.3");
  EXPECT_TRUE(snapshot.peers[1].exporter->answers);
  EXPECT_EQ(snapshot.peers[1].exporter->version, "0.1.0");
  EXPECT_EQ(snapshot.peers[1].exporter->leader, true);
  EXPECT_FALSE(snapshot.peers[2].exporter);  // nobody asked
}

TEST(Exporters, OfOneThatIsGoneNothingIsLeftButThat) {
  auto facts = first_node();
  add_report(facts, second_node_leads(), kNow);
  auto neighbours = *facts.neighbours.value;
  neighbours["uuid2"].answers = false;
  facts.neighbours = dated(neighbours);
  const auto exporter = picture(facts, false).peers[1].exporter;
  ASSERT_TRUE(exporter);
  EXPECT_FALSE(exporter->answers || exporter->leader || exporter->report_taken_at);
  EXPECT_EQ(exporter->version, "");
}

TEST(TheLeader, SpeaksUntilItsReportExpires) {
  auto facts = first_node();
  add_report(facts, second_node_leads());
  const auto snapshot = picture(facts, false);
  EXPECT_EQ(snapshot.leader_host, "node2");
  ASSERT_NE(snapshot.leader_part, nullptr);
  EXPECT_EQ((*snapshot.leader_part)["health"], "ok");
  EXPECT_NE(picture(facts, false, kNow + 14s).leader_part, nullptr);
  EXPECT_EQ(picture(facts, false, kNow + 15s).leader_part, nullptr);
  EXPECT_EQ(picture(facts, false, kNow + 15s).leader_host, "");
}

TEST(TheLeader, IsNotAskedByOneThatLeads) {
  auto facts = first_node();
  add_report(facts, second_node_leads());
  const auto snapshot = picture(facts, true);
  EXPECT_EQ(snapshot.leader_host, "node1");
  EXPECT_EQ(snapshot.leader_part, nullptr);
}

TEST(TheLeader, ThatAnswersCountsMoreThanOneThatIsGone) {
  auto facts = first_node();
  add_report(facts, second_node_leads());
  auto third = second_node_leads();
  third.peer_uuid = "uuid3";
  third.cluster = std::make_shared<const nlohmann::json>(nlohmann::json{{"health", "critical"}});
  add_report(facts, third);
  EXPECT_EQ(picture(facts, false).leader_host, "node2");
  auto neighbours = *facts.neighbours.value;
  neighbours["uuid2"].answers = false;
  facts.neighbours = dated(neighbours);
  EXPECT_EQ(picture(facts, false).leader_host, "node3");
  EXPECT_EQ((*picture(facts, false).leader_part)["health"], "critical");
}

}  // namespace
}  // namespace glusterfs_exporter::collect

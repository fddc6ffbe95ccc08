#include "collect/picture.hpp"

#include <gtest/gtest.h>

#include "collect/publisher.hpp"
#include "support/fake_source.hpp"

namespace glusterfs_exporter::collect {
namespace {

using namespace std::chrono_literals;

const SteadyTime kNow{1000h};
const model::Time kNoon = std::chrono::system_clock::from_time_t(1'790'000'000);

template <class T>
Dated<T> dated(T value, SteadyTime expires = kNow + 1h) {
  return {std::make_shared<const T>(std::move(value)), kNow, expires};
}

Facts facts_of(const gluster::VolumeRecord& volume) {
  Facts facts;
  facts.topology = dated(gluster::Topology{volume});
  facts.status.insert_or_assign(volume.name, dated(test::all_online(volume)));
  return facts;
}

model::Snapshot picture(const Facts& facts, SteadyTime now = kNow,
                        const model::Snapshot* previous = nullptr) {
  return make_picture(facts, Reports(facts, now), {now, kNoon, {}, true, "localname", previous});
}

TEST(Picture, JoinsBricksByHostAndPath) {
  auto volume = test::volume_record("v");
  volume.bricks[1].id = {"node1", "/srv/other"};  // a second brick on the first node
  auto facts = facts_of(volume);
  auto status = test::all_online(volume);
  status.bricks[1].online = false;
  facts.status.insert_or_assign("v", dated(status));
  const auto snapshot = picture(facts);
  const auto& bricks = snapshot.volumes.at(0).subvolumes.at(0).bricks;
  EXPECT_EQ(bricks.at(0).online, true);
  EXPECT_EQ(bricks.at(1).online, false);
}

TEST(Picture, CutsVolumesIntoSubvolumes) {
  auto volume = test::volume_record("v");
  for (int i = 4; i <= 6; ++i) {
    volume.bricks.push_back({{"node" + std::to_string(i), "/srv/v"}, "uuid" + std::to_string(i), false});
  }
  const auto snapshot = picture(facts_of(volume));
  ASSERT_EQ(snapshot.volumes[0].subvolumes.size(), 2U);
  EXPECT_EQ(snapshot.volumes[0].subvolumes[1].bricks[0].id.host, "node4");
  EXPECT_EQ(snapshot.volumes[0].replica_bricks, 3U);
}

TEST(Picture, ABrickThatStatusDoesNotNameIsUnknown) {
  const auto volume = test::volume_record("v");
  auto facts = facts_of(volume);
  auto status = test::all_online(volume);
  status.bricks.pop_back();
  facts.status.insert_or_assign("v", dated(status));
  const auto snapshot = picture(facts);
  EXPECT_EQ(snapshot.volumes[0].subvolumes[0].bricks[2].online, std::nullopt);
  EXPECT_EQ(snapshot.volumes[0].health, model::Health::unknown);
}

TEST(Picture, WhatIsTooOldIsNotShown) {
  const auto volume = test::volume_record("v");
  auto facts = facts_of(volume);
  facts.status.at("v").expires = kNow + 10s;
  EXPECT_EQ(picture(facts, kNow + 9s).volumes[0].health, model::Health::up);
  EXPECT_EQ(picture(facts, kNow + 10s).volumes[0].health, model::Health::unknown);
  facts.topology.expires = kNow + 20s;
  EXPECT_TRUE(picture(facts, kNow + 19s).volumes_known);
  EXPECT_FALSE(picture(facts, kNow + 20s).volumes_known);
  EXPECT_TRUE(picture(facts, kNow + 20s).volumes.empty());
}

TEST(Picture, OfAStoppedVolumeNothingOfItsBricksIsSaid) {
  auto volume = test::volume_record("v");
  auto facts = facts_of(volume);
  volume.status = model::VolumeStatus::stopped;
  facts.topology = dated(gluster::Topology{volume});  // learnt after the status
  const auto snapshot = picture(facts);
  EXPECT_EQ(snapshot.volumes[0].health, std::nullopt);
  EXPECT_EQ(snapshot.volumes[0].subvolumes[0].bricks[0].online, std::nullopt);
}

TEST(Picture, NamesNodesAsTheirBricksDo) {
  auto facts = facts_of(test::volume_record("v"));
  facts.peers = dated(gluster::PeerList{{"uuid1", "", true, true, ""},
                                        {"uuid2", "other-name-of-node2", false, true, "Peer in Cluster"},
                                        {"uuid9", "node9", false, false, "Peer in Cluster"}});
  const auto snapshot = picture(facts);
  ASSERT_EQ(snapshot.peers.size(), 3U);
  EXPECT_EQ(snapshot.peers[0].host, "node1");
  EXPECT_EQ(snapshot.peers[1].host, "node2");
  EXPECT_EQ(snapshot.peers[2].host, "node9");
}

TEST(Picture, TheLocalNodeWithoutBricksHasItsOwnName) {
  Facts facts;
  facts.peers = dated(gluster::PeerList{{"uuid1", "", true, true, ""}});
  EXPECT_EQ(picture(facts).peers.at(0).host, "localname");
}

TEST(Picture, ADaemonIsOnlineWhenEveryVolumeSaysSo) {
  auto first = test::volume_record("a");
  auto second = test::volume_record("b");
  auto status_a = test::all_online(first);
  auto status_b = test::all_online(second);
  status_a.daemons = {{"uuid1", model::DaemonKind::self_heal, true},
                      {"uuid2", model::DaemonKind::self_heal, true}};
  status_b.daemons = {{"uuid1", model::DaemonKind::self_heal, true},
                      {"uuid2", model::DaemonKind::self_heal, false}};
  Facts facts;
  facts.topology = dated(gluster::Topology{first, second});
  facts.status = {{"a", dated(status_a)}, {"b", dated(status_b)}};
  const auto snapshot = picture(facts);
  ASSERT_EQ(snapshot.daemons.size(), 2U);
  EXPECT_EQ(snapshot.daemons[0].host, "node1");
  EXPECT_TRUE(snapshot.daemons[0].online);
  EXPECT_EQ(snapshot.daemons[1].host, "node2");
  EXPECT_FALSE(snapshot.daemons[1].online);
}

gluster::HealRecord pending(const gluster::VolumeRecord& volume, std::uint64_t entries) {
  gluster::HealRecord record;
  for (const auto& brick : volume.bricks) {
    record.push_back({brick.id, entries, {}, {}});
  }
  return record;
}

TEST(Picture, RemembersSinceWhenSomethingWaitsForHeal) {
  const auto volume = test::volume_record("v");
  auto facts = facts_of(volume);
  facts.heal_count.insert_or_assign("v", dated(pending(volume, 5)));
  const auto first = picture(facts);
  EXPECT_EQ(first.volumes[0].heal_backlog_since, kNoon);

  auto later = make_picture(facts, Reports(facts, kNow), {kNow, kNoon + 60s, {}, true, "localname", &first});
  EXPECT_EQ(later.volumes[0].heal_backlog_since, kNoon);  // since then, not since now

  facts.heal_count.clear();
  later = make_picture(facts, Reports(facts, kNow), {kNow, kNoon + 120s, {}, true, "localname", &later});
  EXPECT_EQ(later.volumes[0].heal_backlog_since, kNoon);  // not known at the moment, so not known to be over

  facts.heal_count.insert_or_assign("v", dated(pending(volume, 0)));
  later = make_picture(facts, Reports(facts, kNow), {kNow, kNoon + 180s, {}, true, "localname", &later});
  EXPECT_EQ(later.volumes[0].heal_backlog_since, std::nullopt);
}

TEST(Picture, WhatABrickSaidBeforeItDiedIsDropped) {
  const auto volume = test::volume_record("v");
  auto facts = facts_of(volume);
  facts.heal_count.insert_or_assign("v", dated(pending(volume, 5)));
  gluster::ProfileRecord profiles;
  for (const auto& brick : volume.bricks) {
    profiles.push_back({brick.id, {}});
  }
  facts.profile.insert_or_assign("v", dated(profiles));
  auto status = test::all_online(volume);
  status.bricks[1].online = false;  // learnt after the others
  facts.status.insert_or_assign("v", dated(status));
  const auto snapshot = picture(facts);
  const auto& bricks = snapshot.volumes[0].subvolumes[0].bricks;
  EXPECT_EQ(bricks[0].heal_pending_entries, 5U);
  EXPECT_NE(bricks[0].profile, nullptr);
  EXPECT_EQ(bricks[1].heal_pending_entries, std::nullopt);
  EXPECT_EQ(bricks[1].profile, nullptr);
}

TEST(Picture, UpIsWhatTheLastAskingOfGlusterdGave) {
  Facts facts;
  EXPECT_EQ(picture(facts).up, std::nullopt);
  facts.glusterd_answers = false;
  EXPECT_EQ(picture(facts).up, false);
  facts.glusterd_answers = true;
  EXPECT_EQ(picture(facts).up, true);
}

TEST(Facts, KnowWhenTheNextOneGrowsTooOld) {
  auto facts = facts_of(test::volume_record("v"));
  facts.topology.expires = kNow + 30s;
  facts.status.at("v").expires = kNow + 10s;
  EXPECT_EQ(facts.next_expiry(kNow), kNow + 10s);
  EXPECT_EQ(facts.next_expiry(kNow + 10s), kNow + 30s);
  EXPECT_EQ(facts.next_expiry(kNow + 30s), std::nullopt);
}

TEST(Publisher, PublishesWhatExpiresWithoutBeingWoken) {
  FactStore store;
  store.update([](Facts& facts) {
    facts.topology = {std::make_shared<const gluster::Topology>(gluster::Topology{test::volume_record("v")}),
                      std::chrono::steady_clock::now(), std::chrono::steady_clock::now() + 300ms};
  });
  Publisher publisher({store, [] { return std::vector<model::CollectorState>{}; },
                       [] { return std::optional(true); }, "localname", [](const auto&, const auto&) {}});
  publisher.start();
  publisher.wake();
  const auto until = std::chrono::steady_clock::now() + 10s;
  const auto wait_for = [&](bool known) {
    while (std::chrono::steady_clock::now() < until) {
      if (const auto latest = publisher.latest(); latest && latest->volumes_known == known) {
        return true;
      }
      std::this_thread::sleep_for(2ms);
    }
    return false;
  };
  EXPECT_TRUE(wait_for(true));
  EXPECT_TRUE(wait_for(false));
  publisher.stop();
}

}  // namespace
}  // namespace glusterfs_exporter::collect

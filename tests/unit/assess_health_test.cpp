#include <gtest/gtest.h>

#include "model/assess.hpp"
#include "support/pictures.hpp"

namespace glusterfs_exporter::model {
namespace {

using test::dispersed;
using test::kDown;
using test::kUnknown;
using test::kUp;
using test::replicated;
using test::volume_of;
using test::with_arbiters;

Volume assessed(Volume volume) {
  assess_health(volume);
  return volume;
}

std::optional<Health> health(const Volume& volume) {
  return assessed(volume).health;
}

std::optional<bool> quorum(const Volume& volume, std::size_t subvolume = 0) {
  return assessed(volume).subvolumes.at(subvolume).quorum_met;
}

Volume with_option(Volume volume, const std::string& name, const std::string& value) {
  volume.options[name] = value;
  return volume;
}

TEST(Health, OfAReplicaSetFollowsQuorumAuto) {
  EXPECT_EQ(health(replicated({{kUp, kUp, kUp}})), Health::up);
  EXPECT_EQ(health(replicated({{kUp, kDown, kUp}})), Health::degraded);
  EXPECT_EQ(health(replicated({{kUp, kDown, kDown}})), Health::down);
  EXPECT_EQ(health(replicated({{kDown, kDown, kDown}})), Health::down);
}

TEST(Health, OfTwoReplicasNeedsOneWithoutQuorum) {
  EXPECT_EQ(health(replicated({{kUp, kDown}})), Health::degraded);
  EXPECT_EQ(health(replicated({{kDown, kUp}})), Health::degraded);
  EXPECT_EQ(health(replicated({{kDown, kDown}})), Health::down);
}

TEST(Health, WithQuorumAutoHalfOfTheBricksNeedTheFirst) {
  const auto automatic = [](Volume volume) {
    return with_option(std::move(volume), "cluster.quorum-type", "auto");
  };
  EXPECT_EQ(health(automatic(replicated({{kUp, kDown}}))), Health::degraded);
  EXPECT_EQ(health(automatic(replicated({{kDown, kUp}}))), Health::down);
  EXPECT_EQ(health(automatic(replicated({{kUp, kUp, kDown, kDown}}))), Health::degraded);
  EXPECT_EQ(health(automatic(replicated({{kDown, kDown, kUp, kUp}}))), Health::down);
}

TEST(Health, WithQuorumFixedCountsBricks) {
  auto volume = with_option(replicated({{kUp, kDown, kDown}}), "cluster.quorum-type", "fixed");
  EXPECT_EQ(health(with_option(volume, "cluster.quorum-count", "1")), Health::degraded);
  EXPECT_EQ(health(with_option(volume, "cluster.quorum-count", "2")), Health::down);
}

TEST(Health, WithQuorumNoneOneReplicaDoes) {
  EXPECT_EQ(health(with_option(replicated({{kUp, kDown, kDown}}), "cluster.quorum-type", "none")),
            Health::degraded);
}

TEST(Health, AnArbiterAloneServesNothing) {
  EXPECT_EQ(health(with_arbiters(replicated({{kUp, kDown, kUp}}))), Health::degraded);
  EXPECT_EQ(health(with_arbiters(replicated({{kDown, kDown, kUp}}))), Health::down);
  EXPECT_EQ(
      health(with_option(with_arbiters(replicated({{kDown, kDown, kUp}})), "cluster.quorum-type", "none")),
      Health::down);
}

TEST(Health, OfADisperseSetFollowsRedundancy) {
  EXPECT_EQ(health(dispersed(1, {{kUp, kUp, kUp}})), Health::up);
  EXPECT_EQ(health(dispersed(1, {{kDown, kUp, kUp}})), Health::degraded);
  EXPECT_EQ(health(dispersed(1, {{kDown, kUp, kDown}})), Health::down);
  EXPECT_EQ(health(dispersed(2, {{kDown, kUp, kDown, kUp, kUp, kUp}})), Health::degraded);
  EXPECT_EQ(health(dispersed(2, {{kDown, kUp, kDown, kDown, kUp, kUp}})), Health::down);
}

TEST(Health, ADisperseQuorumCountCanAskForMore) {
  const auto volume =
      with_option(dispersed(2, {{kDown, kUp, kDown, kUp, kUp, kUp}}), "disperse.quorum-count", "5");
  EXPECT_EQ(health(volume), Health::down);
}

TEST(Health, OfPlainBricksIsPartialWhenOneIsMissing) {
  EXPECT_EQ(health(volume_of({{kUp}, {kUp}, {kUp}})), Health::up);
  EXPECT_EQ(health(volume_of({{kUp}, {kDown}, {kUp}})), Health::partial);
  EXPECT_EQ(health(volume_of({{kDown}, {kDown}, {kDown}})), Health::down);
}

TEST(Health, OfSeveralSetsIsPartialWhenOneIsDown) {
  EXPECT_EQ(health(replicated({{kUp, kUp, kUp}, {kDown, kDown, kUp}})), Health::partial);
  EXPECT_EQ(health(replicated({{kUp, kUp, kUp}, {kDown, kUp, kUp}})), Health::degraded);
}

TEST(Health, IsUnknownOnlyWhereTheUnknownBrickMatters) {
  EXPECT_EQ(health(replicated({{kUp, kUp, kUnknown}})), Health::unknown);       // up or degraded
  EXPECT_EQ(health(replicated({{kUp, kDown, kUnknown}})), Health::unknown);     // degraded or down
  EXPECT_EQ(health(replicated({{kDown, kDown, kUnknown}})), Health::down);      // no quorum either way
  EXPECT_EQ(health(volume_of({{kDown}, {kUp}, {kUnknown}})), Health::partial);  // partial either way
}

TEST(Quorum, IsKnownWhereTheUnknownBrickDoesNotMatter) {
  EXPECT_EQ(quorum(replicated({{kUp, kUp, kUnknown}})), true);
  EXPECT_EQ(quorum(replicated({{kUp, kDown, kUnknown}})), std::nullopt);
  EXPECT_EQ(quorum(replicated({{kDown, kDown, kUnknown}})), false);
  EXPECT_EQ(quorum(replicated({{kUp, kUp, kUp}, {kDown, kDown, kUp}}), 1), false);
}

TEST(Health, OfAVolumeThatIsNotStartedDoesNotExist) {
  auto volume = replicated({{kUp, kUp, kUp}});
  volume.status = VolumeStatus::stopped;
  EXPECT_EQ(health(volume), std::nullopt);
  EXPECT_EQ(quorum(volume), std::nullopt);
}

std::vector<Peer> peers(std::initializer_list<bool> connected) {
  std::vector<Peer> list;
  for (const bool is_connected : connected) {
    list.emplace_back().connected = is_connected;
  }
  return list;
}

std::optional<bool> server_quorum(Volume volume, const std::vector<Peer>& list) {
  assess_server_quorum(volume, list);
  return volume.server_quorum_met;
}

TEST(ServerQuorum, NeedsMoreThanHalfUnlessARatioIsSet) {
  const auto volume = with_option(replicated({{kUp, kUp, kUp}}), "cluster.server-quorum-type", "server");
  EXPECT_EQ(server_quorum(volume, peers({true, true, false})), true);
  EXPECT_EQ(server_quorum(volume, peers({true, false})), false);
  EXPECT_EQ(server_quorum(with_option(volume, "cluster.server-quorum-ratio", "80%"),
                          peers({true, true, true, false})),
            false);
  EXPECT_EQ(server_quorum(with_option(volume, "cluster.server-quorum-ratio", "75"),
                          peers({true, true, true, false})),
            true);
}

TEST(ServerQuorum, IsUnknownWhenOffOrWithoutPeers) {
  EXPECT_EQ(server_quorum(replicated({{kUp, kUp, kUp}}), peers({true})), std::nullopt);
  EXPECT_EQ(server_quorum(with_option(replicated({{kUp}}), "cluster.server-quorum-type", "server"), {}),
            std::nullopt);
}

Snapshot cluster(std::initializer_list<std::optional<Health>> volumes,
                 std::initializer_list<bool> connected) {
  Snapshot snapshot;
  snapshot.volumes_known = true;
  snapshot.peers_known = true;
  for (const auto state : volumes) {
    snapshot.volumes.emplace_back().health = state;
  }
  snapshot.peers = peers(connected);
  return snapshot;
}

TEST(ClusterHealth, IsThatOfItsWorstPart) {
  EXPECT_EQ(cluster_health(cluster({Health::up, Health::up}, {true, true})), ClusterHealth::ok);
  EXPECT_EQ(cluster_health(cluster({Health::up, Health::degraded}, {true, true})), ClusterHealth::degraded);
  EXPECT_EQ(cluster_health(cluster({Health::up}, {true, false})), ClusterHealth::degraded);
  EXPECT_EQ(cluster_health(cluster({Health::degraded, Health::partial}, {true})), ClusterHealth::critical);
  EXPECT_EQ(cluster_health(cluster({Health::down, Health::unknown}, {true})), ClusterHealth::critical);
  EXPECT_EQ(cluster_health(cluster({Health::up, Health::unknown}, {true})), ClusterHealth::unknown);
  EXPECT_EQ(cluster_health(cluster({std::nullopt}, {true})), ClusterHealth::ok);  // stopped on purpose
  EXPECT_EQ(cluster_health({}), ClusterHealth::unknown);
}

TEST(HealPending, IsUnknownWhileABrickThatMayRunWasNotAsked) {
  auto volume = replicated({{kUp, kDown, kUp}});
  auto& bricks = volume.subvolumes[0].bricks;
  EXPECT_EQ(heal_pending_entries(volume), std::nullopt);
  bricks[0].heal_pending_entries = 5;
  EXPECT_EQ(heal_pending_entries(volume), std::nullopt);
  bricks[2].heal_pending_entries = 7;
  EXPECT_EQ(heal_pending_entries(volume), 12U);
}

}  // namespace
}  // namespace glusterfs_exporter::model

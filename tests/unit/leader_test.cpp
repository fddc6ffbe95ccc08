#include "collect/leader.hpp"

#include <gtest/gtest.h>

namespace glusterfs_exporter::collect {
namespace {

using config::LeaderChoice;

template <class T>
Dated<T> dated(T value) {
  return {std::make_shared<const T>(std::move(value)), {}, SteadyTime::max()};
}

/// The node "b" of a cluster of "a", "b" and "c", all connected.
Facts node_b(bool a_answers, bool c_answers) {
  Facts facts;
  facts.glusterd_answers = true;
  facts.peers = dated(gluster::PeerList{{"c", "host-c", false, true, "Peer in Cluster"},
                                        {"a", "host-a", false, true, "Peer in Cluster"},
                                        {"b", "", true, true, ""}});
  Neighbours neighbours;
  neighbours["a"].answers = a_answers;
  neighbours["c"].answers = c_answers;
  facts.neighbours = dated(neighbours);
  return facts;
}

TEST(Leader, IsTheLowestUuidWhoseExporterAnswers) {
  EXPECT_EQ(is_leader(LeaderChoice::automatic, node_b(true, true)), false);
  EXPECT_EQ(is_leader(LeaderChoice::automatic, node_b(false, true)), true);
  EXPECT_EQ(is_leader(LeaderChoice::automatic, node_b(false, false)), true);
}

TEST(Leader, OfADisconnectedNodeIsNot) {
  auto facts = node_b(true, true);
  auto peers = *facts.peers.value;
  peers[1].connected = false;
  facts.peers = dated(peers);
  EXPECT_EQ(is_leader(LeaderChoice::automatic, facts), true);
}

TEST(Leader, WithoutGlusterdIsSomebodyElse) {
  auto facts = node_b(false, true);
  facts.glusterd_answers = false;
  EXPECT_EQ(is_leader(LeaderChoice::automatic, facts), false);
  facts = node_b(false, false);
  facts.glusterd_answers = false;
  EXPECT_EQ(is_leader(LeaderChoice::automatic, facts), true);
}

TEST(Leader, IsNotDecidedBeforeTheOthersWereAsked) {
  auto facts = node_b(true, true);
  facts.neighbours = {};
  EXPECT_EQ(is_leader(LeaderChoice::automatic, facts), std::nullopt);
  EXPECT_EQ(is_leader(LeaderChoice::always, facts), true);
  EXPECT_EQ(is_leader(LeaderChoice::never, facts), false);
}

TEST(Leader, IsWhoeverKnowsOfNobodyElse) {
  auto facts = node_b(false, false);
  facts.peers = {};
  EXPECT_EQ(is_leader(LeaderChoice::automatic, facts), true);
}

TEST(Leader, ChoiceWins) {
  EXPECT_EQ(is_leader(LeaderChoice::always, node_b(true, true)), true);
  EXPECT_EQ(is_leader(LeaderChoice::never, node_b(false, false)), false);
}

}  // namespace
}  // namespace glusterfs_exporter::collect

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "live/events.hpp"
#include "support/pictures.hpp"

namespace glusterfs_exporter::live {
namespace {

using model::Health;
using testing::ElementsAre;
using testing::IsEmpty;

const model::Time kNoon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(12);

model::Snapshot picture() {
  model::Snapshot snapshot;
  snapshot.taken_at = kNoon;
  snapshot.leader = true;
  snapshot.peers_known = snapshot.volumes_known = true;
  snapshot.peers = {
      {.uuid = "u1", .host = "node1", .local = true, .connected = true, .state = ""},
      {.uuid = "u2", .host = "node2", .local = false, .connected = true, .state = "Peer in Cluster"}};
  snapshot.volumes = {test::replicated({{test::kUp, test::kUp}})};
  snapshot.volumes[0].health = Health::up;
  return snapshot;
}

model::Brick& brick(model::Snapshot& snapshot) {
  return snapshot.volumes[0].subvolumes[0].bricks[0];
}

std::vector<std::string> texts(const std::vector<Event>& events) {
  std::vector<std::string> all;
  for (const auto& event : events) {
    all.push_back(event.kind + ": " + event.text);
  }
  return all;
}

std::vector<std::string> between(const model::Snapshot& before, const model::Snapshot& after) {
  return texts(events_between(before, after));
}

TEST(EventsTest, TellWhatChanged) {
  const auto before = picture();
  auto after = picture();
  EXPECT_THAT(between(before, after), IsEmpty());
  after.leader = false;
  after.peers[1].connected = false;
  brick(after).online = false;
  after.volumes[0].health = Health::degraded;
  after.volumes[0].heal_backlog_since = kNoon;
  EXPECT_THAT(between(before, after),
              ElementsAre("leader_changed: this exporter no longer speaks for the cluster",
                          "peer_disconnected: peer node2 was disconnected",
                          "brick_offline: brick node1:/srv/b1 of volume v went offline",
                          "volume_health_changed: health of volume v went from up to degraded",
                          "heal_backlog_began: entries of volume v wait for heal"));
  EXPECT_THAT(between(after, before),
              ElementsAre("leader_changed: this exporter speaks for the cluster now",
                          "peer_connected: peer node2 was connected",
                          "brick_online: brick node1:/srv/b1 of volume v went online",
                          "volume_health_changed: health of volume v went from degraded to up",
                          "heal_backlog_ended: nothing of volume v waits for heal any more"));
}

TEST(EventsTest, OfANodeWhoseBricksAllGoAtOnceThereIsOne) {
  auto before = picture();
  auto second = test::volume_of({{test::kUp}, {test::kUp}});
  second.name = "w";
  second.subvolumes[0].bricks[0].id.path = "/srv/w";  // on node1, beside that of v
  before.volumes.push_back(second);
  auto after = before;
  for (auto& volume : after.volumes) {
    volume.subvolumes[0].bricks[0].online = false;
  }
  EXPECT_THAT(
      between(before, after),
      ElementsAre("node_bricks_offline: 2 bricks of node node1 went offline at once, none is left online"));
  EXPECT_THAT(
      between(after, before),
      ElementsAre("node_bricks_online: 2 bricks of node node1 went online at once, none is left offline"));
  EXPECT_EQ(events_between(before, after)[0].labels,
            (std::map<std::string, std::string>{{"host", "node1"}, {"bricks", "2"}}));
  // A third one that stays makes it the matter of two bricks.
  second.name = "x";
  before.volumes.push_back(second);
  after.volumes.push_back(second);
  EXPECT_THAT(between(before, after),
              ElementsAre("brick_offline: brick node1:/srv/b1 of volume v went offline",
                          "brick_offline: brick node1:/srv/w of volume w went offline"));
}

TEST(EventsTest, SayWhatTheyAreAboutAndWhen) {
  auto after = picture();
  brick(after).online = false;
  after.taken_at = kNoon + std::chrono::milliseconds(5);
  const auto events = events_between(picture(), after);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(event_json(events[0]), nlohmann::json::parse(R"({"id":0,"kind":"brick_offline",
      "text":"brick node1:/srv/b1 of volume v went offline",
      "labels":{"volume":"v","host":"node1","brick":"/srv/b1"},"time":"2026-11-21T12:00:00.005Z"})"));
}

TEST(EventsTest, AreNotMadeOfWhatIsNewGoneStoppedOrUnknown) {
  model::Snapshot nothing;
  EXPECT_THAT(between(nothing, picture()), IsEmpty());
  EXPECT_THAT(between(picture(), nothing), IsEmpty());
  auto unknown = picture();
  brick(unknown).online.reset();
  unknown.volumes[0].health = Health::unknown;
  EXPECT_THAT(between(picture(), unknown), IsEmpty());
  EXPECT_THAT(between(unknown, picture()), IsEmpty());  // as at the start, before the first answers
  auto stopped = picture();
  stopped.volumes[0].status = model::VolumeStatus::stopped;
  stopped.volumes[0].health.reset();
  brick(stopped).online.reset();
  EXPECT_THAT(between(picture(), stopped), IsEmpty());
  auto gone = picture();
  gone.volumes.clear();
  gone.peers.pop_back();
  EXPECT_THAT(between(picture(), gone), IsEmpty());
}

TEST(EventsTest, OfABrickThatWasUnknownMeanwhileAreTold) {
  EventLog log;
  EventWatch watch(log);
  watch.take(picture());
  auto unknown = picture();
  brick(unknown).online.reset();
  watch.take(unknown);
  watch.take(model::Snapshot{});
  EXPECT_THAT(log.events(), IsEmpty());
  auto down = picture();
  brick(down).online = false;
  watch.take(down);
  watch.take(down);
  EXPECT_THAT(texts(log.events()),
              ElementsAre("brick_offline: brick node1:/srv/b1 of volume v went offline"));
}

TEST(EventLogTest, KeepsTheNewestUnderIdsThatGoOn) {
  EventLog log;
  for (std::size_t i = 1; i <= EventLog::kMaxEvents + 3; ++i) {
    EXPECT_EQ(log.add("test", std::to_string(i), {}, kNoon), i);
  }
  const auto events = log.events();
  ASSERT_EQ(events.size(), EventLog::kMaxEvents);
  EXPECT_EQ(events.front().id, 4U);
  EXPECT_EQ(events.back().text, "203");
}

}  // namespace
}  // namespace glusterfs_exporter::live

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "collect/table.hpp"
#include "receive/event_table.hpp"
#include "receive/gluster_events.hpp"
#include "support/recorded.hpp"

namespace glusterfs_exporter::receive {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;
using testing::UnorderedElementsAre;

constexpr const char* kNode1 = "915b3d75-6a8b-42ab-be1e-05b1c8720de0";
constexpr const char* kNode2 = "00000000-0000-0000-0000-000000000002";

std::string recorded(const std::string& name) {
  return test::read_file(test::fixtures() / "notifications" / ("gluster-event-" + name + ".json"));
}

std::string sentence_of_recorded(const std::string& name) {
  const auto event = read_gluster_event(recorded(name));
  return event ? sentence_of(*event) : event.error().context;
}

TEST(GlusterEvent, SentencesOfWhatTheRealOneSends) {
  EXPECT_EQ(sentence_of_recorded("volume-set"),
            "options of volume rep3 were set: performance.cache-size=32MB");
  EXPECT_EQ(sentence_of_recorded("volume-start"), "volume rep3 was started");
  EXPECT_EQ(sentence_of_recorded("volume-stop"), "volume dist was stopped");
  EXPECT_EQ(sentence_of_recorded("brick-disconnected"),
            "glusterd on 127.1.5.2 lost brick /srv/n2/rep3 of volume rep3");
  EXPECT_EQ(sentence_of_recorded("quota-disable"), "quota of volume arb was turned off");
}

std::string body_of(const json& event) {
  return event.dump();
}

std::string event_of(std::string_view name, const json& message, std::int64_t time = 1795262400,
                     const char* node = kNode1) {
  return body_of({{"nodeid", node}, {"ts", time}, {"event", name}, {"message", message}});
}

std::string sentence(std::string_view name, const json& message) {
  const auto event = read_gluster_event(event_of(name, message));
  return event ? sentence_of(*event) : event.error().context;
}

TEST(GlusterEvent, WithoutASentenceItsMembersAreSpelledOut) {
  EXPECT_EQ(sentence("SOMETHING_NEW_2", {{"b", true}, {"a", 1}, {"c", {1, "x"}}}),
            "something new 2: a 1, b true, c 1, x");
  EXPECT_EQ(sentence("VOLUME_STOP", json::object()), "volume stop");  // without the name
}

TEST(GlusterEvent, TextIsCleanAndBounded) {
  EXPECT_EQ(sentence("VOLUME_STOP", {{"name", "a\nb"}}), "volume a b was stopped");
  EXPECT_EQ(sentence("AFR_SUBVOLS_DOWN", {{" subvol", "rep-0"}}), "a client reaches no brick of rep-0");
  const auto event =
      read_gluster_event(event_of("X", {{std::string(100'000, 'k'), std::string(500'000, 'v')}}));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->members.begin()->first.size(), 64U);
  EXPECT_EQ(event->members.begin()->second.size(), 256U);
  EXPECT_LE(sentence_of(*event).size(), 512U);
}

TEST(GlusterEvent, ErrorsNameThePlace) {
  const auto problem = [](const std::string& body) {
    const auto event = read_gluster_event(body);
    return event ? "" : event.error().context;
  };
  json good = json::parse(event_of("X", json::object()));
  const auto with = [&](const json& change) {
    auto changed = good;
    changed.merge_patch(change);
    return problem(changed.dump());
  };
  EXPECT_EQ(with(json::object()), "");
  EXPECT_EQ(with({{"more", 1}}), "");
  EXPECT_EQ(problem("[]"), "it must be an object");
  EXPECT_EQ(with({{"event", nullptr}}), "event is missing");
  EXPECT_EQ(with({{"event", 7}}), "event must be a text");
  EXPECT_THAT(with({{"event", "<b>"}}), HasSubstr("capital letters"));
  EXPECT_THAT(with({{"ts", "1"}}), HasSubstr("ts must be a whole number"));
  EXPECT_THAT(with({{"ts", -1}}), HasSubstr("ts must be a whole number"));
  EXPECT_THAT(with({{"ts", UINT64_MAX}}), HasSubstr("ts must be seconds"));
  EXPECT_EQ(with({{"nodeid", nullptr}}), "nodeid is missing");
  EXPECT_EQ(with({{"nodeid", 1}}), "nodeid must be a text");
  EXPECT_EQ(with({{"message", nullptr}}), "message is missing");
  EXPECT_EQ(with({{"message", "x"}}), "message must be an object");
  json many;
  for (int i = 0; i < 33; ++i) {
    many[std::to_string(i)] = i;
  }
  EXPECT_EQ(with({{"message", many}}), "message has more than 32 members");
  EXPECT_EQ(problem(R"({"nodeid": null, "ts": 1, "event": "X", "message": {}})"), "");
}

TEST(EventTable, CollectorsAreFoundByTheBeginningOfAName) {
  const auto names = [](std::string_view event) {
    std::vector<std::string_view> found;
    for (const auto* collector : collectors_of(event)) {
      found.push_back(collector->defaults.name);
    }
    return found;
  };
  EXPECT_THAT(names("BRICK_DISCONNECTED"), ElementsAre("processes", "status"));
  EXPECT_THAT(names("POSIX_HEALTH_CHECK_FAILED"), ElementsAre("processes", "status"));
  EXPECT_THAT(names("PEER_CONNECT"), ElementsAre("peers", "exporters"));
  EXPECT_THAT(names("VOLUME_CREATE"), ElementsAre("topology", "processes", "status"));
  EXPECT_THAT(names("VOLUME_REBALANCE_COMPLETE"), ElementsAre("topology", "status", "rebalance"));
  EXPECT_THAT(names("QUOTA_ENABLE"), ElementsAre("topology", "quota"));
  EXPECT_THAT(names("SNAPSHOT_CREATED"), ElementsAre("topology", "snapshots"));
  EXPECT_THAT(names("GEOREP_FAULTY"), ElementsAre("geo_replication"));
  EXPECT_THAT(names("BITROT_BAD_FILE"), ElementsAre("topology", "bitrot"));
  EXPECT_THAT(names("AFR_SPLIT_BRAIN"), ElementsAre("heal_index", "heal_summary"));
  EXPECT_THAT(names("AFR_SUBVOL_UP"), ElementsAre("processes", "heal_index"));
  EXPECT_THAT(names("CLIENT_CONNECT"), IsEmpty());
  EXPECT_THAT(names("NEVER_HEARD_OF"), IsEmpty());
}

class GlusterEventsTest : public testing::Test {
 protected:
  Reply post(const std::string& body) {
    return events.take({.remote_address = "127.0.0.1", .authorization = authorization, .body = body}, kNow,
                       now);
  }

  std::vector<std::string> told() const {
    std::vector<std::string> texts;
    for (const auto& event : log.events()) {
      texts.push_back(event.text);
    }
    return texts;
  }

  static constexpr auto kNow = std::chrono::system_clock::time_point(std::chrono::seconds(1795262400));
  std::chrono::steady_clock::time_point now{1000h};
  std::string authorization;
  live::EventLog log;
  std::vector<std::string_view> ran;
  int news = 0;
  GlusterEvents events{
      Gate("gluster_events", ""),
      {log, [this](const collect::CollectorSpec& spec) { ran.push_back(spec.defaults.name); },
       [this] { ++news; }, [](std::string_view uuid) { return std::string(uuid == kNode1 ? "node1" : ""); }}};
};

TEST_F(GlusterEventsTest, AnEventIsToldAndRunsItsCollectors) {
  const auto reply = post(recorded("brick-disconnected"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.outcome, Outcome::accepted);
  ASSERT_EQ(log.events().size(), 1U);
  const auto event = log.events()[0];
  EXPECT_EQ(event.kind, "gluster_event");
  EXPECT_EQ(event.time, kNow);
  EXPECT_THAT(event.labels, UnorderedElementsAre(Pair("event", "BRICK_DISCONNECTED"), Pair("host", "node1"),
                                                 Pair("peer_uuid", kNode1), Pair("brick", "/srv/n2/rep3"),
                                                 Pair("peer", "127.1.5.2"), Pair("volume", "rep3")));
  EXPECT_THAT(ran, ElementsAre("processes", "status"));
  EXPECT_EQ(news, 1);
}

TEST_F(GlusterEventsTest, MembersDoNotTakeThePlaceOfItsOwnLabels) {
  post(event_of("PEER_CONNECT", {{"host", "node2"}, {"event", "x"}, {"", "y"}}, 1, kNode2));
  EXPECT_THAT(log.events().at(0).labels,
              UnorderedElementsAre(Pair("event", "PEER_CONNECT"), Pair("peer_uuid", kNode2),
                                   Pair("message_host", "node2"), Pair("message_event", "x")));
}

TEST_F(GlusterEventsTest, WhatSeveralNodesTellIsToldOnce) {
  const json message{{"peer", "node3"}};
  EXPECT_EQ(post(event_of("PEER_DISCONNECT", message, 100, kNode1)).outcome, Outcome::accepted);
  ran.clear();
  EXPECT_EQ(post(event_of("PEER_DISCONNECT", message, 103, kNode2)).outcome, Outcome::duplicate);
  now += 2s;
  EXPECT_EQ(post(event_of("PEER_DISCONNECT", message, 100, kNode1)).outcome, Outcome::duplicate);  // a retry
  EXPECT_EQ(log.events().size(), 1U);
  EXPECT_EQ(news, 1);
  EXPECT_THAT(ran, IsEmpty());
  EXPECT_EQ(post(event_of("PEER_DISCONNECT", {{"peer", "node4"}}, 100)).outcome, Outcome::accepted);
}

TEST_F(GlusterEventsTest, WhatHappensAgainIsToldAgain) {
  const json message{{"peer", "node3"}};
  const auto outcome = [&](std::int64_t time, const char* node) {
    return post(event_of("PEER_DISCONNECT", message, time, node)).outcome;
  };
  EXPECT_EQ(outcome(100, kNode1), Outcome::accepted);
  EXPECT_EQ(outcome(100, kNode2), Outcome::duplicate);
  now += 3s;
  EXPECT_EQ(outcome(103, kNode2), Outcome::accepted);  // whoever of them is the first
  EXPECT_EQ(outcome(103, kNode1), Outcome::duplicate);
  now += 11s;
  EXPECT_EQ(outcome(114, kNode1), Outcome::accepted);
  now += 11s;
  EXPECT_EQ(outcome(125, kNode2), Outcome::accepted);
  EXPECT_EQ(outcome(100, kNode1), Outcome::duplicate);  // a very late retry
  EXPECT_EQ(log.events().size(), 4U);
}

TEST_F(GlusterEventsTest, ClientsThatComeAndGoAreNoNews) {
  EXPECT_EQ(post(recorded("client-connect")).outcome, Outcome::accepted);
  EXPECT_EQ(post(recorded("client-disconnect")).outcome, Outcome::accepted);
  EXPECT_EQ(post(event_of("AFR_SUBVOL_UP", {{" subvol", "v-0"}})).outcome, Outcome::accepted);
  EXPECT_THAT(told(), IsEmpty());
  post(event_of("AFR_SUBVOLS_DOWN", {{" subvol", "v-0"}}));
  post(event_of("AFR_SUBVOL_UP", {{" subvol", "v-1"}}));
  post(event_of("AFR_SUBVOL_UP", {{" subvol", "v-0"}}, 2));
  post(event_of("AFR_SUBVOL_UP", {{" subvol", "v-0"}}, 3));
  EXPECT_THAT(told(),
              ElementsAre("a client reaches no brick of v-0", "a client reaches a brick of v-0 again"));
}

TEST_F(GlusterEventsTest, AFloodIsCutOffAndStillRunsCollectors) {
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(post(event_of("VOLUME_STOP", {{"name", std::to_string(i)}})).status, 200) << i;
  }
  ran.clear();
  const auto reply = post(event_of("VOLUME_STOP", {{"name", "last"}}));
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.outcome, Outcome::rate_limited);
  EXPECT_THAT(ran, ElementsAre("topology", "processes", "status"));
  EXPECT_EQ(news, 200);
  now += 50ms;
  EXPECT_EQ(post(event_of("VOLUME_STOP", {{"name", "last"}})).status, 200);  // it was not noted as told
  EXPECT_EQ(post(event_of("VOLUME_STOP", {{"name", "another"}})).status, 429);
}

TEST_F(GlusterEventsTest, TheTestOfAWebhookChangesNothing) {
  const auto reply = post("");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(news, 0);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(GlusterEventsTest, WhatIsMalformedChangesNothing) {
  const auto reply = post("{\"event\": 1}");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.outcome, Outcome::malformed);
  EXPECT_EQ(reply.text, "400 event must be a text.\n");
  EXPECT_EQ(news, 0);
  EXPECT_THAT(ran, IsEmpty());
}

TEST(RecentEventsTest, RemembersAFewMinutesAndABoundedNumber) {
  RecentEvents recent;
  RecentEvents::Clock::time_point now{1000h};
  GlusterEvent event{.node = kNode1, .time = 1, .name = "X", .members = {}};
  for (int i = 0; i < 2000; ++i) {
    event.members["n"] = std::to_string(i);
    EXPECT_TRUE(recent.is_new(event, now));
  }
  EXPECT_EQ(recent.size(), RecentEvents::kMaxHappenings);
  EXPECT_FALSE(recent.is_new(event, now + 4min));
  EXPECT_TRUE(recent.is_new(event, now + 6min));
  EXPECT_EQ(recent.size(), 1U);
}

}  // namespace
}  // namespace glusterfs_exporter::receive

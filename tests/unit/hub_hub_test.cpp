#include "hub/hub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <thread>

#include "common/gzip.hpp"
#include "common/time_text.hpp"
#include "hub/cluster_summary.hpp"
#include "support/json_schema.hpp"
#include "support/pictures.hpp"
#include "support/recorded.hpp"

namespace glusterfs_exporter::hub {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using receive::Outcome;
using testing::HasSubstr;

constexpr Hub::SystemTime kNoon{std::chrono::seconds(1795262400)};
constexpr Hub::SteadyTime kStart{std::chrono::hours(1)};

json recorded() {
  return json::parse(test::read_file(test::fixtures() / "push" / "state.json"));
}

class HubTest : public testing::Test {
 protected:
  /// A document of so many seconds after noon that comes at its time.
  receive::Reply push(const std::string& token, std::chrono::seconds time, json document = recorded()) {
    document["cluster"]["taken_at"] = write_time(kNoon + time);
    return push_text("Bearer " + token, document.dump(), time);
  }

  receive::Reply push_text(const std::string& authorization, const std::string& body,
                           std::chrono::seconds comes = 0s, Push::Encoding encoding = Push::Encoding::none) {
    Push push;
    push.post.authorization = authorization;
    push.post.body = body;
    push.encoding = encoding;
    return hub.take(push, kNoon + comes, kStart + comes);
  }

  [[nodiscard]] json clusters() const { return json::parse(hub.clusters().state().json); }
  [[nodiscard]] json east() const { return clusters()["clusters"]["east"]; }

  std::atomic<int> news = 0;
  Hub hub{{{"east", "east-token"}, {"west", "west-token"}},
          {.log = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::null_sink_mt>()),
           .on_news = [this] { ++news; },
           .page_version = "page"}};
};

TEST_F(HubTest, TakesOtherTokensWhileItRuns) {
  EXPECT_EQ(push("east-token", 0s).status, 200);
  const auto* const feed = hub.feed_of("east");
  hub.set_tokens({{"east", "new-token"}, {"north", "north-token"}});
  EXPECT_EQ(push("east-token", 1s).status, 401);
  EXPECT_EQ(push("west-token", 1s).status, 401);
  EXPECT_EQ(push("", 1s).status, 401);
  EXPECT_TRUE(east().contains("received_at")) << "what was known stays";
  EXPECT_EQ(push("new-token", 2s).status, 200);
  EXPECT_EQ(push("north-token", 2s).status, 200);
  EXPECT_EQ(hub.feed_of("east"), feed);
  EXPECT_TRUE(clusters()["clusters"].contains("north"));
  EXPECT_FALSE(clusters()["clusters"].contains("west"));
}

TEST_F(HubTest, TheTokenSaysWhichClusterItIs) {
  EXPECT_EQ(push("east-token", 0s).status, 200);
  EXPECT_EQ(news, 1);
  ASSERT_NE(hub.feed_of("east"), nullptr);
  EXPECT_EQ(json::parse(hub.feed_of("east")->state().json)["cluster"]["taken_at"], write_time(kNoon));
  EXPECT_EQ(hub.feed_of("west")->state().bytes, nullptr);
  EXPECT_EQ(hub.feed_of("local"), nullptr);
  EXPECT_EQ(hub.feed_of(""), nullptr);
  EXPECT_EQ(push("west-token", 0s).text, "taken\n");
  EXPECT_NE(hub.feed_of("west")->state().bytes, nullptr);
}

TEST_F(HubTest, WithoutAGoodTokenNothingIsRead) {
  for (const auto* authorization :
       {"", "Bearer", "Bearer ", "Bearer wrong", "Bearer east-toke", "Bearer east-token2", "Basic east-token",
        "east-token", "Bearer east-token west-token"}) {
    const auto reply = push_text(authorization, "no JSON");
    EXPECT_EQ(reply.status, 401) << authorization;
    EXPECT_EQ(reply.outcome, Outcome::unauthorized);
  }
  EXPECT_EQ(push_text("bearer  east-token", "no JSON").status, 400);
  EXPECT_EQ(news, 0);
}

TEST_F(HubTest, WhatIsNotNewChangesNothing) {
  push("east-token", 10s);
  const auto before = hub.feed_of("east")->state();
  const auto all_before = hub.clusters().state().id;
  const auto repeated = push("east-token", 10s);
  EXPECT_EQ(repeated.status, 200);
  EXPECT_EQ(repeated.outcome, Outcome::duplicate);
  EXPECT_EQ(repeated.text, "told already; nothing changed\n");
  const auto older = push("east-token", 5s);
  EXPECT_EQ(older.outcome, Outcome::duplicate);
  EXPECT_EQ(older.text, "older than what is known; nothing changed\n");
  EXPECT_EQ(hub.feed_of("east")->state().id, before.id);
  EXPECT_EQ(hub.clusters().state().id, all_before);
  EXPECT_EQ(news, 1);
}

TEST_F(HubTest, ViewersGetTheChange) {
  push("east-token", 0s);
  const auto first = hub.feed_of("east")->next("");
  auto changed = recorded();
  changed["cluster"]["health"] = "critical";
  push("east-token", 5s, changed);
  const auto change = hub.feed_of("east")->next(first.id);
  ASSERT_NE(change.bytes, nullptr);
  EXPECT_THAT(*change.bytes, HasSubstr(R"(event: change
data: {"cluster":{"health":"critical","taken_at":)"));
}

TEST_F(HubTest, Unpacks) {
  auto document = recorded();
  document["cluster"]["taken_at"] = write_time(kNoon);
  const auto packed = gzip(document.dump());
  EXPECT_EQ(push_text("Bearer east-token", packed, 0s, Push::Encoding::gzip).text, "taken\n");
  EXPECT_EQ(json::parse(hub.feed_of("east")->state().json), document);
  const auto bomb = gzip(std::string(kMaxDocumentBytes + 1, ' '));
  const auto reply = push_text("Bearer east-token", bomb, 1s, Push::Encoding::gzip);
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.outcome, Outcome::too_large);
  EXPECT_EQ(push_text("Bearer east-token", packed, 2s, Push::Encoding::unknown).status, 415);
}

TEST_F(HubTest, AFloodOfOneClusterIsCutOff) {
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    refused += push_text("Bearer east-token", "").status == 429 ? 1 : 0;
  }
  EXPECT_EQ(refused, 80);
  EXPECT_EQ(push("west-token", 0s).status, 200);
  EXPECT_EQ(push("east-token", 1s).status, 200) << "a second later";
}

TEST_F(HubTest, TheListIsAsTheSchemaSays) {
  EXPECT_EQ(clusters()["clusters"], json({{"east", {{"local", false}}}, {"west", {{"local", false}}}}));
  model::Snapshot picture;
  picture.volumes_known = true;
  picture.volumes = {test::replicated({{test::kUp, test::kDown}})};
  hub.set_own(summary_of(picture));
  push("east-token", 0s);
  push("east-token", 30s);
  EXPECT_EQ(test::schema_errors("clusters.v1.json", clusters()), "");
  const auto own = clusters()["clusters"]["local"];
  EXPECT_EQ(own["local"], true);
  EXPECT_EQ(own["volumes"], 1);
  EXPECT_EQ(own["bricks_offline"], 1);
  EXPECT_EQ(clusters()["page_version"], "page");
}

TEST_F(HubTest, ALineOfTheListSaysWhatMatters) {
  auto document = recorded();
  document["cluster"]["health"] = "degraded";
  document["cluster"]["reasons"] = {"first\nline", std::string(1000, 'x'), "3", "4", "5", "6"};
  auto& bricks = document["volumes"]["rep3"]["bricks"];
  bricks.begin().value()["online"] = false;
  document["volumes"]["dist"]["status"] = "stopped";
  document["volumes"]["dist"]["bricks"].begin().value()["online"] = false;
  push("east-token", 0s, document);
  auto line = east();
  ASSERT_EQ(line["reasons"].size(), 5U);
  EXPECT_EQ(line["reasons"][0], "first line");
  EXPECT_LE(line["reasons"][1].get<std::string>().size(), 256U);
  line.erase("reasons");
  EXPECT_EQ(line, json({{"local", false},
                        {"health", "degraded"},
                        {"volumes", document["volumes"].size()},
                        {"bricks_offline", 1},
                        {"taken_at", write_time(kNoon)},
                        {"received_at", write_time(kNoon)},
                        {"sender", document["node"]["host"]},
                        {"exporter_version", document["node"]["exporter_version"]}}));
}

TEST_F(HubTest, WhatIsNotKnownOfAClusterIsAbsent) {
  auto document = recorded();
  document.erase("volumes");
  document["cluster"].erase("health");
  document["node"].erase("host");
  push("east-token", 0s, document);
  for (const auto* name : {"volumes", "bricks_offline", "health", "sender", "interval_seconds"}) {
    EXPECT_FALSE(east().contains(name)) << name;
  }
}

TEST_F(HubTest, ThePaceIsNeitherThatOfABurstNorThatOfOneGap) {
  push("east-token", 0s);
  push("east-token", 1000s);  // could not be reached for long
  EXPECT_EQ(east()["interval_seconds"], 1000.0);
  push("east-token", 1030s);
  EXPECT_EQ(east()["interval_seconds"], 30.0);
  for (int i = 1; i < 8; ++i) {
    push("east-token", 1030s + std::chrono::seconds(i));
  }
  EXPECT_EQ(east()["interval_seconds"], 30.0);
}

TEST_F(HubTest, ManyMayPushAtOnce) {
  std::vector<std::jthread> threads;
  std::atomic<int> taken = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i, &taken] {
      for (int n = 0; n < 5; ++n) {
        const auto reply = push(i % 2 == 0 ? "east-token" : "west-token", std::chrono::seconds(10 * n + i));
        taken += reply.outcome == Outcome::accepted ? 1 : 0;
        EXPECT_EQ(reply.status, 200) << reply.text;
      }
    });
  }
  threads.clear();
  EXPECT_GE(taken, 10);
  EXPECT_EQ(taken, news);
}

}  // namespace
}  // namespace glusterfs_exporter::hub

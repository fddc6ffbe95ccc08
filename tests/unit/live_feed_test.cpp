#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "live/feed.hpp"

namespace glusterfs_exporter::live {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

json state(int number) {
  // Large beside a change, as states are.
  return {{"number", number}, {"same", std::string(1000, 'x')}};
}

/// When the state of this number was published.
Feed::SystemTime time_of(int number) {
  return Feed::SystemTime(1700000000s + std::chrono::microseconds(number));
}

std::string state_event(int number, int value) {
  return ": 1700000000.00000" + std::to_string(number) + "\nid: e-" + std::to_string(number) +
         "\nevent: state\ndata: " + state(value).dump() + "\n\n";
}

std::string change_event(int number, int value) {
  return ": 1700000000.00000" + std::to_string(number) + "\nid: e-" + std::to_string(number) +
         "\nevent: change\ndata: {\"number\":" + std::to_string(value) + "}\n\n";
}

std::string text(const Feed::News& news) {
  return news.bytes == nullptr ? "(nothing)" : *news.bytes;
}

TEST(FeedTest, GivesTheStateFirstAndThenEachChange) {
  Feed feed("e");
  EXPECT_EQ(text(feed.next("")), "(nothing)");
  feed.publish(state(1), time_of(1));
  const auto first = feed.next("");
  EXPECT_EQ(text(first), state_event(1, 1));
  EXPECT_EQ(first.id, "e-1");
  EXPECT_EQ(text(feed.next("e-1")), "(nothing)");
  EXPECT_EQ(feed.next("e-1").id, "e-1");
  feed.publish(state(2), time_of(2));
  feed.publish(state(3), time_of(3));
  const auto second = feed.next(first.id);
  EXPECT_EQ(text(second), change_event(2, 2));
  EXPECT_EQ(text(feed.next(second.id)), change_event(3, 3));
  EXPECT_EQ(text(feed.next("")), state_event(3, 3));
}

TEST(FeedTest, SaysNothingWhenNothingChanged) {
  Feed feed("e");
  feed.publish(state(1), time_of(1));
  feed.publish(state(1), time_of(2));
  EXPECT_EQ(text(feed.next("e-1")), "(nothing)");
}

TEST(FeedTest, GivesTheStateForIdsOfAnotherRunOrOfNobody) {
  Feed feed("e");
  feed.publish(state(1), time_of(1));
  feed.publish(state(2), time_of(2));
  for (const auto* id :
       {"f-1", "e-", "e", "1", "e-0", "e-9", "e-1x", "e--1", "e-99999999999999999999999", "\n"}) {
    EXPECT_EQ(text(feed.next(id)), state_event(2, 2)) << id;
  }
}

TEST(FeedTest, MakesBytesOnceForAllReaders) {
  Feed feed("e");
  feed.publish(state(1), time_of(1));
  EXPECT_EQ(feed.next("").bytes, feed.next("x").bytes);
  EXPECT_EQ(feed.state().bytes, feed.next("").bytes);
  feed.publish(state(2), time_of(2));
  EXPECT_EQ(feed.next("e-1").bytes, feed.next("e-1").bytes);
}

TEST(FeedTest, GivesTheStateToWhoIsTooFarBehind) {
  Feed feed("e", {.changes = 3, .bytes = 1'000'000});
  for (int i = 1; i <= 6; ++i) {
    feed.publish(state(i), time_of(i));
  }
  EXPECT_EQ(text(feed.next("e-2")), state_event(6, 6));
  EXPECT_EQ(text(feed.next("e-3")), change_event(4, 4));
}

TEST(FeedTest, KeepsNoMoreBytesThanAllowed) {
  const auto size = change_event(2, 2).size();
  Feed feed("e", {.changes = 256, .bytes = 2 * size});
  for (int i = 1; i <= 5; ++i) {
    feed.publish(state(i), time_of(i));
  }
  EXPECT_EQ(text(feed.next("e-2")), state_event(5, 5));
  EXPECT_EQ(text(feed.next("e-3")), change_event(4, 4));
}

TEST(FeedTest, GivesTheStateWhereTheChangesAreMoreToSend) {
  Feed feed("e");
  feed.publish({{"number", 1}});
  ASSERT_EQ(feed.next("").id, "e-1");
  for (int i = 2; i <= 5; ++i) {
    feed.publish({{"number", i}});
  }
  EXPECT_EQ(feed.next("e-1").id, "e-5");
}

TEST(FeedTest, GivesTheStateAsPlainJson) {
  Feed feed("e");
  EXPECT_EQ(feed.state().bytes, nullptr);
  feed.publish(state(1), time_of(1));
  const auto newest = feed.state();
  EXPECT_EQ(newest.id, "e-1");
  EXPECT_EQ(newest.json, state(1).dump());
}

TEST(FeedTest, TextThatIsNotUtf8DoesNotThrow) {
  Feed feed("e");
  feed.publish({{"a", "\xff"}});
  EXPECT_EQ(json::parse(feed.state().json), json({{"a", "\xef\xbf\xbd"}}));
}

/// What a browser does with the events.
struct Browser {
  json document = json::object();

  void apply(const std::string& event) {
    const auto start = event.find("data: ") + 6;
    const auto data = json::parse(event.substr(start));
    if (event.find("event: change") != std::string::npos) {
      document.merge_patch(data);
    } else {
      document = data;
    }
  }
};

TEST(FeedTest, ManyReadersComeToTheNewestState) {
  constexpr int kLast = 500;
  Feed feed("e", {.changes = 8, .bytes = 1'000'000});
  std::vector<Browser> browsers(4);
  {
    std::vector<std::jthread> readers;
    for (auto& browser : browsers) {
      readers.emplace_back([&] {
        std::string id;
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (browser.document.value("number", 0) != kLast && std::chrono::steady_clock::now() < deadline) {
          const auto news = feed.next(id);
          id = news.id;
          if (news.bytes != nullptr) {
            browser.apply(*news.bytes);
          }
        }
      });
    }
    for (int i = 1; i <= kLast; ++i) {
      auto document = state(i);
      document["k" + std::to_string(i % 3)] = i;
      feed.publish(document);
    }
  }
  for (const auto& browser : browsers) {
    EXPECT_EQ(browser.document, json::parse(feed.state().json));
  }
}

TEST(FeedTest, EpochsDiffer) {
  EXPECT_NE(random_epoch(), random_epoch());
  EXPECT_EQ(random_epoch().size(), 16U);
}

}  // namespace
}  // namespace glusterfs_exporter::live

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "live/state_maker.hpp"

namespace glusterfs_exporter::live {
namespace {

using namespace std::chrono_literals;

class StateMakerTest : public testing::Test {
 protected:
  /// A picture that is told from others by its version.
  void take(const std::string& version) {
    auto snapshot = std::make_shared<model::Snapshot>();
    snapshot->version = version;
    maker.take({std::move(snapshot), {}});
  }

  std::string version_read() const {
    const auto state = feed.state();
    return state.bytes == nullptr
               ? "none"
               : nlohmann::json::parse(state.json)["cluster"]["version"].get<std::string>();
  }

  /// How many documents were made, by the number in the newest one's id.
  std::string newest_id() const { return feed.state().id; }

  StateMaker::Clock::time_point now{1000h};
  EventLog log;
  Feed feed{"e", {}, [this] { maker.before_read(); }};
  nlohmann::json alerts = nlohmann::json::object();
  StateMaker maker{feed, log, [this] { return alerts; }, {}, [this] { return now; }};
};

TEST_F(StateMakerTest, ThereIsNothingBeforeTheFirstPicture) {
  EXPECT_EQ(version_read(), "none");
  take("1");
  EXPECT_EQ(version_read(), "1");
}

TEST_F(StateMakerTest, NobodyReadsSoNothingIsMade) {
  take("1");
  take("2");
  take("3");
  EXPECT_EQ(version_read(), "3");
  EXPECT_EQ(newest_id(), "e-1");
}

TEST_F(StateMakerTest, MakesEachAsLongAsSomebodyReads) {
  take("1");
  EXPECT_EQ(newest_id(), "e-1");
  now += StateMaker::kReadersMayRest;
  take("2");
  take("3");
  EXPECT_EQ(newest_id(), "e-3");
  now += StateMaker::kReadersMayRest + 1ms;
  take("4");
  take("5");
  // Who comes back gets one change that leads to the newest.
  const auto news = feed.next("e-3");
  EXPECT_EQ(news.id, "e-4");
  EXPECT_NE(news.bytes->find("\"version\":\"5\""), std::string::npos);
  take("6");
  EXPECT_EQ(newest_id(), "e-5");
}

TEST_F(StateMakerTest, TellsOfTheAlertsThatFire) {
  alerts = {{"f1", {{"name", "BrickDown"}}}};
  take("1");
  EXPECT_EQ(nlohmann::json::parse(feed.state().json)["alerts"], alerts);
}

TEST_F(StateMakerTest, OnePictureMakesOneDocument) {
  take("1");
  EXPECT_EQ(newest_id(), "e-1");
  now += 1h;
  EXPECT_EQ(newest_id(), "e-1");
  EXPECT_EQ(version_read(), "1");
}

}  // namespace
}  // namespace glusterfs_exporter::live

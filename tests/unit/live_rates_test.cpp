#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>

#include "live/rates.hpp"
#include "support/pictures.hpp"

namespace glusterfs_exporter::live {
namespace {

using namespace std::chrono_literals;

const model::Time kStart = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);

std::shared_ptr<const model::BrickProfile> profile(std::uint64_t operations, double seconds,
                                                   std::uint64_t bytes) {
  return std::make_shared<const model::BrickProfile>(model::BrickProfile{
      .fops = {{.fop = "READ", .count = operations, .timed = true, .seconds_total = seconds},
               {.fop = "RELEASE", .count = 7 * operations, .timed = false}},
      .upcalls = {},
      .blocks = {},
      .bytes_read = bytes,
      .bytes_written = 2 * bytes});
}

model::ProcessUsage started(model::Time time) {
  model::ProcessUsage process;
  process.start_time = time;
  return process;
}

class RatesTest : public testing::Test {
 protected:
  RatesTest() {
    snapshot_.volumes_known = true;
    snapshot_.volumes = {test::replicated({{test::kUp, test::kUp}})};
  }

  model::Brick& brick(std::size_t i) { return snapshot_.volumes[0].subvolumes[0].bricks[i]; }
  void take(std::chrono::milliseconds at) {
    snapshot_.taken_at = kStart + at;
    rates_.take(snapshot_);
  }
  std::optional<OperationRates> of_brick(std::size_t i) { return rates_.of_brick("v", brick(i).id); }
  std::optional<OperationRates> of_volume() { return rates_.of_volume(snapshot_.volumes[0]); }
  double operations(std::size_t i = 0) {
    const auto rates = of_brick(i);
    return rates ? rates->operations_per_second : -1;
  }

  model::Snapshot snapshot_;
  Rates rates_;
};

TEST_F(RatesTest, ComeFromTwoAnswers) {
  brick(0).profile = profile(100, 1, 1000);
  take(0s);
  EXPECT_FALSE(of_brick(0));
  brick(0).profile = profile(150, 1.5, 6000);
  take(5s);
  const auto rates = of_brick(0);
  ASSERT_TRUE(rates);
  EXPECT_DOUBLE_EQ(rates->operations_per_second, 10);
  EXPECT_DOUBLE_EQ(rates->read_bytes_per_second, 1000);
  EXPECT_DOUBLE_EQ(rates->written_bytes_per_second, 2000);
  EXPECT_DOUBLE_EQ(rates->mean_latency_seconds().value_or(0), 0.01);
  EXPECT_FALSE(of_brick(1));
}

TEST_F(RatesTest, StayWhileThereIsNoNewAnswer) {
  brick(0).profile = profile(0, 0, 0);
  take(0s);
  brick(0).profile = profile(50, 1, 0);
  take(5s);
  take(7s);
  EXPECT_DOUBLE_EQ(operations(), 10);
  brick(0).profile = profile(150, 2, 0);
  take(10s);
  EXPECT_DOUBLE_EQ(operations(), 20) << "since the last new answer, not since the last picture";
}

TEST_F(RatesTest, OfABrickThatDoesNothingAreZeroWithoutLatency) {
  brick(0).profile = profile(0, 0, 0);
  take(0s);
  brick(0).profile = profile(50, 1, 0);
  take(5s);
  brick(0).profile = profile(50, 1, 0);
  take(10s);
  EXPECT_DOUBLE_EQ(operations(), 10) << "may be the same answer once more";
  brick(0).profile = profile(50, 1, 0);
  take(17s);
  EXPECT_DOUBLE_EQ(operations(), 0);
  EXPECT_FALSE(of_brick(0)->mean_latency_seconds());
}

TEST_F(RatesTest, OfAnswersThatComeTogetherAreMeasuredTogether) {
  brick(0).profile = profile(0, 0, 0);
  take(0s);
  brick(0).profile = profile(10, 1, 0);
  take(10ms);
  EXPECT_FALSE(of_brick(0));
  brick(0).profile = profile(50, 1, 0);
  take(5s);
  EXPECT_DOUBLE_EQ(operations(), 10);
}

TEST_F(RatesTest, EndWhenACounterGoesBack) {
  brick(0).profile = profile(100, 1, 0);
  take(0s);
  brick(0).profile = profile(200, 2, 0);
  take(5s);
  brick(0).profile = profile(10, 0.1, 0);
  take(10s);
  EXPECT_FALSE(of_brick(0));
  brick(0).profile = profile(60, 0.6, 0);
  take(15s);
  EXPECT_DOUBLE_EQ(operations(), 10);
}

TEST_F(RatesTest, EndWhenTheProcessIsAnotherEvenIfItDidMore) {
  brick(0).profile = profile(100, 1, 0);
  brick(0).process = started(kStart - 1h);
  take(0s);
  brick(0).profile = profile(200, 2, 0);
  brick(0).process = started(kStart - 1h + 10ms);
  take(5s);
  EXPECT_DOUBLE_EQ(operations(), 20);
  brick(0).profile = profile(900, 9, 0);
  brick(0).process = started(kStart + 6s);
  take(10s);
  EXPECT_FALSE(of_brick(0));
}

TEST_F(RatesTest, EndWithTheProfileAndWhenTheClockGoesBack) {
  brick(0).profile = profile(100, 1, 0);
  take(10s);
  brick(0).profile = profile(200, 2, 0);
  take(5s);
  EXPECT_FALSE(of_brick(0));
  brick(0).profile = profile(300, 3, 0);
  take(10s);
  EXPECT_DOUBLE_EQ(operations(), 20);
  brick(0).profile = nullptr;
  take(15s);
  EXPECT_FALSE(of_brick(0));
}

TEST_F(RatesTest, OfAVolumeAreThoseOfAllBricksThatAreNotOffline) {
  brick(0).profile = profile(0, 0, 0);
  take(0s);
  brick(0).profile = profile(50, 1, 0);
  take(5s);
  EXPECT_FALSE(of_volume()) << "nothing is known of the other brick";
  EXPECT_FALSE(totals_of(snapshot_.volumes[0]));
  brick(1).online = false;
  EXPECT_DOUBLE_EQ(of_volume().value_or(OperationRates{}).operations_per_second, 10);
  brick(1).online = true;
  brick(1).profile = profile(0, 0, 0);
  take(10s);
  brick(0).profile = profile(150, 2, 0);
  brick(1).profile = profile(50, 0.5, 0);
  take(15s);
  const auto rates = of_volume();
  ASSERT_TRUE(rates);
  EXPECT_DOUBLE_EQ(rates->operations_per_second, 20);
  EXPECT_DOUBLE_EQ(rates->mean_latency_seconds().value_or(0), 0.01);
  EXPECT_EQ(totals_of(snapshot_.volumes[0])->operations, 200U);
}

}  // namespace
}  // namespace glusterfs_exporter::live

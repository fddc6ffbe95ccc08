#include "collect/timing.hpp"

#include <gtest/gtest.h>

namespace glusterfs_exporter::collect {
namespace {

using namespace std::chrono_literals;

constexpr double kMiddle = 0.5;  // of chance: leaves pauses as they are

const SteadyTime kStart{1000h};

Result<Found> failed(ErrorKind kind) {
  return std::unexpected(Error{kind, "test"});
}

TEST(Timing, RunsAtOnceAndThenAtItsInterval) {
  Timing timing(30s);
  EXPECT_LE(timing.due(), kStart);
  timing.ended(Found::something, kStart, kStart + 2s, kMiddle);
  EXPECT_EQ(timing.due(), kStart + 30s);
}

TEST(Timing, ARunLongerThanTheIntervalIsFollowedAtOnce) {
  Timing timing(30s);
  timing.ended(Found::something, kStart, kStart + 45s, kMiddle);
  EXPECT_EQ(timing.due(), kStart + 45s);
}

TEST(Timing, CarriesOnWithAnotherInterval) {
  Timing before(30s);
  before.ended(Found::something, kStart, kStart + 2s, kMiddle);
  Timing shorter(10s);
  shorter.carry_on(before);
  EXPECT_EQ(shorter.due(), kStart + 10s);
  EXPECT_EQ(shorter.answers_expire(kStart), kStart + 30s);
  Timing longer(1h);
  longer.carry_on(before);
  EXPECT_EQ(longer.due(), kStart + 30s) << "what it knows must not grow too old meanwhile";
  longer.ended(Found::something, kStart + 30s, kStart + 32s, kMiddle);
  EXPECT_EQ(longer.due(), kStart + 30s + 1h);

  before.ended(failed(ErrorKind::lock), kStart + 30s, kStart + 30s, kMiddle);
  Timing busy(100ms);
  busy.carry_on(before);
  EXPECT_TRUE(busy.backs_off());
  EXPECT_EQ(busy.due(), before.due()) << "Gluster is left alone all the same";
}

TEST(Timing, WhatIsNotThereIsAskedForRarely) {
  Timing timing(30s);
  timing.ended(Found::nothing, kStart, kStart + 1s, kMiddle);
  EXPECT_EQ(timing.due(), kStart + 300s);
}

TEST(Timing, LockConflictsDoubleThePauseOfTheLane) {
  Timing timing(30s);
  auto now = kStart;
  for (const auto pause : {1s, 2s, 4s, 8s, 16s}) {
    timing.ended(failed(ErrorKind::lock), now, now, kMiddle);
    EXPECT_EQ(timing.lane_pause(), pause);
    EXPECT_EQ(timing.due(), now + pause);
    now += pause;
  }
  for (int i = 0; i < 40; ++i) {
    timing.ended(failed(ErrorKind::lock), now, now, kMiddle);
  }
  EXPECT_EQ(timing.lane_pause(), 5min);
}

TEST(Timing, FailuresAtOnceDoNotMakeTheFirstTimeoutALongOne) {
  Timing timing(5s);
  auto now = kStart;
  for (int i = 0; i < 10; ++i) {
    timing.ended(failed(ErrorKind::exit), now, now, kMiddle);
    EXPECT_EQ(timing.due(), now + 5s);
    now = timing.due();
  }
  for (const auto pause : {5s, 10s, 20s}) {
    timing.ended(failed(ErrorKind::timeout), now, now, kMiddle);
    EXPECT_EQ(timing.due(), now + pause);
    now = timing.due();
  }
}

TEST(Timing, ChanceSpreadsThePauses) {
  Timing timing(30s);
  timing.ended(failed(ErrorKind::lock), kStart, kStart, 0);
  EXPECT_EQ(timing.lane_pause(), 500ms);
  Timing other(30s);
  other.ended(failed(ErrorKind::lock), kStart, kStart, 0.999);
  EXPECT_GT(other.lane_pause(), 1400ms);
}

TEST(Timing, TimeoutsDoubleTheInterval) {
  Timing timing(30s);
  timing.ended(failed(ErrorKind::timeout), kStart, kStart + 20s, kMiddle);
  EXPECT_EQ(timing.due(), kStart + 50s);
  EXPECT_EQ(timing.lane_pause(), 0s);
  timing.ended(failed(ErrorKind::timeout), kStart, kStart + 20s, kMiddle);
  EXPECT_EQ(timing.due(), kStart + 80s);
  for (int i = 0; i < 40; ++i) {
    timing.ended(failed(ErrorKind::timeout), kStart, kStart, kMiddle);
  }
  EXPECT_EQ(timing.due(), kStart + 5min);
}

TEST(Timing, OtherFailuresAreTriedAgainSoonAndThenAtTheInterval) {
  Timing timing(60s);
  timing.ended(failed(ErrorKind::parse), kStart, kStart + 1s, kMiddle);
  EXPECT_EQ(timing.due(), kStart + 16s);
  timing.ended(failed(ErrorKind::parse), kStart, kStart + 1s, kMiddle);
  EXPECT_EQ(timing.due(), kStart + 31s);
  for (int i = 0; i < 5; ++i) {
    timing.ended(failed(ErrorKind::parse), kStart, kStart + 1s, kMiddle);
  }
  EXPECT_EQ(timing.due(), kStart + 61s);
  EXPECT_EQ(timing.lane_pause(), 0s);
}

TEST(Timing, AShortIntervalIsNotShortenedByAFailure) {
  Timing timing(1s);
  timing.ended(failed(ErrorKind::exit), kStart, kStart, kMiddle);
  EXPECT_EQ(timing.due(), kStart + 1s);
}

TEST(Timing, ASuccessEndsTheBackOff) {
  Timing timing(30s);
  timing.ended(failed(ErrorKind::lock), kStart, kStart, kMiddle);
  timing.ended(failed(ErrorKind::lock), kStart, kStart, kMiddle);
  timing.ended(Found::something, kStart, kStart + 1s, kMiddle);
  EXPECT_EQ(timing.due(), kStart + 30s);
  EXPECT_EQ(timing.lane_pause(), 0s);
  timing.ended(failed(ErrorKind::lock), kStart, kStart, kMiddle);
  EXPECT_EQ(timing.lane_pause(), 1s);
}

TEST(Timing, AnswersHoldForThreeIntervals) {
  const Timing timing(30s);
  EXPECT_EQ(timing.answers_expire(kStart), kStart + 90s);
}

TEST(Timing, AnswersHoldLongerWhereRunsComeMoreSlowly) {
  Timing timing(30s);
  timing.ended(Found::something, kStart, kStart + 60s, kMiddle);
  timing.ended(Found::something, kStart + 60s, kStart + 120s, kMiddle);
  EXPECT_EQ(timing.answers_expire(kStart), kStart + 180s);
}

TEST(Timing, FailuresDoNotMakeAnswersHoldLonger) {
  Timing timing(30s);
  timing.ended(Found::something, kStart, kStart + 1s, kMiddle);
  timing.ended(failed(ErrorKind::timeout), kStart + 30s, kStart + 150s, kMiddle);
  timing.ended(Found::something, kStart + 1000s, kStart + 1001s, kMiddle);
  EXPECT_EQ(timing.answers_expire(kStart), kStart + 90s);
}

TEST(Timing, CanBeBroughtForward) {
  Timing timing(30s);
  timing.ended(Found::nothing, kStart, kStart, kMiddle);
  timing.run_at_once(kStart + 5s);
  EXPECT_EQ(timing.due(), kStart + 5s);
  timing.run_at_once(kStart + 9s);
  EXPECT_EQ(timing.due(), kStart + 5s);
}

}  // namespace
}  // namespace glusterfs_exporter::collect

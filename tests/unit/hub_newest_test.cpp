#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "hub/newest.hpp"

namespace glusterfs_exporter::hub {
namespace {

using namespace std::chrono_literals;
using Verdict = Newest::Verdict;

constexpr Newest::SystemTime kNoon{std::chrono::seconds(1795262400)};
constexpr Newest::SteadyTime kStart{std::chrono::hours(1)};

/// A document of `sender`, of so many seconds after noon, that comes so many seconds after noon.
struct Step {
  std::string sender;
  std::chrono::seconds time;
  std::chrono::seconds comes;
  Verdict expected;
};

struct Case {
  std::string name;
  std::vector<Step> steps;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

constexpr auto kTaken = Verdict::taken;
constexpr auto kRepeated = Verdict::repeated;
constexpr auto kOlder = Verdict::older;

class NewestTest : public testing::TestWithParam<Case> {};

TEST_P(NewestTest, TakesWhatIsNews) {
  Newest newest;
  int number = 0;
  for (const auto& step : GetParam().steps) {
    EXPECT_EQ(newest.judge(step.sender, kNoon + step.time, kNoon + step.comes, kStart + step.comes),
              step.expected)
        << "step " << ++number;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sequences, NewestTest,
    testing::Values(
        Case{"InOrder", {{"a", 0s, 0s, kTaken}, {"a", 5s, 5s, kTaken}, {"a", 6s, 6s, kTaken}}},
        Case{"Replayed",
             {{"a", 0s, 0s, kTaken}, {"a", 0s, 1s, kRepeated}, {"a", 5s, 5s, kTaken}, {"a", 0s, 6s, kOlder}}},
        Case{"ReplayedAfterLong",
             {{"a", 0s, 0s, kTaken},
              {"a", 5s, 5s, kTaken},
              {"a", 5s, 500s, kRepeated},
              {"a", 0s, 500s, kOlder}}},
        Case{"Overtaken", {{"a", 5s, 5s, kTaken}, {"a", 0s, 6s, kOlder}, {"a", 6s, 7s, kTaken}}},
        Case{
            "AnotherLeads",
            {{"a", 0s, 0s, kTaken}, {"b", 5s, 5s, kTaken}, {"b", 10s, 10s, kTaken}, {"a", 11s, 11s, kTaken}}},
        // What the one before sent last comes behind the first of the one after.
        Case{
            "TheOldLeaderIsLate",
            {{"a", 0s, 0s, kTaken}, {"b", 5s, 5s, kTaken}, {"a", 4s, 6s, kOlder}, {"a", 4s, 50s, kRepeated}}},
        Case{"TheSameTimeOfAnotherIsNoNews", {{"a", 5s, 5s, kTaken}, {"b", 5s, 6s, kOlder}}},
        Case{"Restarted", {{"a 1", 0s, 0s, kTaken}, {"a 2", 5s, 5s, kTaken}, {"a 1", 0s, 6s, kRepeated}}},
        // An hour ahead; who follows has the right time and is not kept out.
        Case{"ClockAheadThenRight",
             {{"a", 3600s, 0s, kTaken},
              {"a", 3605s, 5s, kTaken},
              {"b", 10s, 10s, kTaken},
              {"a", 3605s, 11s, kRepeated},
              {"b", 15s, 15s, kTaken}}},
        Case{"ClockAheadBySomeSeconds", {{"a", 8s, 5s, kTaken}, {"b", 6s, 6s, kTaken}}},
        // An hour behind: after some silence it is believed, and goes on.
        Case{"RightThenClockBehind",
             {{"a", 0s, 0s, kTaken},
              {"b", -3600s, 5s, kOlder},
              {"b", -3576s, 29s, kOlder},
              {"b", -3575s, 30s, kTaken},
              {"b", -3570s, 35s, kTaken},
              {"a", 36s, 36s, kTaken}}},
        Case{"TheFirstAfterSilence", {{"a", 0s, 0s, kTaken}, {"b", -3600s, 30s, kTaken}}},
        Case{"SilenceMakesNoOldDocumentNew",
             {{"b", -10s, 0s, kTaken},
              {"a", 0s, 1s, kTaken},
              {"b", -10s, 100s, kRepeated},
              {"b", -11s, 100s, kOlder}}},
        // The hub's own clock is set back by an hour.
        Case{"TheHubsClockGoesBack",
             {{"a", 0s, 0s, kTaken}, {"a", 5s, -3595s, kTaken}, {"b", 10s, -3590s, kTaken}}}),
    [](const auto& one) { return one.param.name; });

TEST(Newest, RemembersTheLastSendersAndTheOneThatIsShown) {
  Newest newest;
  ASSERT_EQ(newest.judge("shown", kNoon, kNoon, kStart), kTaken);
  // All of them too old to be shown.
  for (std::size_t i = 0; i < Newest::kMaxSenders; ++i) {
    ASSERT_EQ(newest.judge(std::to_string(i), kNoon - 1s, kNoon, kStart + 1s), kOlder);
  }
  EXPECT_EQ(newest.judge("shown", kNoon, kNoon, kStart + 2s), kRepeated) << "the one that is shown";
  EXPECT_EQ(newest.judge("63", kNoon - 1s, kNoon, kStart + 2s), kRepeated) << "the last";
  EXPECT_EQ(newest.judge("1", kNoon - 1s, kNoon, kStart + 2s), kRepeated) << "all but the first";
  EXPECT_EQ(newest.judge("0", kNoon - 1s, kNoon, kStart + 2s), kOlder)
      << "the first is forgotten, and still old";
}

}  // namespace
}  // namespace glusterfs_exporter::hub

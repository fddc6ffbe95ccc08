#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "live/call_log.hpp"
#include "support/json_schema.hpp"

namespace glusterfs_exporter::live {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;

const model::Time kNoon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

class CallLogTest : public testing::Test {
 protected:
  void ask(Asked by, std::string_view what, const Error* error = nullptr) {
    log.add({by, what, 250ms, error}, now += 1s);
  }
  json document() const { return log.document({"node1", "0.1.0", kNoon - 1h}, now); }

  static std::vector<std::string> all(const json& list, const char* member) {
    std::vector<std::string> values;
    for (const auto& entry : list) {
      values.push_back(entry[member]);
    }
    return values;
  }

  CallLog log;
  model::Time now = kNoon;
};

TEST_F(CallLogTest, TellsOfCallsAndOfWhatWentWrong) {
  const Error lock{ErrorKind::lock, "Another transaction is in progress"};
  ask(Asked::cli, "volume status all detail");
  ask(Asked::brick, "profile rep node1:/srv/rep", &lock);
  const auto told = document();
  EXPECT_EQ(test::schema_errors("exporter.v1.json", told), "");
  EXPECT_EQ(told, json::parse(R"({"schema":"glusterfs_exporter/exporter/v1","host":"node1","version":"0.1.0",
      "started_at":"2026-11-21T11:00:00.000Z","taken_at":"2026-11-21T12:00:02.000Z",
      "errors":[{"kind":"lock","about":"profile rep node1:/srv/rep","count":1,"last_at":"2026-11-21T12:00:02.000Z",
                 "last_text":"Another transaction is in progress"}],
      "calls":[{"id":1,"at":"2026-11-21T12:00:01.000Z","by":"cli","what":"volume status all detail",
                "duration_seconds":0.25,"result":"ok"},
               {"id":2,"at":"2026-11-21T12:00:02.000Z","by":"brick","what":"profile rep node1:/srv/rep",
                "duration_seconds":0.25,"result":"lock","text":"Another transaction is in progress"}]})"));
}

TEST_F(CallLogTest, TellsTheMostFrequentErrorsFirst) {
  const Error timeout{ErrorKind::timeout, "no answer"};
  const Error parse{ErrorKind::parse, "no XML"};
  ask(Asked::cli, "volume info", &parse);
  ask(Asked::cli, "volume info", &timeout);
  ask(Asked::cli, "volume info", &timeout);
  log.add_failure("filesystems", parse, now += 1s);
  const auto errors = document()["errors"];
  EXPECT_THAT(all(errors, "kind"), ElementsAre("timeout", "parse", "parse"));
  EXPECT_THAT(all(errors, "about"), ElementsAre("volume info", "collector filesystems", "volume info"));
  EXPECT_EQ(errors[0]["count"], 2);
}

TEST_F(CallLogTest, ANodeWithoutAnExporterIsNoErrorNorIsTheEndOfTheProgram) {
  const Error refused{ErrorKind::connect, "Connection refused"};
  const Error cancelled{ErrorKind::cancelled, "this program is ending"};
  ask(Asked::exporter, "http://node2:9713/api/v1/node", &refused);
  ask(Asked::glusterd, "topology", &cancelled);
  EXPECT_TRUE(document()["errors"].empty());
  EXPECT_THAT(all(document()["calls"], "result"), ElementsAre("connect"));
  ask(Asked::glusterd, "topology", &refused);
  EXPECT_THAT(all(document()["errors"], "about"), ElementsAre("topology"));
}

TEST_F(CallLogTest, IsBounded) {
  const std::string long_text(10'000, 'x');
  for (int i = 0; i < 200; ++i) {
    const Error error{ErrorKind::exit, long_text + std::to_string(i) + "\xff"};
    ask(Asked::cli, std::to_string(i) + long_text, &error);
  }
  const auto told = document();
  EXPECT_EQ(test::schema_errors("exporter.v1.json", told), "");
  ASSERT_EQ(told["calls"].size(), CallLog::kMaxCalls);
  EXPECT_EQ(told["calls"][0]["id"], 101);
  EXPECT_EQ(told["calls"].back()["id"], 200);
  ASSERT_EQ(told["errors"].size(), CallLog::kMaxErrors);
  EXPECT_EQ(told["errors"][0]["last_at"], "2026-11-21T12:03:20.000Z");  // the oldest went
  EXPECT_LT(told.dump().size(), 200 * 3 * CallLog::kMaxTextBytes);
}

TEST_F(CallLogTest, ManyCallsToBricksLeaveTheCommands) {
  ask(Asked::cli, "volume info");
  for (int i = 0; i < 1000; ++i) {
    ask(Asked::brick, "profile");
  }
  const auto calls = document()["calls"];
  ASSERT_EQ(calls.size(), CallLog::kMaxCalls);
  EXPECT_EQ(calls[0]["what"], "volume info");
  EXPECT_EQ(calls[1]["id"], 903);
}

}  // namespace
}  // namespace glusterfs_exporter::live

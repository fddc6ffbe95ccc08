#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "common/time_text.hpp"
#include "receive/alerts.hpp"
#include "support/json_schema.hpp"
#include "support/recorded.hpp"

namespace glusterfs_exporter::receive {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

std::string recorded(const std::string& name) {
  return test::read_file(test::fixtures() / "notifications" / ("alertmanager-" + name + ".json"));
}

json alert_of(const std::string& fingerprint, const std::string& status,
              const json& changes = json::object()) {
  json alert = {{"status", status},
                {"labels", {{"alertname", "A"}, {"n", fingerprint}}},
                {"annotations", json::object()},
                {"startsAt", "2026-11-21T12:00:00Z"},
                {"endsAt", status == "firing" ? "0001-01-01T00:00:00Z" : "2026-11-21T12:10:00Z"},
                {"generatorURL", ""},
                {"fingerprint", fingerprint}};
  alert.merge_patch(changes);
  return alert;
}

std::string notification_of(const json& alerts, const json& changes = json::object()) {
  json all = {{"version", "4"}, {"truncatedAlerts", 0}, {"alerts", alerts}};
  all.merge_patch(changes);
  return all.dump();
}

class AlertsTest : public testing::Test {
 protected:
  Reply post(const std::string& body) {
    return alerts.take({.remote_address = "127.0.0.1", .authorization = {}, .body = body}, now);
  }
  Reply post_one(const json& alert) { return post(notification_of(json::array({alert}))); }

  std::vector<std::string> told() const {
    std::vector<std::string> texts;
    for (const auto& event : events.events()) {
      texts.push_back(event.kind + ": " + event.text);
    }
    return texts;
  }

  model::Time now = *read_time("2026-11-21T12:05:00Z");
  live::EventLog events;
  AlertList list{events, 6h};
  std::ostringstream logged;
  int news = 0;
  Alerts alerts{
      Gate("alerts", ""),
      {list,
       std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(logged)),
       [this] { ++news; }}};
};

TEST_F(AlertsTest, OneThatTheRealAlertmanagerTellsOfStandsUntilItIsResolved) {
  EXPECT_EQ(post(recorded("firing")).text, "accepted: 1 alerts began, 0 ended\n");
  EXPECT_EQ(alerts_document(list), json::parse(R"({"schema": "glusterfs_exporter/alerts/v1", "alerts": {
      "e17d430c78d7e937": {
        "name": "GlusterBrickOffline", "severity": "critical",
        "labels": {"alertname": "GlusterBrickOffline", "brick": "127.1.5.2:/srv/n2/rep3", "severity": "critical",
                   "volume": "rep3"},
        "annotations": {"summary": "A brick is offline"},
        "starts_at": "2026-11-21T17:56:27.229Z", "received_at": "2026-11-21T12:05:00.000Z",
        "generator_url": "http://127.0.0.1/graph"}}})"));
  EXPECT_EQ(test::schema_errors("alerts.v1.json", alerts_document(list)), "");
  EXPECT_EQ(news, 1);

  EXPECT_EQ(post(recorded("firing")).outcome, Outcome::duplicate);
  EXPECT_EQ(post(recorded("resolved")).text, "accepted: 0 alerts began, 1 ended\n");
  EXPECT_THAT(list.json(), IsEmpty());
  EXPECT_EQ(post(recorded("resolved")).outcome, Outcome::duplicate);
  EXPECT_THAT(told(),
              testing::ElementsAre(
                  "alert_firing: alert GlusterBrickOffline (critical) fires: A brick is offline",
                  "alert_resolved: alert GlusterBrickOffline (critical) is resolved: A brick is offline"));
  EXPECT_EQ(events.events()[0].labels.at("volume"), "rep3");
}

TEST_F(AlertsTest, OneThatIsNotToldOfAgainExpires) {
  post_one(alert_of("a", "firing"));
  post_one(alert_of("b", "firing"));
  now += 5h;
  post_one(alert_of("a", "firing"));
  EXPECT_FALSE(list.expire(now));
  now += 2h;
  EXPECT_TRUE(list.expire(now));
  EXPECT_TRUE(list.json().contains("a"));
  EXPECT_FALSE(list.json().contains("b"));
  EXPECT_EQ(told().back(), "alert_expired: alert A was not told of again and is taken for over");
  EXPECT_EQ(events.events().back().labels.at("n"), "b");
}

TEST_F(AlertsTest, AnEndThatIsToldBeforehandCounts) {
  post_one(alert_of("a", "firing", {{"endsAt", "2026-11-21T12:15:00Z"}}));
  EXPECT_FALSE(list.expire(*read_time("2026-11-21T12:14:59Z")));
  EXPECT_TRUE(list.expire(*read_time("2026-11-21T12:15:00Z")));
  post_one(alert_of("b", "firing", {{"endsAt", "2026-11-21T12:01:00Z"}}));  // long ago: means nothing
  EXPECT_FALSE(list.expire(now));
}

TEST_F(AlertsTest, AnEndFromBeforeItsBeginMeansAnother) {
  post_one(alert_of("a", "firing", {{"startsAt", "2026-11-21T13:00:00+00:30"}}));
  EXPECT_EQ(list.json()["a"]["starts_at"], "2026-11-21T12:30:00.000Z");
  EXPECT_EQ(post_one(alert_of("a", "resolved")).outcome, Outcome::duplicate);
  EXPECT_TRUE(list.json().contains("a"));
  post_one(alert_of("a", "resolved", {{"endsAt", "2026-11-21T11:30:00-01:00"}}));
  EXPECT_THAT(list.json(), IsEmpty());
}

TEST_F(AlertsTest, ThereIsRoomForAThousand) {
  auto many = json::array();
  for (int i = 0; i < 1002; ++i) {
    many.push_back(alert_of("f" + std::to_string(i), "firing"));
  }
  EXPECT_EQ(post(notification_of(many)).status, 200);
  EXPECT_EQ(list.json().size(), 1000U);
  EXPECT_THAT(logged.str(), HasSubstr("2 alerts that fire are not listed"));
  post_one(alert_of("f0", "resolved"));
  post_one(alert_of("new", "firing"));
  EXPECT_TRUE(list.json().contains("new"));
}

TEST_F(AlertsTest, TextIsBounded) {
  json labels;
  for (int i = 0; i < 50; ++i) {
    labels["label" + std::to_string(i)] = std::string(3000, 'x');
  }
  post_one(
      alert_of("a", "firing", {{"labels", labels}, {"annotations", {{"summary", std::string(9000, 's')}}}}));
  const auto kept = list.json()["a"];
  EXPECT_EQ(kept["labels"].size(), 32U);
  EXPECT_EQ(kept["labels"]["alertname"], "A");
  EXPECT_EQ(kept["labels"]["label0"].get<std::string>().size(), 256U);
  EXPECT_EQ(kept["annotations"]["summary"].get<std::string>().size(), 1024U);
  EXPECT_LE(events.events()[0].text.size(), 512U);

  for (auto& label : labels) {
    label = std::string(257, 'x');
  }
  for (int i = 0; i < 1000; ++i) {
    post_one(alert_of("f" + std::to_string(i), "firing", {{"labels", labels}}));
  }
  EXPECT_LT(list.json().size(), 600U);
  EXPECT_LT(list.json().dump().size(), 6'000'000U);
  EXPECT_THAT(logged.str(), HasSubstr("and for 4 MiB of text"));
}

TEST_F(AlertsTest, AlertsThatWereLeftOutAreLogged) {
  EXPECT_EQ(post(notification_of(json::array(), {{"truncatedAlerts", 7}})).status, 200);
  EXPECT_THAT(logged.str(), HasSubstr("Alertmanager left 7 alerts out"));
}

TEST_F(AlertsTest, ErrorsNameThePlaceAndChangeNothing) {
  const auto problem = [&](const std::string& body) {
    const auto reply = post(body);
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.outcome, Outcome::malformed);
    return reply.text;
  };
  const auto of_one = [&](const json& changes) {
    return problem(
        notification_of(json::array({alert_of("good", "firing"), alert_of("a", "firing", changes)})));
  };
  EXPECT_EQ(problem(""), "400 not JSON at byte 1.\n");
  EXPECT_EQ(problem("{}"), "400 version is missing.\n");
  EXPECT_THAT(problem(notification_of(json::array(), {{"version", "3"}})),
              HasSubstr("version must be \"4\""));
  EXPECT_EQ(problem(notification_of(7)), "400 alerts must be a list.\n");
  EXPECT_EQ(problem(notification_of(json::array({7}))), "400 alerts[0] must be an object.\n");
  EXPECT_EQ(of_one({{"status", "on"}}), "400 alerts[1].status must be firing or resolved.\n");
  EXPECT_EQ(of_one({{"labels", 1}}), "400 alerts[1].labels must be an object.\n");
  EXPECT_EQ(of_one({{"labels", nullptr}}), "400 alerts[1].labels is missing.\n");
  EXPECT_EQ(of_one({{"labels", {{"a", 1}}}}), "400 alerts[1].labels must hold nothing but texts.\n");
  EXPECT_THAT(of_one({{"fingerprint", "../x"}}), HasSubstr("alerts[1].fingerprint must be 1 to 64"));
  EXPECT_THAT(of_one({{"startsAt", "yesterday"}}), HasSubstr("alerts[1].startsAt must be a time like"));
  EXPECT_THAT(of_one({{"startsAt", "2026-11-21T12:00:00+0x:00"}}), HasSubstr("must be a time like"));
  EXPECT_THAT(of_one({{"startsAt", "0001-01-01T00:00:00Z"}}), HasSubstr("alerts[1].startsAt is missing"));
  EXPECT_THAT(of_one({{"endsAt", 1}}), HasSubstr("alerts[1].endsAt must be a text"));
  EXPECT_THAT(list.json(), IsEmpty());
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(news, 0);
}

}  // namespace
}  // namespace glusterfs_exporter::receive

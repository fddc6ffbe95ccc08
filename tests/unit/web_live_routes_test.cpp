#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "web/live_routes.hpp"

namespace glusterfs_exporter::web {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kTime = live::Feed::SystemTime(1700000000s + 250ms);

class LiveRoutes : public testing::Test {
 protected:
  LiveRoutes() { add_live_routes(router, feed, events); }

  Response get(const std::string& path, const std::string& header = "", const std::string& value = "") {
    Request request;
    request.method = "GET";
    request.path = path;
    if (!header.empty()) {
      request.add_header(header, value);
    }
    return router.answer(request);
  }

  /// What the stream gives at once; empty when it has nothing.
  static std::string next(BodyStream& stream) {
    const auto chunk = stream.next();
    return chunk && *chunk ? **chunk : "";
  }

  live::Feed feed{"epoch"};
  live::EventLog events;
  Router router;
};

TEST_F(LiveRoutes, BeforeTheFirstStateThereIsNone) {
  EXPECT_EQ(get("/api/v1/state").status, 503);
}

TEST_F(LiveRoutes, TheStateIsSentOnceToThoseWhoHaveIt) {
  feed.publish({{"volumes", {{"v", {{"health", "up"}}}}}});
  const auto first = get("/api/v1/state");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.content_type, "application/json");
  EXPECT_EQ(nlohmann::json::parse(*first.body)["volumes"]["v"]["health"], "up");
  ASSERT_EQ(first.headers.size(), 1U);
  const auto& [name, etag] = first.headers[0];
  EXPECT_EQ(name, "ETag");
  EXPECT_EQ(get("/api/v1/state", "If-None-Match", etag).status, 304);
  feed.publish({{"volumes", {}}});
  EXPECT_EQ(get("/api/v1/state", "If-None-Match", etag).status, 200);
}

TEST_F(LiveRoutes, AStreamBeginsWithTheStateAndGoesOnWithChanges) {
  feed.publish({{"a", 1}, {"b", 2}}, kTime);
  const auto response = get("/api/v1/stream");
  EXPECT_EQ(response.content_type, "text/event-stream");
  ASSERT_NE(response.stream, nullptr);
  EXPECT_THAT(next(*response.stream), StartsWith(": 1700000000.250000\nid: epoch-1\nevent: state\ndata: "));
  EXPECT_EQ(next(*response.stream), "");
  feed.publish({{"a", 1}, {"b", 3}}, kTime);
  EXPECT_EQ(next(*response.stream), ": 1700000000.250000\nid: epoch-2\nevent: change\ndata: {\"b\":3}\n\n");
}

TEST_F(LiveRoutes, AStreamGoesOnWhereItsClientLeftOff) {
  feed.publish({{"a", 1}, {"text", std::string(200, 'x')}});
  feed.publish({{"a", 2}, {"text", std::string(200, 'x')}}, kTime);
  const auto response = get("/api/v1/stream", "Last-Event-ID", "epoch-1");
  EXPECT_EQ(next(*response.stream), ": 1700000000.250000\nid: epoch-2\nevent: change\ndata: {\"a\":2}\n\n");
  const auto of_another_run = get("/api/v1/stream", "Last-Event-ID", "other-1");
  EXPECT_THAT(next(*of_another_run.stream), HasSubstr("event: state\n"));
}

TEST_F(LiveRoutes, TheExporterTellsOfItself) {
  add_exporter_route(router, [] { return nlohmann::json{{"host", "node1"}}; });
  const auto response = get("/api/v1/exporter");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(*response.body, R"({"host":"node1"})");
}

TEST_F(LiveRoutes, EventsAreListed) {
  events.add("brick_offline", "brick n:/b is offline", {{"volume", "v"}}, model::Time(1s));
  const auto document = nlohmann::json::parse(*get("/api/v1/events").body);
  EXPECT_EQ(document["schema"], "glusterfs_exporter/events/v1");
  EXPECT_EQ(document["events"][0]["kind"], "brick_offline");
}

}  // namespace
}  // namespace glusterfs_exporter::web

#include "web/hub_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include "support/recorded.hpp"
#include "web/assets.hpp"
#include "web/live_routes.hpp"
#include "web/receive_routes.hpp"

namespace glusterfs_exporter::web {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class HubRoutes : public testing::Test {
 protected:
  HubRoutes() {
    own.publish({{"whose", "own"}});
    add_asset_routes(router);
    add_live_routes(router, own, events);
    add_exporter_route(router, [] { return nlohmann::json{{"whose", "own"}}; });
    const auto none = [](const auto&) { return receive::accepted("x"); };
    add_receive_routes(router, {none, none, [] { return nlohmann::json{{"whose", "own"}}; }});
    add_hub_routes(router, hub, [this](const hub::Push& push) {
      seen = push;
      return hub.take(push);
    });
  }

  Response get(const std::string& path, const std::string& query = "") {
    Request request;
    request.method = "GET";
    request.path = path;
    request.query = query;
    return router.answer(request);
  }

  Response post(const std::string& body, const std::vector<std::pair<std::string, std::string>>& headers) {
    Request request;
    request.method = "POST";
    request.path = kPushPath;
    request.body = body;
    for (const auto& [name, value] : headers) {
      request.add_header(name, value);
    }
    return router.answer(request);
  }

  live::Feed own;
  live::EventLog events;
  hub::Hub hub{
      {{"east", "east-token"}},
      {.log = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::null_sink_mt>()),
       .on_news = [] {},
       .page_version = "page"}};
  hub::Push seen;
  Router router;
};

TEST_F(HubRoutes, WithoutAClusterItIsTheOwn) {
  for (const auto* query : {"", "cluster=", "cluster=local", "x=y", "xcluster=east", "&&"}) {
    EXPECT_EQ(*get("/api/v1/state", query).body, R"({"whose":"own"})") << query;
    EXPECT_EQ(*get("/api/v1/exporter", query).body, R"({"whose":"own"})") << query;
  }
}

TEST_F(HubRoutes, EachClusterHasItsStateAndStream) {
  EXPECT_EQ(get("/api/v1/state", "cluster=east").status, 503) << "known, but never heard of";
  const auto stream = get("/api/v1/stream", "cluster=east");
  EXPECT_EQ(stream.status, 200);
  EXPECT_EQ(stream.stream->next(), std::optional<BodyStream::Chunk>(nullptr));
  const auto document = test::read_file(test::fixtures() / "push" / "state.json");
  const auto answer = post(document, {{"Authorization", "Bearer east-token"},
                                      {"Content-Type", "application/json; charset=utf-8"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(nlohmann::json::parse(*get("/api/v1/state", "a=b&cluster=east&c=d").body),
            nlohmann::json::parse(document));
  const auto chunk = stream.stream->next();
  ASSERT_TRUE(chunk && *chunk);
  EXPECT_THAT(**chunk, HasSubstr("event: state\ndata: {"));
  EXPECT_THAT(*get("/api/v1/clusters").body, HasSubstr(R"("schema":"glusterfs_exporter/clusters/v1")"));
  EXPECT_THAT(**get("/api/v1/clusters/stream").stream->next(), HasSubstr(R"("east":{)"));
}

TEST_F(HubRoutes, WhatIsNotThereOfAClusterIsNotTheOwn) {
  for (const auto* path : {"state", "stream", "events", "alerts", "exporter"}) {
    EXPECT_EQ(get("/api/v1/" + std::string(path), "cluster=nowhere").status, 404) << path;
  }
  for (const auto* path : {"events", "alerts", "exporter"}) {
    EXPECT_EQ(get("/api/v1/" + std::string(path), "cluster=east").status, 404) << path;
    EXPECT_EQ(get("/api/v1/" + std::string(path)).status, 200) << path;
  }
}

TEST_F(HubRoutes, HeadersSayHowTheBodyIsToBeRead) {
  using Encoding = hub::Push::Encoding;
  const auto encoding_of = [this](const std::string& value) {
    post("", {{"Content-Encoding", value}});
    return seen.encoding;
  };
  EXPECT_EQ(encoding_of(""), Encoding::none);
  EXPECT_EQ(encoding_of("identity"), Encoding::none);
  EXPECT_EQ(encoding_of(" GZIP "), Encoding::gzip);
  EXPECT_EQ(encoding_of("gzip, gzip"), Encoding::unknown);
  EXPECT_EQ(encoding_of("deflate"), Encoding::unknown);
  const auto is_json = [this](const std::string& type) {
    post("", {{"Content-Type", type}});
    return seen.is_json;
  };
  EXPECT_TRUE(is_json("application/json"));
  EXPECT_TRUE(is_json("Application/JSON ;charset=utf-8"));
  EXPECT_FALSE(is_json(""));
  EXPECT_FALSE(is_json("application/json-patch+json"));
}

TEST_F(HubRoutes, AnswersCarryWhatTheirStatusWants) {
  const auto answer = post("{}", {{"Content-Type", "application/json"}});
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.headers,
            (std::vector<std::pair<std::string, std::string>>{{"WWW-Authenticate", "Bearer"}}));
  EXPECT_EQ(router.max_body_bytes("POST", kPushPath), hub::kMaxPushBytes);
}

TEST_F(HubRoutes, ThePageKnowsThatItIsAHubs) {
  const auto page = get("/");
  EXPECT_THAT(*page.body, HasSubstr(R"(<meta name="hub" content="yes">)"));
  Router no_hub;
  add_asset_routes(no_hub);
  Request request;
  request.method = "GET";
  request.path = "/";
  const auto plain = no_hub.answer(request);
  EXPECT_THAT(*plain.body, HasSubstr(R"(<meta name="hub" content="no">)"));
  EXPECT_NE(plain.headers, page.headers) << "the ETag differs, for a browser that has the other";
  for (const auto& [name, value] : page.headers) {
    if (name == "ETag") {
      request.add_header("If-None-Match", value);
    }
  }
  EXPECT_EQ(router.answer(request).status, 304);
  EXPECT_EQ(no_hub.answer(request).status, 200);
}

}  // namespace
}  // namespace glusterfs_exporter::web

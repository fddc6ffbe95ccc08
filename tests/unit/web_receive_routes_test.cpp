#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "web/receive_routes.hpp"

namespace glusterfs_exporter::web {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Pair;

class ReceiveRoutes : public testing::Test {
 protected:
  ReceiveRoutes() {
    const auto take = [this](const receive::Post& post) {
      posts.push_back(std::string(post.remote_address) + " " + std::string(post.authorization) + " " +
                      (post.from_web_page ? "page " : "") + std::string(post.body));
      return reply;
    };
    add_receive_routes(router, {take, take, [] { return nlohmann::json{{"alerts", 1}}; }});
  }

  Response post(const std::string& path, const std::string& origin = "") {
    Request request;
    request.method = "POST";
    request.path = path;
    request.remote_address = "10.0.0.1";
    request.body = "body";
    request.add_header("Authorization", "Bearer x");
    if (!origin.empty()) {
      request.add_header("Origin", origin);
    }
    return router.answer(request);
  }

  std::vector<std::string> posts;
  receive::Reply reply = receive::accepted("good\n");
  Router router;
};

TEST_F(ReceiveRoutes, HandOverWhatWasPosted) {
  const auto response = post("/api/v1/gluster-events");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(*response.body, "good\n");
  EXPECT_THAT(response.headers, IsEmpty());
  post("/api/v1/alerts", "http://evil.example");
  EXPECT_THAT(posts, testing::ElementsAre("10.0.0.1 Bearer x body", "10.0.0.1 Bearer x page body"));
  EXPECT_EQ(router.max_body_bytes("POST", "/api/v1/alerts"), 1'048'576U);
  EXPECT_EQ(router.max_body_bytes("POST", "/api/v1/gluster-events"), 1'048'576U);
}

TEST_F(ReceiveRoutes, SayWhatWouldHelp) {
  reply = receive::unauthorized("who are you");
  EXPECT_THAT(post("/api/v1/alerts").headers, Contains(Pair("WWW-Authenticate", "Bearer")));
  reply = receive::rate_limited();
  EXPECT_THAT(post("/api/v1/gluster-events").headers, Contains(Pair("Retry-After", "1")));
  reply = receive::malformed("what is that");
  const auto response = post("/api/v1/alerts");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(*response.body, "400 what is that.\n");
}

TEST_F(ReceiveRoutes, TheAlertsCanBeRead) {
  Request request;
  request.method = "GET";
  request.path = "/api/v1/alerts";
  const auto response = router.answer(request);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(*response.body, "{\"alerts\":1}");
}

}  // namespace
}  // namespace glusterfs_exporter::web

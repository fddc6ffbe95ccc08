#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "web/router.hpp"

namespace glusterfs_exporter::web {
namespace {

Request request(std::string method, std::string path) {
  Request made;
  made.method = std::move(method);
  made.path = std::move(path);
  return made;
}

Router two_routes() {
  Router router;
  router.get("/metrics",
             [](const Request& asked) { return text_response(200, "metrics for " + asked.query); });
  router.get("/", [](const Request&) { return text_response(200, "landing"); });
  return router;
}

TEST(WebRouter, RunsTheHandlerOfThePath) {
  auto asked = request("GET", "/metrics");
  asked.query = "a=b";
  const auto response = two_routes().answer(asked);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(*response.body, "metrics for a=b");
}

TEST(WebRouter, AnswersHeadAsGet) {
  EXPECT_EQ(*two_routes().answer(request("HEAD", "/")).body, "landing");
}

TEST(WebRouter, RefusesOtherMethods) {
  for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
    const auto response = two_routes().answer(request(method, "/metrics"));
    EXPECT_EQ(response.status, 405) << method;
    const std::vector<std::pair<std::string, std::string>> headers = {{"Allow", "GET, HEAD"}};
    EXPECT_EQ(response.headers, headers);
    EXPECT_EQ(*response.body, "405 method not allowed. This path answers GET and HEAD.\n");
  }
}

TEST(WebRouter, KeepsMethodsOfAPathApart) {
  auto router = two_routes();
  router.post(
      "/", [](const Request& asked) { return text_response(200, "post " + asked.body); }, 10);
  router.post(
      "/reload", [](const Request&) { return text_response(200, "reload"); }, 0);
  auto asked = request("POST", "/");
  asked.body = "body";
  EXPECT_EQ(*router.answer(asked).body, "post body");
  EXPECT_EQ(*router.answer(request("GET", "/")).body, "landing");
  EXPECT_EQ(*router.answer(request("POST", "/reload")).body, "reload");
  using Headers = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(router.answer(request("HEAD", "/reload")).headers, (Headers{{"Allow", "POST"}}));
  EXPECT_EQ(*router.answer(request("HEAD", "/reload")).body,
            "405 method not allowed. This path answers POST.\n");
  EXPECT_EQ(router.answer(request("PUT", "/")).headers, (Headers{{"Allow", "GET, HEAD, POST"}}));
}

TEST(WebRouter, TellsWhoseBodyIsRead) {
  Router router;
  router.get("/get", [](const Request&) { return text_response(200, ""); });
  router.post(
      "/post", [](const Request&) { return text_response(200, ""); }, 10);
  EXPECT_EQ(router.max_body_bytes("POST", "/post"), 10U);
  EXPECT_EQ(router.max_body_bytes("GET", "/post"), std::nullopt);
  EXPECT_EQ(router.max_body_bytes("POST", "/get"), std::nullopt);
  EXPECT_EQ(router.max_body_bytes("POST", "/other"), std::nullopt);
}

TEST(WebRouter, SaysWhatThereIsForUnknownPaths) {
  for (const auto* path : {"/metric", "/metrics/", "//", "", "/METRICS"}) {
    const auto response = two_routes().answer(request("POST", path));
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(*response.body, "404 not found. There is:\n  /\n  /metrics\n");
  }
}

TEST(WebRouter, KeepsTheLastHandlerOfAPath) {
  auto router = two_routes();
  router.get("/", [](const Request&) { return text_response(200, "another"); });
  EXPECT_EQ(*router.answer(request("GET", "/")).body, "another");
}

TEST(WebRouter, AnswersWhatIsBelowAPrefix) {
  auto router = two_routes();
  router.get_below("/files/", [](const Request& asked) { return text_response(200, "file " + asked.path); });
  router.get("/files/own", [](const Request&) { return text_response(200, "own"); });
  EXPECT_EQ(*router.answer(request("GET", "/files/a/b")).body, "file /files/a/b");
  EXPECT_EQ(*router.answer(request("HEAD", "/files/")).body, "file /files/");
  EXPECT_EQ(*router.answer(request("GET", "/files/own")).body, "own");
  EXPECT_EQ(router.answer(request("GET", "/files")).status, 404);
  EXPECT_EQ(router.answer(request("POST", "/files/a")).status, 405);
  EXPECT_EQ(router.max_body_bytes("POST", "/files/a"), std::nullopt);
  EXPECT_EQ(router.route_of("/files/a/b"), "/files/") << "one label for all";
}

TEST(WebRouter, GivesFewLabels) {
  const auto router = two_routes();
  EXPECT_EQ(router.route_of("/metrics"), "/metrics");
  EXPECT_EQ(router.route_of("/"), "/");
  EXPECT_EQ(router.route_of("/metrics/"), "other");
  EXPECT_EQ(router.route_of(""), "other");
}

TEST(WebRouter, LetsExceptionsThrough) {
  Router router;
  router.get("/", [](const Request&) -> Response { throw std::runtime_error("broken"); });
  EXPECT_THROW(static_cast<void>(router.answer(request("GET", "/"))), std::runtime_error);
}

TEST(WebRequest, FindsHeadersInAnyCaseAndJoinsRepeatedOnes) {
  Request made;
  made.add_header("Accept", "text/plain");
  made.add_header("ACCEPT", "*/*");
  EXPECT_EQ(made.header("accept"), "text/plain, */*");
  EXPECT_EQ(made.header("Accept-Encoding"), "");
  EXPECT_EQ(made.headers.size(), 1U);
}

}  // namespace
}  // namespace glusterfs_exporter::web

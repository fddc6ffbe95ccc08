#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "support/web_client.hpp"
#include "web/server.hpp"

namespace glusterfs_exporter::web {
namespace {

using namespace std::chrono_literals;
using test::Client;

/// A server whose POST /echo takes 64 bytes and /large a megabyte; the answer tells what came.
class WebPost : public testing::Test {
 protected:
  void start(std::chrono::milliseconds request_timeout = 20s) {
    const auto echo = [this](const Request& request) {
      ++handled_;
      return text_response(
          200, request.body.size() > 100 ? std::to_string(request.body.size()) : "[" + request.body + "]");
    };
    Router router;
    router.get("/hello", [](const Request&) { return text_response(200, "hello\n"); });
    router.get("/both", [](const Request& request) { return text_response(200, "got" + request.body); });
    router.post("/both", echo, 4);
    router.post("/echo", echo, 64);
    router.post("/large", echo, 1'000'000);
    auto started = Server::start({.listen_address = "127.0.0.1:0",
                                  .worker_threads = 2,
                                  .max_streams = 0,
                                  .request_timeout = request_timeout,
                                  .logger = std::make_shared<spdlog::logger>("test"),
                                  .on_request = {}},
                                 std::move(router));
    ASSERT_TRUE(started) << started.error();
    server_ = std::move(*started);
  }

  /// What comes until the server closes the connection.
  [[nodiscard]] std::string answer_to(std::string_view request) const {
    Client client(server_->port());
    client.send(request);
    return client.read_rest();
  }

  std::atomic<int> handled_ = 0;
  std::unique_ptr<Server> server_;
};

testing::Matcher<std::string> is_answer(std::string_view status, std::string_view body) {
  return testing::AllOf(testing::StartsWith(fmt::format("HTTP/1.1 {}\r\n", status)),
                        testing::EndsWith(fmt::format("\r\n\r\n{}", body)));
}

TEST_F(WebPost, HandsTheBodyOver) {
  start();
  const auto answer = answer_to("POST /echo HTTP/1.1\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody");
  EXPECT_THAT(answer, is_answer("200 OK", "[body]"));
  EXPECT_THAT(answer_to("POST /echo HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
              is_answer("200 OK", "[]"));
}

TEST_F(WebPost, WaitsForABodyThatComesInParts) {
  start();
  Client client(server_->port());
  for (const auto* part : {"POST /echo HTTP/1.1\r\nContent-Length: 6\r\n", "\r\na", "bc", "def"}) {
    client.send(part);
    std::this_thread::sleep_for(20ms);  // so that they come as parts; nothing depends on it
  }
  EXPECT_THAT(client.read_head(), testing::HasSubstr("\r\nConnection: keep-alive\r\n"));
  EXPECT_EQ(client.read_bytes(8), "[abcdef]");
}

TEST_F(WebPost, TakesAsMuchAsIsAllowed) {
  start();
  const auto post = [this](std::string_view path, std::size_t bytes) {
    return answer_to(fmt::format("POST {} HTTP/1.1\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                                 path, bytes, std::string(bytes, 'x')));
  };
  EXPECT_THAT(post("/large", 1'000'000), is_answer("200 OK", "1000000"));
  EXPECT_THAT(post("/echo", 64), is_answer("200 OK", "[" + std::string(64, 'x') + "]"));
  EXPECT_EQ(handled_, 2);
  EXPECT_THAT(post("/echo", 65), is_answer("413 Request Entity Too Large",
                                           "413 content too large. At most 64 bytes are read here.\n"));
  // More than the kernel holds on its own: the answer comes although the body was not wanted.
  EXPECT_THAT(post("/echo", 900'000), is_answer("413 Request Entity Too Large",
                                                "413 content too large. At most 64 bytes are read here.\n"));
  EXPECT_EQ(handled_, 2);
}

TEST_F(WebPost, RefusesLengthsThatAreNone) {
  start();
  constexpr std::string_view too_large = "413 content too large. At most 64 bytes are read here.\n";
  constexpr std::string_view required =
      "411 length required. Send the body with a Content-Length, not in chunks.\n";
  constexpr std::string_view no_number = "400 the Content-Length is not a number.\n";
  constexpr std::string_view both = "400 a request has a Content-Length or a Transfer-Encoding, not both.\n";
  struct Case {
    std::string_view headers;
    std::string_view status;
    std::string_view body;
  };
  for (const auto& [headers, status, body] : {
           Case{"", "411 Length Required", required},
           Case{"Transfer-Encoding: chunked\r\n", "411 Length Required", required},
           Case{"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "400 Bad Request", both},
           Case{"Content-Length: 4\r\nTransfer-Encoding: identity\r\n", "400 Bad Request", both},
           Case{"Content-Length: 99999999999\r\n", "413 Request Entity Too Large", too_large},
           Case{"Content-Length: 99999999999999999999999\r\n", "413 Request Entity Too Large", too_large},
           Case{"Content-Length: 4x\r\n", "400 Bad Request", no_number},
           Case{"Content-Length: 0x4\r\n", "400 Bad Request", no_number},
           Case{"Content-Length: +4\r\n", "400 Bad Request", no_number},
           Case{"Content-Length: 4, 4\r\n", "400 Bad Request", no_number},
           Case{"Content-Length: 4\r\nContent-Length: 5\r\n", "400 Bad Request", no_number},
       }) {
    // What follows must not be taken for a request.
    const auto answer =
        answer_to(fmt::format("POST /echo HTTP/1.1\r\n{}\r\n4\r\nbodyGET /hello HTTP/1.1\r\n\r\n", headers));
    EXPECT_THAT(answer, is_answer(status, body)) << headers;
    EXPECT_THAT(answer, testing::HasSubstr("\r\nConnection: close\r\n")) << headers;
  }
  // Refused by civetweb.
  EXPECT_THAT(answer_to("POST /echo HTTP/1.1\r\nContent-Length: -4\r\n\r\nbody"),
              testing::StartsWith("HTTP/1.1 411 Length Required\r\n"));
  EXPECT_THAT(answer_to("POST /echo HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n4\r\nbody"),
              testing::StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(handled_, 0);
}

TEST_F(WebPost, DoesNotWaitForABodyForever) {
  start(300ms);
  constexpr std::string_view late = "408 the body did not come in time.\n";
  EXPECT_THAT(answer_to("POST /echo HTTP/1.1\r\nContent-Length: 4\r\n\r\n"),
              is_answer("408 Request Time-out", late));
  EXPECT_THAT(answer_to("POST /echo HTTP/1.1\r\nContent-Length: 4\r\n\r\nbod"),
              is_answer("408 Request Time-out", late));
  EXPECT_EQ(handled_, 0);
}

TEST_F(WebPost, DoesNotWaitForAClientThatSendsAByteNowAndThen) {
  start(500ms);
  Client client(server_->port());
  client.send("POST /echo HTTP/1.1\r\nContent-Length: 60\r\n\r\n");
  for (int i = 0; i < 12; ++i) {
    std::this_thread::sleep_for(100ms);
    client.send("x");
  }
  EXPECT_THAT(client.read_rest(), testing::StartsWith("HTTP/1.1 408 Request Time-out\r\n"));
}

TEST_F(WebPost, AnswersWhatFollowsTheBody) {
  start();
  constexpr std::string_view post = "POST /echo HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody";
  constexpr std::string_view get = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
  Client client(server_->port());
  // In the body stands what looks like a request.
  client.send(fmt::format("{}{}{}POST /echo HTTP/1.1\r\nContent-Length: {}\r\n\r\n{}{}", post, get, post,
                          get.size(), get, get));
  for (const auto* body :
       {"[body]", "hello\n", "[body]", "[GET /hello HTTP/1.1\r\nHost: a\r\n\r\n]", "hello\n"}) {
    EXPECT_THAT(client.read_head(), testing::AllOf(testing::StartsWith("HTTP/1.1 200 OK\r\n"),
                                                   testing::HasSubstr("\r\nConnection: keep-alive\r\n")));
    EXPECT_EQ(client.read_bytes(std::string_view(body).size()), body);
  }
}

TEST_F(WebPost, AnswersOnlyTheMethodsThereAre) {
  start();
  const auto get_answer = answer_to("GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(get_answer,
              is_answer("405 Method Not Allowed", "405 method not allowed. This path answers POST.\n"));
  EXPECT_THAT(get_answer, testing::HasSubstr("\r\nAllow: POST\r\n"));
  const auto post_answer = answer_to("POST /hello HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_THAT(post_answer, is_answer("405 Method Not Allowed",
                                     "405 method not allowed. This path answers GET and HEAD.\n"));
  EXPECT_THAT(post_answer, testing::HasSubstr("\r\nAllow: GET, HEAD\r\n"));
  EXPECT_THAT(answer_to("PUT /both HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody"),
              testing::HasSubstr("\r\nAllow: GET, HEAD, POST\r\n"));
  EXPECT_THAT(answer_to("POST /both HTTP/1.1\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody"),
              is_answer("200 OK", "[body]"));
  EXPECT_THAT(answer_to("GET /both HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody"), is_answer("200 OK", "got"))
      << "without the body, which GET has none of";
}

TEST_F(WebPost, AsksForTheBodyOfAClientThatWaits) {
  start();
  Client client(server_->port());
  client.send("POST /echo HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  EXPECT_THAT(client.read_head(), testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(client.read_bytes(6), "[body]");
  EXPECT_THAT(answer_to("POST /echo HTTP/1.1\r\nContent-Length: 65\r\nExpect: 100-continue\r\n\r\n"),
              testing::StartsWith("HTTP/1.1 413 Request Entity Too Large\r\n"))
      << "no invitation";
}

}  // namespace
}  // namespace glusterfs_exporter::web

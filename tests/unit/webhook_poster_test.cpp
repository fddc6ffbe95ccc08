#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/gzip.hpp"
#include "support/raw_server.hpp"
#include "webhook/poster.hpp"
#include "webhook/signature.hpp"

namespace glusterfs_exporter::webhook {
namespace {

using namespace std::chrono_literals;
using test::RawConnection;
using test::RawServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Result = Attempt::Result;

/// One request as it came.
struct Got {
  std::string head;
  std::string body;
};

/// Reads a request whole; false when there is none any more.
bool read(RawConnection& connection, Got& got) {
  got.head = connection.read_request();
  const auto at = got.head.find("Content-Length: ");
  if (at == std::string::npos) {
    return false;
  }
  std::size_t length = 0;
  std::from_chars(got.head.data() + at + 16, got.head.data() + got.head.size(), length);
  got.body = connection.read(length);
  return got.body.size() == length;
}

std::string value_of(const Got& got, const std::string& header) {
  const auto at = got.head.find("\r\n" + header + ": ");
  if (at == std::string::npos) {
    return "(none)";
  }
  const auto from = at + header.size() + 4;
  return got.head.substr(from, got.head.find("\r\n", from) - from);
}

/// A receiver that answers each request with the next of `answers`, the last one again and again.
class Receiver {
 public:
  explicit Receiver(std::vector<std::string> answers)
      : answers_(std::move(answers)), server_([this](RawConnection& connection) {
          {
            const std::scoped_lock lock(mutex_);
            ++connections_;
          }
          Got one;
          while (read(connection, one)) {
            std::string answer;
            {
              const std::scoped_lock lock(mutex_);
              answer = answers_[std::min(got_.size(), answers_.size() - 1)];
              got_.push_back(one);
            }
            if (!connection.send(answer)) {
              return;
            }
          }
        }) {}

  [[nodiscard]] std::string url(const std::string& path = "/hook") const {
    return fmt::format("http://127.0.0.1:{}{}", server_.port(), path);
  }
  std::vector<Got> got() {
    const std::scoped_lock lock(mutex_);
    return got_;
  }
  int connections() {
    const std::scoped_lock lock(mutex_);
    return connections_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> answers_;
  std::vector<Got> got_;
  int connections_ = 0;
  RawServer server_;
};

std::string answer(const std::string& status, const std::string& headers = "", const std::string& body = "") {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), headers, body);
}

config::WebhookTarget target_at(const std::string& url) {
  config::WebhookTarget target;
  target.url = url;
  target.timeout = 30s;
  return target;
}

Attempt post_once(const std::string& url) {
  return Poster(target_at(url), {}, {}).post("run-1", "{}");
}

TEST(WebhookPoster, SendsWhatTheTargetIsToGet) {
  Receiver receiver({answer("200 OK")});
  auto target = target_at(receiver.url("/hook?from=here"));
  target.headers = {{"X-Scope-OrgID", "storage"}, {"X-Empty", ""}};
  Poster poster(target, {.bearer_token = "secret-token", .password = "", .signing_key = "key"}, {});
  const auto attempt = poster.post("run-7", R"({"a": 1})");
  EXPECT_EQ(attempt.result, Result::delivered) << attempt.text;
  const auto got = receiver.got();
  ASSERT_EQ(got.size(), 1U);
  EXPECT_THAT(got[0].head, testing::StartsWith("POST /hook?from=here HTTP/1.1\r\n"));
  EXPECT_EQ(got[0].body, R"({"a": 1})");
  EXPECT_EQ(value_of(got[0], "Content-Type"), "application/json");
  EXPECT_EQ(value_of(got[0], "Webhook-Id"), "run-7");
  EXPECT_EQ(value_of(got[0], "Authorization"), "Bearer secret-token");
  EXPECT_EQ(value_of(got[0], "X-Scope-OrgID"), "storage");
  EXPECT_THAT(got[0].head, HasSubstr("\r\nX-Empty:\r\n"));
  EXPECT_THAT(value_of(got[0], "User-Agent"), testing::StartsWith("glusterfs_exporter/"));
  EXPECT_THAT(got[0].head, Not(HasSubstr("Expect")));
  EXPECT_THAT(got[0].head, Not(HasSubstr("Content-Encoding")));
  const auto timestamp = std::stoll(value_of(got[0], "Webhook-Timestamp"));
  EXPECT_NEAR(static_cast<double>(timestamp),
              static_cast<double>(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())),
              30);
  EXPECT_EQ(value_of(got[0], "Webhook-Signature"),
            webhook_signature("key", "run-7", timestamp, R"({"a": 1})"));
}

TEST(WebhookPoster, SaysWhoItIsAsAUser) {
  Receiver receiver({answer("204 No Content")});
  auto target = target_at(receiver.url());
  target.username = "me";
  Poster poster(target, {.bearer_token = "", .password = "secret", .signing_key = ""}, {});
  EXPECT_EQ(poster.post("run-1", "{}").result, Result::delivered);
  EXPECT_EQ(value_of(receiver.got().at(0), "Authorization"), "Basic bWU6c2VjcmV0");
  EXPECT_EQ(value_of(receiver.got().at(0), "Webhook-Signature"), "(none)");
}

TEST(WebhookPoster, CompressesAndSignsWhatIsSent) {
  Receiver receiver({answer("200 OK")});
  auto target = target_at(receiver.url());
  target.gzip = true;
  Poster poster(target, {.bearer_token = "", .password = "", .signing_key = "key"}, {});
  for (const std::string body : {R"({"a": 1})", R"({"b": 2})"}) {
    EXPECT_EQ(poster.post("run-" + body, body).result, Result::delivered);
    const auto got = receiver.got().back();
    EXPECT_EQ(value_of(got, "Content-Encoding"), "gzip");
    EXPECT_EQ(got.body, gzip(body));
    EXPECT_EQ(
        value_of(got, "Webhook-Signature"),
        webhook_signature("key", "run-" + body, std::stoll(value_of(got, "Webhook-Timestamp")), got.body));
  }
}

TEST(WebhookPoster, KeepsItsConnection) {
  Receiver receiver({answer("200 OK")});
  Poster poster(target_at(receiver.url()), {}, {});
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(poster.post("run-1", "{}").result, Result::delivered);
  }
  EXPECT_EQ(receiver.connections(), 1);
}

TEST(WebhookPoster, JudgesAnswers) {
  struct Case {
    std::string answer;
    Result result;
    std::string text;
    std::optional<std::chrono::milliseconds> retry_after;
  };
  const std::vector<Case> cases = {
      {answer("200 OK"), Result::delivered, "", std::nullopt},
      {answer("202 Accepted", "", "queued"), Result::delivered, "", std::nullopt},
      {answer("400 Bad Request", "", "line 1: no\r\nJSON"), Result::rejected, "status 400: line 1: no  JSON",
       std::nullopt},
      {answer("401 Unauthorized"), Result::rejected, "status 401", std::nullopt},
      {answer("404 Not Found", "", std::string(300, 'x')), Result::rejected,
       "status 404: " + std::string(197, 'x') + "…", std::nullopt},
      {answer("408 Request Timeout"), Result::rejected, "status 408", std::nullopt},
      {answer("429 Too Many Requests", "Retry-After: 7\r\n"), Result::failed, "status 429", 7s},
      {answer("429 Too Many Requests"), Result::failed, "status 429", std::nullopt},
      {answer("500 Internal Server Error"), Result::failed, "status 500", std::nullopt},
      {answer("503 Service Unavailable", "retry-after: 2\r\n"), Result::failed, "status 503", 2s},
      {answer("304 Not Modified"), Result::rejected, "status 304", std::nullopt},
  };
  for (const auto& [sent, result, text, retry_after] : cases) {
    Receiver receiver({sent});
    const auto attempt = post_once(receiver.url());
    EXPECT_EQ(attempt.result, result) << sent;
    EXPECT_EQ(attempt.text, text);
    EXPECT_EQ(attempt.reason, result == Result::delivered ? "" : "status");
    EXPECT_EQ(attempt.retry_after, retry_after);
  }
}

TEST(WebhookPoster, FollowsNobodyToAnotherPlace) {
  Receiver other({answer("200 OK")});
  for (const std::string status :
       {"301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"}) {
    Receiver receiver({answer(status, "Location: " + other.url() + "\r\n")});
    auto target = target_at(receiver.url());
    Poster poster(target, {.bearer_token = "secret-token", .password = "", .signing_key = ""}, {});
    const auto attempt = poster.post("run-1", "{}");
    EXPECT_EQ(attempt.result, Result::rejected);
    EXPECT_EQ(attempt.text, fmt::format("status {} (not followed to {})", status.substr(0, 3), other.url()));
  }
  EXPECT_EQ(other.connections(), 0);
}

TEST(WebhookPoster, FollowsWithinTheSamePlace) {
  for (const std::string status : {"307 Temporary Redirect", "308 Permanent Redirect"}) {
    Receiver receiver({answer(status, "Location: /elsewhere\r\n"), answer("200 OK")});
    EXPECT_EQ(post_once(receiver.url()).result, Result::delivered);
    ASSERT_EQ(receiver.got().size(), 2U);
    EXPECT_THAT(receiver.got()[1].head, testing::StartsWith("POST /elsewhere HTTP/1.1\r\n"));
    EXPECT_EQ(receiver.got()[1].body, "{}");
  }
  Receiver as_get({answer("302 Found", "Location: /elsewhere\r\n"), answer("200 OK")});
  EXPECT_EQ(post_once(as_get.url()).result, Result::rejected);
  EXPECT_EQ(as_get.got().size(), 1U);
  Receiver in_circles({answer("307 Temporary Redirect", "Location: /hook\r\n")});
  EXPECT_EQ(post_once(in_circles.url()).result, Result::rejected);
  EXPECT_EQ(in_circles.got().size(), 4U);
}

TEST(WebhookPoster, TellsThatNobodyAnswers) {
  const auto closed = RawServer([](RawConnection&) {}).port();
  const auto refused = post_once(fmt::format("http://127.0.0.1:{}/", closed));
  EXPECT_EQ(refused.result, Result::failed);
  EXPECT_EQ(refused.reason, "connect");

  RawServer resetting([](RawConnection& connection) { connection.read_request(); });
  const auto reset = post_once(fmt::format("http://127.0.0.1:{}/", resetting.port()));
  EXPECT_EQ(reset.result, Result::failed);
  EXPECT_EQ(reset.reason, "connect");

  RawServer hanging([](RawConnection& connection) { connection.wait_until_closed(); });
  auto target = target_at(fmt::format("http://127.0.0.1:{}/", hanging.port()));
  target.timeout = 200ms;
  const auto timeout = Poster(target, {}, {}).post("run-1", "{}");
  EXPECT_EQ(timeout.result, Result::failed);
  EXPECT_EQ(timeout.reason, "timeout");
  EXPECT_EQ(timeout.text, "no complete answer within 200 ms");
}

TEST(WebhookPoster, TakesNoEndlessAnswer) {
  RawServer endless([](RawConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.send(std::string(4096, 'x'))) {
    }
  });
  const auto attempt = post_once(fmt::format("http://127.0.0.1:{}/", endless.port()));
  EXPECT_EQ(attempt.result, Result::delivered) << attempt.text;
}

TEST(WebhookPoster, StopsInTheMiddle) {
  std::stop_source stop;
  RawServer hanging([&stop](RawConnection& connection) {
    connection.read_request();
    stop.request_stop();
    connection.wait_until_closed();
  });
  auto target = target_at(fmt::format("http://127.0.0.1:{}/", hanging.port()));
  EXPECT_EQ(Poster(target, {}, stop.get_token()).post("run-1", "{}").result, Result::stopped);
}

}  // namespace
}  // namespace glusterfs_exporter::webhook

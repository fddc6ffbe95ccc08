#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <spdlog/logger.h>

#include <latch>
#include <thread>
#include <vector>

#include "receive/gate.hpp"
#include "web/access.hpp"
#include "web/receive_routes.hpp"

namespace glusterfs_exporter::web {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr const char* kHash = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";
constexpr const char* kPassword = "correct horse";
constexpr const char* kToken = "grafana-grafana-grafana";
constexpr const char* kClusterToken = "cluster-cluster-cluster";

std::string basic(const std::string& user, const std::string& password) {
  const auto text = user + ":" + password;
  std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
  encoded.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                                          reinterpret_cast<const unsigned char*>(text.data()),
                                                          static_cast<int>(text.size()))));
  return "Basic " + encoded;
}

std::string bearer(const std::string& token) {
  return "Bearer " + token;
}

Request request_for(std::string path, const std::string& authorization = "",
                    std::string address = "192.0.2.1", std::string method = "GET") {
  Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.remote_address = std::move(address);
  if (!authorization.empty()) {
    request.add_header("Authorization", authorization);
  }
  return request;
}

Request post_to(std::string path, const std::string& authorization = "", std::string address = "192.0.2.1") {
  return request_for(std::move(path), authorization, std::move(address), "POST");
}

/// Knows the user "scraper" and the token "grafana" unless told otherwise.
class AccessTest : public testing::Test {
 protected:
  AccessTest() { rules_.tokens = {{"grafana", kToken}}; }

  Access& access() {
    if (access_ == nullptr) {
      access_ = std::make_unique<Access>(
          rules_, Access::Parts{.users = [this] { return std::make_shared<const Access::Users>(users_); },
                                .log = std::make_shared<spdlog::logger>("test"),
                                .compare =
                                    [this](const std::string& password, const std::string& hash) {
                                      ++compared_;
                                      hashes_.push_back(hash);
                                      return password == kPassword && hash == kHash;
                                    },
                                .now = [this] { return now_; }});
    }
    return *access_;
  }

  /// The status, 0 for one who may.
  int status_of(Request request) {
    const auto refusal = access().admit(request);
    return refusal ? refusal->status : 0;
  }

  AccessRules rules_;
  Access::Users users_ = {{"scraper", kHash}};
  Access::Clock::time_point now_ = Access::Clock::time_point(1h);
  int compared_ = 0;
  std::vector<std::string> hashes_;
  std::unique_ptr<Access> access_;
};

TEST_F(AccessTest, WithoutUsersAndTokensEverybodyMayRead) {
  users_.clear();
  rules_.tokens.clear();
  for (const auto* path : {"/metrics", "/", "/api/v1/node", "/sd", "/-/healthy", "/none"}) {
    EXPECT_EQ(status_of(request_for(path)), 0) << path;
    EXPECT_EQ(status_of(request_for(path, basic("a", "b"))), 0) << path;
  }
  EXPECT_TRUE(access().lets_cluster_in());
  EXPECT_EQ(
      access().summary(false, {}),
      "access, without TLS: everybody may read; alerts are taken from this machine only, Gluster's events "
      "from this machine only");
}

TEST_F(AccessTest, WithoutUsersAndTokensReceiversDecide) {
  users_.clear();
  rules_.tokens.clear();
  auto post = post_to("/api/v1/alerts");
  EXPECT_FALSE(access().admit(post));
  EXPECT_FALSE(post.admitted);
  EXPECT_FALSE(post.needs_token);
  EXPECT_EQ(status_of(post_to("/-/reload", "", "127.0.0.1")), 0);
  EXPECT_EQ(status_of(post_to("/-/reload")), 403);
}

TEST_F(AccessTest, AUserOrATokenIsNeededToRead) {
  for (const auto* path : {"/metrics", "/", "/api/v1/node", "/sd", "/-/healthy", "/none", "/api/v1/alerts"}) {
    EXPECT_EQ(status_of(request_for(path)), 401) << path;
    EXPECT_EQ(status_of(request_for(path, "", "127.0.0.1")), 401) << path;
    EXPECT_EQ(status_of(request_for(path, basic("scraper", kPassword))), 0) << path;
    EXPECT_EQ(status_of(request_for(path, bearer(kToken))), 0) << path;
  }
  EXPECT_EQ(compared_, 1);  // what was good is kept
  auto request = request_for("/metrics");
  const auto refusal = access().admit(request);
  ASSERT_TRUE(refusal);
  EXPECT_THAT(refusal->headers,
              testing::ElementsAre(
                  testing::Pair("WWW-Authenticate", "Basic realm=\"glusterfs_exporter\", charset=\"UTF-8\""),
                  testing::Pair("WWW-Authenticate", "Bearer")));
  EXPECT_FALSE(access().lets_cluster_in());
}

TEST_F(AccessTest, WhatIsWrongIsRefused) {
  for (const auto& wrong :
       {basic("scraper", "wrong"), basic("scraper", std::string(kPassword) + '\0' + "more"),
        basic("nobody", kPassword), basic("", ""), std::string("Basic !!!"),
        std::string("Basic c2NyYXBlcg=="), bearer("grafana-grafana-grafanA"), bearer(""),
        std::string("Digest a=b")}) {
    EXPECT_EQ(status_of(request_for("/metrics", wrong)), 401) << wrong;
    now_ += 1h;
  }
}

TEST_F(AccessTest, AUserThatIsNotThereCostsACheckOfTheSameCost) {
  EXPECT_EQ(status_of(request_for("/metrics", basic("nobody", kPassword))), 401);
  ASSERT_EQ(hashes_.size(), 1U);
  EXPECT_EQ(hashes_[0].substr(0, 7), "$2y$05$");
  EXPECT_EQ(hashes_[0].size(), 60U);
  EXPECT_FALSE(PasswordCheck::bcrypt_matches(kPassword, hashes_[0]));
}

TEST_F(AccessTest, AUserWhoseHashChangedOrWhoIsGoneIsNotKept) {
  EXPECT_EQ(status_of(request_for("/metrics", basic("scraper", kPassword))), 0);
  users_["scraper"] = "$2y$05$abcdefghijklmnopqrstuuaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  EXPECT_EQ(status_of(request_for("/metrics", basic("scraper", kPassword))), 401);
  users_ = {{"other", kHash}};
  EXPECT_EQ(status_of(request_for("/metrics", basic("scraper", kPassword))), 401);
  EXPECT_EQ(status_of(request_for("/metrics", basic("other", kPassword))), 0);
  EXPECT_EQ(compared_, 4);
}

TEST_F(AccessTest, AnAddressThatFailsTooOftenIsToldToWait) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(status_of(request_for("/metrics", basic("scraper", "wrong"))), 401);
  }
  EXPECT_EQ(status_of(request_for("/metrics", basic("scraper", "wrong"))), 429);
  // Else the right one would show among many.
  EXPECT_EQ(status_of(request_for("/metrics", basic("scraper", kPassword))), 429);
  EXPECT_EQ(status_of(request_for("/metrics", bearer(kToken))), 429);
  EXPECT_EQ(compared_, 10);
  EXPECT_EQ(status_of(request_for("/metrics", basic("scraper", kPassword), "192.0.2.2")), 0);
  now_ += 2s;
  EXPECT_EQ(status_of(request_for("/metrics", basic("scraper", kPassword))), 0);
}

TEST_F(AccessTest, ManyAddressesTogetherAreLimitedAndWhoIsKnownIsNot) {
  EXPECT_EQ(status_of(request_for("/metrics", basic("scraper", kPassword), "198.51.100.1")), 0);
  int checked = 0;
  for (int i = 0; i < 200; ++i) {
    const auto status =
        status_of(request_for("/metrics", basic("scraper", "wrong"), "192.0.2." + std::to_string(i)));
    checked += status == 401 ? 1 : 0;
  }
  EXPECT_EQ(checked, 40);
  EXPECT_EQ(status_of(request_for("/metrics", basic("scraper", kPassword), "198.51.100.1")), 0);
  EXPECT_EQ(status_of(request_for("/metrics", bearer(kToken), "198.51.100.1")), 0);
}

TEST_F(AccessTest, WrongTokensCountToo) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(status_of(request_for("/metrics", bearer("no-such-token-at-all"))), 401);
  }
  EXPECT_EQ(status_of(request_for("/metrics", bearer(kToken))), 429);
}

TEST_F(AccessTest, ListsSayWhoReadsWhat) {
  rules_.tokens["other"] = "other-other-other";
  rules_.read = {
      {"metrics", {"scraper"}}, {"page", {"loopback", "grafana"}}, {"health", {"anyone"}}, {"discovery", {}}};
  EXPECT_EQ(status_of(request_for("/metrics", basic("scraper", kPassword))), 0);
  EXPECT_EQ(status_of(request_for("/metrics", bearer(kToken))), 403);
  EXPECT_EQ(status_of(request_for("/", bearer(kToken))), 0);
  EXPECT_EQ(status_of(request_for("/", bearer("other-other-other"))), 403);
  EXPECT_EQ(status_of(request_for("/assets/main.js")), 401);
  EXPECT_EQ(status_of(request_for("/", "", "127.0.0.9")), 0);
  EXPECT_EQ(status_of(request_for("/-/ready")), 0);
  EXPECT_EQ(status_of(request_for("/-/healthy", basic("scraper", "wrong"))), 0);
  EXPECT_EQ(status_of(request_for("/sd", bearer(kToken))), 403);
  EXPECT_EQ(compared_, 1);
}

TEST_F(AccessTest, TheClustersTokenIsForTheClusterOnly) {
  rules_.cluster_token = kClusterToken;
  EXPECT_TRUE(access().lets_cluster_in());
  EXPECT_EQ(status_of(request_for("/api/v1/node", bearer(kClusterToken))), 0);
  EXPECT_EQ(status_of(request_for("/api/v1/news", bearer(kClusterToken))), 0);
  EXPECT_EQ(status_of(request_for("/api/v1/node", basic("scraper", kPassword))), 0);
  EXPECT_EQ(status_of(request_for("/metrics", bearer(kClusterToken))), 403);
}

TEST_F(AccessTest, TheClustersTokenProtectsReportsAlsoWhereNothingElseIs) {
  users_.clear();
  rules_.tokens.clear();
  rules_.cluster_token = kClusterToken;
  EXPECT_EQ(status_of(request_for("/metrics")), 0);
  EXPECT_EQ(status_of(request_for("/api/v1/node")), 401);
  EXPECT_EQ(status_of(request_for("/api/v1/node", bearer(kClusterToken))), 0);
}

TEST_F(AccessTest, WithUsersPostsNeedTheReceiversTokenAlsoOnThisMachine) {
  auto post = post_to("/api/v1/alerts", "", "127.0.0.1");
  EXPECT_FALSE(access().admit(post));
  EXPECT_FALSE(post.admitted);
  EXPECT_TRUE(post.needs_token);
  const receive::Gate without("alerts", "");
  const receive::Gate with("alerts", "alerts-token");
  const auto refused = without.admit(post_of(post), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 403);
  EXPECT_THAT(refused.error().text, HasSubstr("access.post.alerts"));
  post.headers["Authorization"] = "Bearer alerts-token";
  EXPECT_FALSE(access().admit(post));
  EXPECT_TRUE(with.admit(post_of(post), {}));
  EXPECT_EQ(status_of(post_to("/-/reload", "", "127.0.0.1")), 403);
  EXPECT_EQ(status_of(post_to("/metrics", "", "127.0.0.1")), 401);
}

TEST_F(AccessTest, ListsSayWhoPosts) {
  rules_.post = {{"alerts", {"scraper"}}, {"gluster_events", {"loopback"}}, {"reload", {"grafana"}}};
  auto post = post_to("/api/v1/alerts", basic("scraper", kPassword));
  EXPECT_FALSE(access().admit(post));
  EXPECT_TRUE(post.admitted);
  EXPECT_TRUE(receive::Gate("alerts", "alerts-token").admit(post_of(post), {}));

  EXPECT_EQ(status_of(post_to("/api/v1/alerts")), 401);
  EXPECT_EQ(status_of(post_to("/api/v1/alerts", basic("scraper", "wrong"))), 401);
  auto by_other = post_to("/api/v1/alerts", bearer("perhaps-the-receivers"));
  EXPECT_FALSE(access().admit(by_other));  // the receiver will say
  EXPECT_FALSE(by_other.admitted);
  EXPECT_TRUE(by_other.needs_token);

  auto local = post_to("/api/v1/gluster-events", "", "127.0.0.1");
  EXPECT_FALSE(access().admit(local));
  EXPECT_TRUE(local.admitted);
  EXPECT_EQ(status_of(post_to("/api/v1/gluster-events")), 401);

  EXPECT_EQ(status_of(post_to("/-/reload", bearer(kToken))), 0);
  EXPECT_EQ(status_of(post_to("/-/reload", basic("scraper", kPassword))), 403);
  EXPECT_EQ(status_of(post_to("/-/reload")), 401);
}

TEST_F(AccessTest, WebPagesDoNotPostWithWhatABrowserKnows) {
  rules_.post = {{"alerts", {"scraper", "grafana", "loopback"}}};
  auto post = post_to("/api/v1/alerts", basic("scraper", kPassword));
  post.add_header("Origin", "https://evil.example");
  EXPECT_EQ(status_of(post), 403);
  post.remote_address = "127.0.0.1";
  EXPECT_EQ(status_of(post), 403);
  auto by_token = post_to("/api/v1/alerts", bearer(kToken));
  by_token.add_header("Origin", "https://grafana.example");
  EXPECT_EQ(status_of(by_token), 0);
}

TEST_F(AccessTest, ReceiversTellOfFailures) {
  for (int i = 0; i < 10; ++i) {
    access().failed("192.0.2.1");
  }
  EXPECT_EQ(status_of(post_to("/api/v1/alerts", bearer("wrong"))), 429);
  EXPECT_EQ(status_of(request_for("/metrics", bearer(kToken))), 429);
  EXPECT_EQ(status_of(request_for("/metrics", bearer(kToken), "192.0.2.2")), 0);
}

TEST_F(AccessTest, PushesAreForTheHubToJudge) {
  EXPECT_EQ(status_of(post_to("/api/v1/push", bearer("a-clusters-token"))), 0);
  EXPECT_EQ(status_of(request_for("/api/v1/push")), 401);
}

TEST(PasswordCheck, BcryptKnowsTheRightOne) {
  EXPECT_TRUE(PasswordCheck::bcrypt_matches(kPassword, kHash));
  EXPECT_FALSE(PasswordCheck::bcrypt_matches("correct horsf", kHash));
  EXPECT_FALSE(PasswordCheck::bcrypt_matches("", kHash));
  EXPECT_FALSE(PasswordCheck::bcrypt_matches(kPassword, "$2y$05$"));
  EXPECT_FALSE(PasswordCheck::bcrypt_matches(kPassword, ""));
}

TEST(PasswordCheck, OneRunsAtATimeAndFewWait) {
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  std::latch first(1);
  std::latch go(1);
  PasswordCheck check([&](const std::string& /*password*/, const std::string& /*hash*/) {
    most = std::max<int>(most, ++running);
    if (running == 1) {
      static std::once_flag once;
      std::call_once(once, [&] { first.count_down(); });
    }
    go.wait();
    --running;
    return false;
  });
  const PasswordCheck::Users users = {{"a", kHash}};
  std::atomic<int> busy = 0;
  std::atomic<int> bad = 0;
  std::vector<std::jthread> threads;
  const auto ask = [&] {
    const auto result = check.check(users, "a", "wrong");
    ++(result == PasswordCheck::Result::busy ? busy : bad);
  };
  threads.emplace_back(ask);
  first.wait();
  for (std::size_t i = 0; i < PasswordCheck::kMaxWaiting + 5; ++i) {
    threads.emplace_back(ask);
  }
  while (busy < 5) {
    std::this_thread::yield();
  }
  go.count_down();
  threads.clear();
  EXPECT_EQ(busy, 5);
  EXPECT_EQ(bad, static_cast<int>(PasswordCheck::kMaxWaiting) + 1);
  EXPECT_EQ(most, 1);
}

TEST(PasswordCheck, AUserThatIsNotThereIsNeverGood) {
  PasswordCheck check([](const std::string& /*password*/, const std::string& /*hash*/) { return true; });
  EXPECT_EQ(check.check({{"a", kHash}}, "b", "x"), PasswordCheck::Result::bad);
  EXPECT_EQ(check.check({}, "b", "x"), PasswordCheck::Result::bad);
  EXPECT_FALSE(check.is_known({{"a", kHash}}, "b", "x"));
  EXPECT_EQ(check.check({{"a", kHash}}, "a", "x"), PasswordCheck::Result::good);
}

TEST(PasswordCheck, KeepsOnlySoMany) {
  int compared = 0;
  PasswordCheck check([&](const std::string& /*password*/, const std::string& /*hash*/) {
    ++compared;
    return true;
  });
  const PasswordCheck::Users users = {{"a", kHash}};
  for (std::size_t i = 0; i <= PasswordCheck::kMaxKept; ++i) {
    EXPECT_EQ(check.check(users, "a", std::to_string(i)), PasswordCheck::Result::good);
  }
  EXPECT_EQ(compared, static_cast<int>(PasswordCheck::kMaxKept) + 1);
  EXPECT_FALSE(check.is_known(users, "a", "0"));
  EXPECT_TRUE(check.is_known(users, "a", "1"));
  // Where one part ends counts.
  EXPECT_FALSE(check.is_known({{"a1", kHash}}, "a1", ""));
}

TEST(FailureLimits, AddressesAreBounded) {
  FailureLimits limits;
  const auto now = FailureLimits::Clock::time_point(1h);
  for (int i = 0; i < 12; ++i) {
    limits.failed("192.0.2.1", now);
  }
  for (std::size_t i = 0; i < 3 * FailureLimits::kMaxAddresses; ++i) {
    limits.failed(std::to_string(i), now);
  }
  EXPECT_TRUE(limits.is_blocked("192.0.2.1", now));  // who failed most is remembered
  EXPECT_FALSE(limits.is_blocked("192.0.2.1", now + 2s));
}

}  // namespace
}  // namespace glusterfs_exporter::web

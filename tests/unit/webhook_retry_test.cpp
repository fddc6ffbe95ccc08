#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "webhook/retry.hpp"
#include "webhook/signature.hpp"

namespace glusterfs_exporter::webhook {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

TEST(WebhookBackoff, DoublesUpToAMinuteAndTakesUpToHalfOff) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    Backoff backoff{std::minstd_rand(seed)};
    for (const milliseconds longest : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
      const auto wait = backoff.next();
      EXPECT_LE(wait, longest);
      EXPECT_GE(wait, longest / 2);
    }
    backoff.reset();
    EXPECT_LE(backoff.next(), 1s);
  }
}

TEST(WebhookBackoff, IsNotTheSameForAll) {
  Backoff one{std::minstd_rand(1)};
  Backoff other{std::minstd_rand(2)};
  EXPECT_NE(std::pair(one.next(), one.next()), std::pair(other.next(), other.next()));
}

TEST(RetryAfter, IsSecondsOrADate) {
  const std::chrono::sys_seconds now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;
  const std::vector<std::pair<std::string, std::optional<milliseconds>>> cases = {
      {"0", 0ms},
      {"120", 120s},
      {"3600", 1h},
      {"3601", 1h},
      {"99999999999999999999", 1h},
      {"Sat, 21 Nov 2026 12:00:30 GMT", 30s},
      {"Sat, 21 Nov 2026 11:00:00 GMT", 0s},
      {"Sun, 22 Nov 2026 12:00:00 GMT", 1h},
      {"Fri, 31 Dec 9999 23:59:59 GMT", 1h},
      {"soon", std::nullopt},
      {"-5", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [value, wait] : cases) {
    EXPECT_EQ(parse_retry_after(value, now), wait) << value;
  }
}

/// The example of the Standard Webhooks specification.
TEST(WebhookSignature, IsTheOneOfTheSpecification) {
  const auto key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_EQ(key.size(), 24U);
  EXPECT_EQ(webhook_signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, KeysAreBase64OrAnyText) {
  EXPECT_EQ(signing_key("whsec_YWI="), "ab");
  EXPECT_EQ(signing_key("whsec_YQ=="), "a");
  EXPECT_EQ(signing_key("plain-secret"), "plain-secret");
  EXPECT_EQ(signing_key("whsec_"), "");
  EXPECT_EQ(signing_key("whsec_abc"), "");
  EXPECT_EQ(signing_key("whsec_*bc="), "");
}

}  // namespace
}  // namespace glusterfs_exporter::webhook

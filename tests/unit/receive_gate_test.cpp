#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "receive/gate.hpp"

namespace glusterfs_exporter::receive {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

constexpr std::int64_t kIssued = 1795262400;
constexpr auto kNow = std::chrono::system_clock::time_point(std::chrono::seconds(kIssued));
constexpr std::string_view kSecret = "secret-secret";
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";

std::string base64url(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(text.find_first_of(std::string_view("=\0", 2)));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::string token_of(std::string_view header, std::string_view payload, std::string_view secret = kSecret) {
  const auto text = base64url(header) + "." + base64url(payload);
  std::string signature(32, '\0');
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(signature.data()), nullptr);
  return text + "." + base64url(signature);
}

/// What glustereventsd says, with `changes` to it.
std::string claims(const json& changes = json::object()) {
  json all = {{"exp", kIssued + 60}, {"iss", "gluster"}, {"sub", "VOLUME_STOP"}, {"iat", kIssued}};
  all.merge_patch(changes);
  return all.dump();
}

std::string problem_of(std::string_view token, std::chrono::system_clock::time_point now = kNow) {
  const auto checked = check_jwt(token, kSecret, now);
  return checked ? "" : checked.error();
}

TEST(Jwt, OneThatPythonMadeIsGood) {
  // hmac and base64 of Python 3 put together as get_jwt_token in gfevents/utils.py means to.
  const auto checked = check_jwt(
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
      "eyJleHAiOjE3OTUyNjI0NjAsImlhdCI6MTc5NTI2MjQwMCwiaXNzIjoiZ2x1c3RlciIsInN1YiI6IlZPTFVNRV9TVE9QIn0."
      "XK4ebeYgNIpe6bU31sIONENzGVi66qrNiW1NcyPVtso",
      kSecret, kNow);
  ASSERT_TRUE(checked) << checked.error();
  EXPECT_EQ(checked->event, "VOLUME_STOP");
  EXPECT_EQ(checked->time, kIssued);
}

TEST(Jwt, IsGoodUntilItExpires) {
  const auto token = token_of(kHeader, claims());
  EXPECT_EQ(problem_of(token, kNow), "");
  EXPECT_EQ(problem_of(token, kNow + 120s), "");  // the clocks may differ by a minute
  EXPECT_THAT(problem_of(token, kNow + 121s), HasSubstr("it expired 61 s ago"));
  EXPECT_EQ(problem_of(token, kNow - 60s), "");
  EXPECT_THAT(problem_of(token, kNow - 61s), HasSubstr("it was issued 61 s in the future"));
  EXPECT_THAT(problem_of(token_of(kHeader, claims({{"exp", kIssued + 3601}}))),
              HasSubstr("good for more than an hour"));
  EXPECT_THAT(problem_of(token_of(kHeader, claims({{"exp", UINT64_MAX}}))), HasSubstr("seconds since 1970"));
  EXPECT_THAT(problem_of(token_of(kHeader, claims({{"exp", nullptr}}))), HasSubstr("exp is missing"));
  EXPECT_THAT(problem_of(token_of(kHeader, claims({{"iat", "now"}}))),
              HasSubstr("iat must be a whole number"));
  EXPECT_THAT(problem_of(token_of(kHeader, claims({{"iss", "somebody"}}))), HasSubstr("must be gluster"));
}

TEST(Jwt, OnlyHs256WithTheSecretCounts) {
  EXPECT_THAT(problem_of(token_of(kHeader, claims(), "other-secret")),
              HasSubstr("not signed with the secret"));
  EXPECT_THAT(problem_of(token_of(R"({"alg":"none"})", claims())), HasSubstr("must be HS256, is 'none'"));
  EXPECT_THAT(problem_of(base64url(R"({"alg":"none"})") + "." + base64url(claims()) + "."),
              HasSubstr("must be HS256, is 'none'"));
  EXPECT_THAT(problem_of(token_of(R"({"alg":"hs256"})", claims())), HasSubstr("must be HS256"));
  EXPECT_THAT(problem_of(token_of(R"({"alg":"RS256"})", claims())), HasSubstr("must be HS256"));
  EXPECT_THAT(problem_of(token_of(R"({"alg":["HS256"]})", claims())), HasSubstr("alg must be a text"));
  EXPECT_THAT(problem_of(token_of(R"({"alg":"HS256","crit":["b64"]})", claims())), HasSubstr("critical"));
  auto cut = token_of(kHeader, claims());
  cut.pop_back();
  EXPECT_THAT(problem_of(cut), HasSubstr("not signed"));
  EXPECT_THAT(problem_of(base64url(kHeader) + "." + base64url(claims()) + "."), HasSubstr("not signed"));
}

TEST(Jwt, NonsenseIsRefused) {
  EXPECT_THAT(problem_of(""), HasSubstr("three parts"));
  EXPECT_THAT(problem_of("a.b"), HasSubstr("three parts"));
  EXPECT_THAT(problem_of("a.b.c.d"), HasSubstr("three parts"));
  EXPECT_THAT(problem_of("!.b.c"), HasSubstr("header is not base64url"));
  EXPECT_THAT(problem_of("e30.e30."), HasSubstr("alg is missing"));
  EXPECT_THAT(problem_of(std::string(5000, 'a')), HasSubstr("longer than 4096"));
  EXPECT_THAT(problem_of(token_of(kHeader, "[]")), HasSubstr("must be an object"));
}

int status_of(const Gate& gate, const Post& post) {
  const auto admitted = gate.admit(post, kNow);
  return admitted ? 200 : admitted.error().status;
}

TEST(Gate, WithoutATokenOnlyThisMachineMayPost) {
  const Gate gate("alerts", "");
  EXPECT_EQ(status_of(gate, {.remote_address = "127.0.0.1", .authorization = {}, .body = {}}), 200);
  EXPECT_EQ(status_of(gate, {.remote_address = "127.1.5.1", .authorization = "Bearer x", .body = {}}), 200);
  EXPECT_EQ(
      status_of(gate,
                {.remote_address = "127.0.0.1", .authorization = {}, .from_web_page = true, .body = {}}),
      403);
  const auto refused = gate.admit({.remote_address = "10.0.0.1", .authorization = {}, .body = {}}, kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 403);
  EXPECT_EQ(refused.error().outcome, Outcome::unauthorized);
  EXPECT_THAT(refused.error().text, HasSubstr("alerts.token_file"));
}

TEST(Gate, TheTokenIsAskedForFromThisMachineToo) {
  const Gate gate("alerts", "right-token");
  const auto with = [&](std::string_view authorization) {
    return status_of(gate, {.remote_address = "127.0.0.1", .authorization = authorization, .body = {}});
  };
  EXPECT_EQ(with("Bearer right-token"), 200);
  EXPECT_EQ(with("bEARER  right-token"), 200);
  for (const auto* wrong :
       {"", "Bearer", "Bearer ", "Bearer right-toke", "Bearer right-token2", "Bearer right-tokeN",
        "Basic right-token", "right-token", "Bearer right-token "}) {
    EXPECT_EQ(with(wrong), 401) << wrong;
  }
}

TEST(Gate, TokenAndSecretMayBothBeSet) {
  const Gate gate("gluster_events", "right-token", std::string(kSecret));
  const auto jwt = "Bearer " + token_of(kHeader, claims());
  const auto by_jwt = gate.admit({.remote_address = "10.0.0.1", .authorization = jwt, .body = {}}, kNow);
  ASSERT_TRUE(by_jwt);
  ASSERT_TRUE(*by_jwt);
  EXPECT_EQ((*by_jwt)->event, "VOLUME_STOP");
  const auto by_token =
      gate.admit({.remote_address = "10.0.0.1", .authorization = "Bearer right-token", .body = {}}, kNow);
  ASSERT_TRUE(by_token);
  EXPECT_FALSE(*by_token);
  EXPECT_EQ(
      status_of(gate, {.remote_address = "127.0.0.1", .authorization = "Bearer secret-secret", .body = {}}),
      401);
}

}  // namespace
}  // namespace glusterfs_exporter::receive

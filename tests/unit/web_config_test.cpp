#include "config/web_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace glusterfs_exporter::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr const char* kHash = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";

std::string problem_of(std::string_view text) {
  const auto config = read_web_config(text, "/etc/web.yml");
  return config ? "" : config.error().place + ": " + config.error().message;
}

TEST(WebConfig, AnEmptyFileTurnsNothingOn) {
  for (const auto* text : {"", "{}", "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n",
                           "tls_server_config: {min_version: TLS13}"}) {
    const auto config = read_web_config(text, "web.yml");
    ASSERT_TRUE(config) << text;
    EXPECT_FALSE(config->tls) << text;
    EXPECT_TRUE(config->headers.empty()) << text;
    EXPECT_TRUE(config->users.empty()) << text;
  }
}

TEST(WebConfig, EveryKeyIsRead) {
  const auto config = read_web_config(std::string(R"(
tls_server_config:
  cert_file: tls/server.pem
  key_file: /keys/server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ../ca.pem
  min_version: TLS12
  max_version: TLS12
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: no
  curve_preferences: [X25519, CurveP384]
http_server_config:
  http2: off
  headers:
    Content-Security-Policy: "default-src 'self'"
    X-Frame-Options: sameorigin
    X-XSS-Protection: 1
    Strict-Transport-Security: ""
basic_auth_users:
  alice: )") + kHash +
                                          "\n  Bob the builder: " + kHash,
                                      "/etc/exporter/web.yml");
  ASSERT_TRUE(config) << config.error().place << ": " << config.error().message;
  ASSERT_TRUE(config->tls);
  const auto& tls = *config->tls;
  EXPECT_EQ(tls.cert_file, "/etc/exporter/tls/server.pem");
  EXPECT_EQ(tls.key_file, "/keys/server.key");
  EXPECT_EQ(tls.client_ca_file, "/etc/exporter/../ca.pem");
  EXPECT_EQ(tls.client_auth, ClientAuth::require_verified);
  EXPECT_EQ(tls.min_version, TlsVersion::tls12);
  EXPECT_EQ(tls.max_version, TlsVersion::tls12);
  EXPECT_THAT(tls.cipher_suites,
              ElementsAre("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"));
  EXPECT_FALSE(tls.prefer_server_cipher_suites);
  EXPECT_THAT(tls.curves, ElementsAre("X25519", "CurveP384"));
  EXPECT_THAT(config->headers,
              ElementsAre(Pair("Content-Security-Policy", "default-src 'self'"),
                          Pair("X-Frame-Options", "sameorigin"), Pair("X-XSS-Protection", "1")));
  EXPECT_THAT(config->users, ElementsAre(Pair("Bob the builder", kHash), Pair("alice", kHash)));
}

TEST(WebConfig, WhatIsLeftOutIsSafe) {
  const auto config = read_web_config("tls_server_config: {cert_file: a, key_file: b}", "web.yml");
  ASSERT_TRUE(config && config->tls);
  EXPECT_EQ(config->tls->cert_file, "a");
  EXPECT_EQ(config->tls->min_version, TlsVersion::tls12);
  EXPECT_EQ(config->tls->max_version, TlsVersion::tls13);
  EXPECT_EQ(config->tls->client_auth, ClientAuth::none);
  EXPECT_TRUE(config->tls->prefer_server_cipher_suites);
}

TEST(WebConfig, WhatIsWrongIsNamedWithItsLine) {
  const std::string tls = "tls_server_config:\n  cert_file: a\n  key_file: b\n";
  EXPECT_THAT(problem_of("\ntsl_server_config: {}"),
              HasSubstr("/etc/web.yml:2: unknown key 'tsl_server_config'; known are: tls_server_config"));
  EXPECT_THAT(problem_of(tls + "  client_allowed_sans: [a]"), HasSubstr("web.yml:4: unknown key"));
  EXPECT_THAT(
      problem_of(tls + "  min_version: TLS14"),
      HasSubstr("web.yml:4: tls_server_config.min_version: must be one of TLS10, TLS11, TLS12, TLS13"));
  EXPECT_THAT(problem_of(tls + "  min_version: TLS13\n  max_version: TLS12"), HasSubstr("web.yml:4: "));
  EXPECT_THAT(problem_of("tls_server_config: {cert_file: a}"), HasSubstr("key_file: is missing"));
  EXPECT_THAT(problem_of("tls_server_config: {key_file: a}"), HasSubstr("cert_file: is missing"));
  EXPECT_THAT(problem_of("tls_server_config: {client_auth_type: NoClientCert}"), HasSubstr("is missing"));
  EXPECT_THAT(problem_of(tls + "  client_ca_file: c"), HasSubstr("client_auth_type: must be set"));
  EXPECT_THAT(problem_of(tls + "  client_auth_type: RequireAndVerifyClientCert"),
              HasSubstr("client_ca_file: is missing"));
  EXPECT_THAT(problem_of(tls + "  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]"), HasSubstr("web.yml:4: "));
  EXPECT_THAT(problem_of(tls + "  curve_preferences: [P256]"), HasSubstr("must be one of CurveP256"));
  EXPECT_THAT(problem_of(tls + "  prefer_server_cipher_suites: \"true\""), HasSubstr("without quotes"));
  EXPECT_THAT(problem_of("http_server_config: {headers: {X-Foo: bar}}"),
              HasSubstr("must be one of Content-"));
  EXPECT_THAT(problem_of("http_server_config: {headers: {X-Frame-Options: DENY}}"),
              HasSubstr("must be deny or sameorigin"));
  EXPECT_THAT(problem_of("http_server_config: {headers: {X-XSS-Protection: \"1\\r\\nSet-Cookie: a\"}}"),
              HasSubstr("printable ASCII"));
  EXPECT_THAT(problem_of("basic_auth_users: [a]"), HasSubstr("must be a mapping"));
  EXPECT_THAT(problem_of(std::string("basic_auth_users:\n  a: ") + kHash + "\n  a: " + kHash),
              HasSubstr("web.yml:3: key 'a' in basic_auth_users is repeated"));
}

TEST(WebConfig, APasswordInPlaceOfItsHashIsNotShown) {
  const auto problem = problem_of("basic_auth_users: {a: hunter2}");
  EXPECT_THAT(problem, HasSubstr("basic_auth_users.a: must be a bcrypt hash"));
  EXPECT_EQ(problem.find("hunter2"), std::string::npos);
}

TEST(WebConfig, HashesAreThoseThatCanBeChecked) {
  const auto with = [](std::string_view begin, std::size_t more) {
    return problem_of("basic_auth_users: {a: " + std::string(begin) + std::string(more, 'a') + "}");
  };
  EXPECT_EQ(with("$2y$10$", 53), "");
  EXPECT_EQ(with("$2a$04$", 53), "");
  EXPECT_EQ(with("$2b$16$", 53), "");
  EXPECT_THAT(with("$2y$17$", 53), HasSubstr("cost from 4 to 16, is of 17"));
  EXPECT_THAT(with("$2y$03$", 53), HasSubstr("cost from 4 to 16"));
  EXPECT_THAT(with("$2x$10$", 53), HasSubstr("bcrypt hash"));
  EXPECT_THAT(with("$2y$10$", 52), HasSubstr("bcrypt hash"));
  EXPECT_THAT(with("$2y$10$", 54), HasSubstr("bcrypt hash"));
  EXPECT_THAT(with("$2y$1a$", 53), HasSubstr("bcrypt hash"));
  EXPECT_THAT(with("$6$10aa$", 52), HasSubstr("bcrypt hash"));
  EXPECT_EQ(bcrypt_cost("$2y$12$"), 12);
}

}  // namespace
}  // namespace glusterfs_exporter::config

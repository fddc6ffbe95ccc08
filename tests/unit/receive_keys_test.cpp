#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "receive/keys.hpp"

namespace glusterfs_exporter::receive {
namespace {

using testing::HasSubstr;

class KeysTest : public testing::Test {
 protected:
  std::string file_of(const std::string& text) {
    const auto path =
        testing::TempDir() + "receive_keys_" + std::to_string(getpid()) + "_" + std::to_string(++files);
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  /// What is wrong with a token file that holds this.
  std::string problem_of(const std::string& text) {
    config::Config config;
    config.alerts.token_file = file_of(text);
    const auto keys = read_keys(config);
    return keys ? "" : keys.error().message;
  }

  int files = 0;
};

TEST_F(KeysTest, AFileHoldsOneLine) {
  config::Config config;
  config.gluster_events = {.token_file = file_of("token-token\n"), .secret_file = file_of("secret-secret")};
  config.alerts.token_file = file_of("alert-token\r\n");
  const auto keys = read_keys(config);
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->events_token, "token-token");
  EXPECT_EQ(keys->events_secret, "secret-secret");
  EXPECT_EQ(keys->alerts_token, "alert-token");
}

TEST_F(KeysTest, WithoutFilesThereAreNone) {
  const auto keys = read_keys({});
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->events_token + keys->events_secret + keys->alerts_token, "");
}

TEST_F(KeysTest, MistakesNameWhereTheFileIsNamedAndShowNothingOfIt) {
  EXPECT_THAT(problem_of(""), HasSubstr("must hold 8 to 1024 characters, holds 0"));
  EXPECT_THAT(problem_of("short\n"), HasSubstr("holds 5"));
  EXPECT_THAT(problem_of(std::string(1025, 'x')), HasSubstr("holds 1025"));
  EXPECT_THAT(problem_of("two\nlines-of-text\n"), HasSubstr("one line of visible ASCII characters"));
  EXPECT_THAT(problem_of("with a space in it"), HasSubstr("one line of visible ASCII characters"));
  EXPECT_EQ(problem_of("secret with space").find("secret with"), std::string::npos);
  config::Config config;
  config.gluster_events.secret_file = "/nonexistent/secret";
  config.origins["gluster_events.secret_file"] = "x.yml:7";
  const auto keys = read_keys(config);
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().place, "x.yml:7");
  EXPECT_EQ(keys.error().message,
            "gluster_events.secret_file: /nonexistent/secret cannot be read: No such file or directory");
}

TEST_F(KeysTest, EachClusterThatPushesHasItsToken) {
  config::Config config;
  config.pushed_clusters["east"].token_file = file_of("token-of-east\n");
  config.pushed_clusters["west"].token_file = file_of("token-of-west\n");
  const auto keys = read_keys(config);
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->push_tokens, (std::map<std::string, std::string, std::less<>>{{"east", "token-of-east"},
                                                                                {"west", "token-of-west"}}));
}

TEST_F(KeysTest, NoTwoClustersHaveTheSame) {
  config::Config config;
  config.pushed_clusters["east"].token_file = file_of("the-same-token\n");
  config.pushed_clusters["north"].token_file = file_of("another-token\n");
  config.pushed_clusters["west"].token_file = file_of("the-same-token");
  config.origins["push.clusters.west.token_file"] = "x.yml:9";
  const auto keys = read_keys(config);
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().place, "x.yml:9");
  EXPECT_THAT(keys.error().message, HasSubstr("east and west have the same token"));
  EXPECT_EQ(keys.error().message.find("the-same-token"), std::string::npos);
}

TEST_F(KeysTest, NoClusterThatPushesIsCalledLikeTheOwn) {
  config::Config config;
  config.pushed_clusters["local"].token_file = file_of("some-token\n");
  const auto keys = read_keys(config);
  ASSERT_FALSE(keys);
  EXPECT_THAT(keys.error().message, HasSubstr("the hub's own cluster is called local"));
}

}  // namespace
}  // namespace glusterfs_exporter::receive

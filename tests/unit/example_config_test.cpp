#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "collect/table.hpp"
#include "config/config.hpp"
#include "support/source_dir.hpp"

namespace glusterfs_exporter::config {
namespace {

std::string example() {
  const std::ifstream file(test::source_dir() / "config/glusterfs_exporter.yml");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The example with every setting in force: in front of a setting the # stands in the first column, and prose
/// has one space behind it.
std::string uncommented(const std::string& text) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    const bool prose = line == "#" || (line.starts_with("# ") && !line.starts_with("#  "));
    if (line.starts_with('#') && !prose) {
      line.erase(0, 1);
    }
    result += line + "\n";
  }
  return result;
}

void expect_equal(const Config& actual, const Config& expected) {
  EXPECT_EQ(actual.web.listen_address, expected.web.listen_address);
  EXPECT_EQ(actual.web.telemetry_path, expected.web.telemetry_path);
  EXPECT_EQ(actual.web.max_viewers, expected.web.max_viewers);
  EXPECT_EQ(actual.web.config_file, expected.web.config_file);
  EXPECT_EQ(actual.cluster.token_file, expected.cluster.token_file);
  EXPECT_EQ(actual.cluster.tls.ca_file, expected.cluster.tls.ca_file);
  EXPECT_EQ(actual.cluster.tls.cert_file, expected.cluster.tls.cert_file);
  EXPECT_EQ(actual.cluster.tls.key_file, expected.cluster.tls.key_file);
  EXPECT_EQ(actual.cluster.tls.server_name, expected.cluster.tls.server_name);
  EXPECT_EQ(actual.gluster.path, expected.gluster.path);
  EXPECT_EQ(actual.gluster.socket, expected.gluster.socket);
  EXPECT_EQ(actual.gluster.query_timeout, expected.gluster.query_timeout);
  EXPECT_EQ(actual.gluster.transaction_timeout, expected.gluster.transaction_timeout);
  EXPECT_EQ(actual.gluster.crawl_timeout, expected.gluster.crawl_timeout);
  EXPECT_EQ(actual.log.level, expected.log.level);
  EXPECT_EQ(actual.gluster.source, expected.gluster.source);
  EXPECT_EQ(actual.cluster.leader, expected.cluster.leader);
  EXPECT_EQ(actual.cluster.exporter_port, expected.cluster.exporter_port);
  EXPECT_EQ(actual.log.format, expected.log.format);
  EXPECT_EQ(actual.gluster_events.token_file, expected.gluster_events.token_file);
  EXPECT_EQ(actual.gluster_events.secret_file, expected.gluster_events.secret_file);
  EXPECT_EQ(actual.alerts.token_file, expected.alerts.token_file);
  EXPECT_EQ(actual.alerts.expire_after, expected.alerts.expire_after);
  EXPECT_EQ(actual.hub, expected.hub);
  EXPECT_EQ(actual.webhook.spool_directory, expected.webhook.spool_directory);
  EXPECT_EQ(actual.top.files, expected.top.files);
  EXPECT_EQ(actual.volume_options, expected.volume_options);
  ASSERT_EQ(actual.collectors.size(), expected.collectors.size());
  for (const auto& [name, settings] : expected.collectors) {
    ASSERT_TRUE(actual.collectors.contains(name)) << name;
    EXPECT_EQ(actual.collectors.at(name).enabled, settings.enabled) << name;
    EXPECT_EQ(actual.collectors.at(name).interval, settings.interval) << name;
  }
}

TEST(ExampleConfig, SetsNothingAsItIs) {
  Config config = default_config(collect::collector_defaults());
  const auto applied = apply_yaml(example(), "example.yml", config);
  ASSERT_TRUE(applied) << applied.error().place << ": " << applied.error().message;
  expect_equal(config, default_config(collect::collector_defaults()));
  EXPECT_TRUE(config.origins.empty());
}

/// A configuration in which no setting is the default.
Config other_than_default() {
  Config config = default_config(collect::collector_defaults());
  config.web = {.listen_address = "127.0.0.1:1", .telemetry_path = "/other", .config_file = "/other"};
  config.gluster = {.path = "/other",
                    .socket = "/other.sock",
                    .source = SourceChoice::cli,
                    .query_timeout = std::chrono::seconds(1),
                    .transaction_timeout = std::chrono::seconds(1),
                    .crawl_timeout = std::chrono::seconds(1)};
  config.cluster = {
      .leader = LeaderChoice::never,
      .exporter_port = 1,
      .token_file = "/other",
      .tls = {.ca_file = "/other", .cert_file = "/other", .key_file = "/other", .server_name = "o"}};
  config.log = {.level = "error", .format = LogFormat::json};
  config.gluster_events = {.token_file = "/other", .secret_file = "/other"};
  config.alerts = {.token_file = "/other", .expire_after = std::chrono::hours(1)};
  config.hub = true;
  config.webhook.spool_directory = "/other";
  config.top.files = 99;
  config.volume_options = {"other.option"};
  for (auto& [name, settings] : config.collectors) {
    settings.enabled = !settings.enabled;
    settings.interval += std::chrono::seconds(1);
  }
  return config;
}

TEST(ExampleConfig, ShowsEverySettingWithItsDefault) {
  Config config = other_than_default();
  const auto applied = apply_yaml(uncommented(example()), "example.yml", config);
  ASSERT_TRUE(applied) << applied.error().place << ": " << applied.error().message;
  expect_equal(config, default_config(collect::collector_defaults()));

  std::set<std::string> expected = {"web.listen_address",
                                    "web.telemetry_path",
                                    "web.max_viewers",
                                    "web.config_file",
                                    "gluster.path",
                                    "gluster.socket",
                                    "gluster.source",
                                    "gluster.timeouts.query",
                                    "gluster.timeouts.transaction",
                                    "gluster.timeouts.crawl",
                                    "cluster.leader",
                                    "cluster.exporter_port",
                                    "cluster.token_file",
                                    "cluster.tls.ca_file",
                                    "cluster.tls.cert_file",
                                    "cluster.tls.key_file",
                                    "cluster.tls.server_name",
                                    "gluster_events.token_file",
                                    "gluster_events.secret_file",
                                    "alerts.token_file",
                                    "alerts.expire_after",
                                    "hub",
                                    "webhook.spool_directory",
                                    "log.level",
                                    "log.format",
                                    "top.files",
                                    "volume_options"};
  for (const CollectorDefaults& collector : collect::collector_defaults()) {
    expected.insert("collectors." + std::string(collector.name) + ".enabled");
    expected.insert("collectors." + std::string(collector.name) + ".interval");
  }
  std::set<std::string> shown;
  for (const auto& [key, place] : config.origins) {
    shown.insert(key);
  }
  EXPECT_EQ(shown, expected);
}

/// What the example shows as an example, since it has no default: what is in a mapping that is empty. In
/// front of it the # stands in the third column.
std::string with_examples(const std::string& text) {
  std::istringstream lines(text);
  std::string result;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with(": {}")) {
      inside = true;
      line.erase(line.size() - 3);
    }
    inside = inside && !line.empty();
    if (inside && line.starts_with("  #")) {
      line.erase(2, 1);
    }
    result += line + "\n";
  }
  return result;
}

TEST(ExampleConfig, ShowsTargetsAndClustersThatAreGood) {
  std::string text = with_examples(uncommented(example()));
  const auto replace = [&text](std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  };
  replace("\nhub: false", "\nhub: true");
  replace("    basic_auth: {",
          "    # basic_auth: {");  // shown beside the token, instead of which it may stand
  Config config = default_config(collect::collector_defaults());
  const auto applied = apply_yaml(text, "example.yml", config);
  ASSERT_TRUE(applied) << applied.error().place << ": " << applied.error().message << text;
  ASSERT_EQ(config.webhook.targets.size(), 1U);
  const auto& target = config.webhook.targets.at("hub");
  EXPECT_EQ(target.url, "https://hub.example.com:9713/api/v1/push");
  EXPECT_EQ(target.headers.at("X-Scope-OrgID"), "storage");
  EXPECT_EQ(target.interval, std::chrono::seconds(30));
  const WebhookTarget defaults;
  EXPECT_EQ(target.timeout, defaults.timeout);
  EXPECT_EQ(target.gzip, defaults.gzip);
  EXPECT_EQ(target.send, defaults.send);
  EXPECT_EQ(target.format, defaults.format);
  EXPECT_EQ(target.queue_limit_bytes, defaults.queue_limit_bytes);
  EXPECT_EQ(config.access.token_files.at("grafana"), "/etc/glusterfs_exporter/grafana.token");
  EXPECT_EQ(config.access.read.size(), kReadGroups.size());
  EXPECT_EQ(config.access.read.at("metrics"), std::vector<std::string>{"grafana"});
  EXPECT_EQ(config.access.post.size(), kPostGroups.size());
  EXPECT_EQ(config.access.post.at("alerts"), std::vector<std::string>{"loopback"});
  EXPECT_EQ(config.pushed_clusters.at("east").token_file, "/etc/glusterfs_exporter/east.token");
}

}  // namespace
}  // namespace glusterfs_exporter::config

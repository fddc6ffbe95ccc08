#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "exchange/neighbours.hpp"
#include "exchange/node_document.hpp"
#include "web/server.hpp"

namespace glusterfs_exporter::exchange {
namespace {

using namespace std::chrono_literals;

model::NodeReport report_of(const std::string& uuid) {
  model::NodeReport report;
  report.peer_uuid = uuid;
  report.exporter_version = "0.1.0";
  report.gluster_version = "10.3";
  report.up = true;
  return report;
}

void add_brick(model::NodeReport& report, std::string path, std::string uuid) {
  auto& brick = report.bricks.emplace_back();
  brick.volume = "vol";
  brick.brick.id = {.host = "node", .path = std::move(path)};
  brick.brick.peer_uuid = std::move(uuid);
}

/// An exporter that serves this document.
std::unique_ptr<web::Server> serve(const std::string& address, std::string document) {
  web::Router router;
  router.get(
      "/api/v1/node", [body = std::make_shared<const std::string>(std::move(document))](const web::Request&) {
        return web::Response{.status = 200, .content_type = "application/json", .headers = {}, .body = body};
      });
  web::ServerOptions options;
  options.listen_address = address;
  options.logger = std::make_shared<spdlog::logger>("test");
  auto server = web::Server::start(std::move(options), std::move(router));
  EXPECT_TRUE(server) << server.error();
  return server ? *std::move(server) : nullptr;
}

/// Four nodes of one cluster on addresses of their own with one port.
class NeighboursTest : public testing::Test {
 protected:
  /// Starts the next node: the first is 127.0.0.11.
  void start(const std::string& document) {
    const auto host = fmt::format("127.0.0.{}", 11 + servers_.size());
    servers_.push_back(serve(fmt::format("{}:{}", host, port_), document));
    ASSERT_NE(servers_.back(), nullptr);
    port_ = servers_.back()->port();
  }

  Answers ask(const std::vector<Peer>& peers) const {
    Neighbours neighbours(port_, 30s, std::stop_token());
    return neighbours.ask(peers);
  }

  [[nodiscard]] std::string url(const std::string& host) const {
    return fmt::format("http://{}:{}/api/v1/node", host, port_);
  }

  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<web::Server>> servers_;
};

TEST_F(NeighboursTest, AsksEachAndReads) {
  auto first = report_of("u1");
  add_brick(first, "/b1", "u1");
  start(write_node_document(first));
  start(write_node_document(report_of("u2")));
  const auto answers = ask({{.uuid = "u2", .host = "127.0.0.12"},
                            {.uuid = "u1", .host = "127.0.0.11"},
                            {.uuid = "u3", .host = "127.0.0.13"},
                            {.uuid = "u4", .host = "no/host"}});
  ASSERT_EQ(answers.size(), 4);
  ASSERT_TRUE(answers.at("u1")) << answers.at("u1").error().context;
  EXPECT_EQ(write_node_document(*answers.at("u1")), write_node_document(first));
  ASSERT_TRUE(answers.at("u2")) << answers.at("u2").error().context;
  EXPECT_EQ(answers.at("u2")->peer_uuid, "u2");
  ASSERT_FALSE(answers.at("u3"));
  EXPECT_EQ(to_string(answers.at("u3").error().kind), "connect");
  EXPECT_EQ(answers.at("u3").error().context, url("127.0.0.13") + ": cannot connect: Connection refused");
  ASSERT_FALSE(answers.at("u4"));
  EXPECT_EQ(answers.at("u4").error().context, "'no/host' is not a host's name or address");
}

TEST_F(NeighboursTest, TellsOfEachCall) {
  start(write_node_document(report_of("u1")));
  std::map<std::string, std::string> told;
  Neighbours neighbours(port_, 30s, std::stop_token(), [&](const Call& call) {
    EXPECT_EQ(call.by, Asked::exporter);
    EXPECT_GT(call.duration.count(), 0);
    EXPECT_LT(call.duration, 30s);
    told[std::string(call.what)] = call.error == nullptr ? "ok" : std::string(to_string(call.error->kind));
  });
  neighbours.ask(std::vector<Peer>{{"u1", "127.0.0.11"}, {"u2", "127.0.0.12"}});
  EXPECT_EQ(told,
            (std::map<std::string, std::string>{{url("127.0.0.11"), "ok"}, {url("127.0.0.12"), "connect"}}));
}

TEST_F(NeighboursTest, RefusesTheWordOfAnotherNode) {
  start(write_node_document(report_of("u2")));
  const auto answers = ask({{.uuid = "u1", .host = "127.0.0.11"}});
  ASSERT_FALSE(answers.at("u1"));
  EXPECT_EQ(to_string(answers.at("u1").error().kind), "parse");
  EXPECT_EQ(answers.at("u1").error().context, url("127.0.0.11") + ": another node answered: u2, not u1");
}

TEST_F(NeighboursTest, DropsWhatANodeSaysOfOthers) {
  auto report = report_of("u1");
  add_brick(report, "/own", "u1");
  add_brick(report, "/foreign", "u2");
  add_brick(report, "/unmarked", "");
  for (const auto* uuid : {"u2", "u1", ""}) {
    report.daemons.push_back({.peer_uuid = uuid,
                              .host = fmt::format("host of '{}'", uuid),
                              .kind = model::DaemonKind::glusterd,
                              .online = true,
                              .process = {}});
  }
  start(write_node_document(report));
  const auto answers = ask({{.uuid = "u1", .host = "127.0.0.11"}});
  ASSERT_TRUE(answers.at("u1")) << answers.at("u1").error().context;
  std::vector<std::string> kept;
  for (const auto& brick : answers.at("u1")->bricks) {
    kept.push_back(brick.brick.id.path + " " + brick.brick.peer_uuid);
  }
  for (const auto& daemon : answers.at("u1")->daemons) {
    kept.push_back(daemon.host + " " + daemon.peer_uuid);
  }
  EXPECT_THAT(kept, testing::ElementsAre("/own u1", "/unmarked u1", "host of 'u1' u1", "host of '' u1"));
}

TEST_F(NeighboursTest, NamesTheNodeWhoseDocumentIsBad) {
  start(R"({"schema":1})");
  const auto answers = ask({{.uuid = "u1", .host = "127.0.0.11"}});
  ASSERT_FALSE(answers.at("u1"));
  EXPECT_EQ(to_string(answers.at("u1").error().kind), "parse");
  EXPECT_EQ(answers.at("u1").error().context, url("127.0.0.11") + ": schema must be a text");
}

TEST_F(NeighboursTest, AsksTheFirstOfPeersWithOneUuid) {
  start(write_node_document(report_of("u1")));
  const auto answers = ask({{.uuid = "u1", .host = "127.0.0.11"}, {.uuid = "u1", .host = "127.0.0.12"}});
  ASSERT_EQ(answers.size(), 1);
  EXPECT_TRUE(answers.at("u1")) << answers.at("u1").error().context;
  EXPECT_TRUE(ask({}).empty());
}

TEST_F(NeighboursTest, AsksNobodyOnceStopped) {
  start(write_node_document(report_of("u1")));
  std::stop_source stop;
  stop.request_stop();
  Neighbours neighbours(port_, 30s, stop.get_token());
  const auto answers = neighbours.ask(std::vector<Peer>{{.uuid = "u1", .host = "127.0.0.11"}});
  ASSERT_FALSE(answers.at("u1"));
  EXPECT_EQ(to_string(answers.at("u1").error().kind), "cancelled");
}

TEST(ExporterUrl, TakesNamesAndAddresses) {
  EXPECT_EQ(exporter_url("node-1_a.example", 9713, "/api/v1/node").value_or(""),
            "http://node-1_a.example:9713/api/v1/node");
  EXPECT_EQ(exporter_url("10.0.0.1", 1, "/api/v1/node").value_or(""), "http://10.0.0.1:1/api/v1/node");
  EXPECT_EQ(exporter_url("fd00::1", 9713, "/api/v1/node").value_or(""), "http://[fd00::1]:9713/api/v1/node");
  EXPECT_EQ(exporter_url("::ffff:10.0.0.1", 9713, "/api/v1/node").value_or(""),
            "http://[::ffff:10.0.0.1]:9713/api/v1/node");
  EXPECT_TRUE(exporter_url(std::string(253, 'a'), 9713, "/"));
}

TEST(ExporterUrl, TakesNothingElse) {
  for (const auto& host :
       std::vector<std::string>{"", "a b", "a/b", "a:80", "user@a", "a?b", "a#b", "a%41", "[::1]", "::1]",
                                "fe80::1%eth0", "a\n", "a\\b", std::string("a\0b", 3),
                                std::string("::1\0.evil", 9), "\xc3\xa4", "\xff", std::string(254, 'a')}) {
    const auto url = exporter_url(host, 9713, "/api/v1/node");
    ASSERT_FALSE(url) << *url;
    EXPECT_EQ(to_string(url.error().kind), "connect");
  }
  EXPECT_EQ(exporter_url("\xff/", 9713, "/api/v1/node").error().context,
            "'\xEF\xBF\xBD/' is not a host's name or address");
}

}  // namespace
}  // namespace glusterfs_exporter::exchange

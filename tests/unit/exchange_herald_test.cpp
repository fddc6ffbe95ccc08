#include <gtest/gtest.h>

#include <atomic>

#include "exchange/herald.hpp"
#include "support/eventually.hpp"
#include "support/raw_server.hpp"
#include "web/server.hpp"

namespace glusterfs_exporter::exchange {
namespace {

using namespace std::chrono_literals;
using test::eventually;

model::NodeReport report(bool brick_online, bool daemon_online = true) {
  model::NodeReport report;
  report.up = true;
  report.bricks.resize(1);
  report.bricks[0].brick.id = {"node1", "/srv/b"};
  report.bricks[0].brick.online = brick_online;
  report.daemons.push_back({"uuid1", "node1", model::DaemonKind::self_heal, daemon_online, {}, false});
  return report;
}

class HeraldTest : public testing::Test {
 protected:
  HeraldTest() {
    web::Router router;
    router.get("/api/v1/news", [this](const web::Request&) {
      ++heard_;
      return web::text_response(200, "thanks\n");
    });
    web::ServerOptions options;
    options.listen_address = "127.0.0.21:0";
    options.logger = std::make_shared<spdlog::logger>("test");
    auto server = web::Server::start(std::move(options), std::move(router));
    EXPECT_TRUE(server) << server.error();
    server_ = *std::move(server);
  }

  std::atomic<int> heard_ = 0;
  std::unique_ptr<web::Server> server_;
};

TEST_F(HeraldTest, TellsOfWhatBeginsOrCeasesToRun) {
  Herald herald(server_->port(), 5s);
  herald.start();
  const std::vector<std::string> hosts{"127.0.0.22", "no such host/", "127.0.0.21"};  // of which one is there
  herald.take(report(true), hosts);
  herald.take(report(true), hosts);
  herald.take(report(false), hosts);
  EXPECT_TRUE(eventually([&] { return heard_ == 1; }))
      << heard_ << ": the first is no news, nor is the same again";
  herald.take(report(false), hosts);
  herald.take(report(false, false), hosts);
  EXPECT_TRUE(eventually([&] { return heard_ == 2; })) << heard_;
  auto gone = report(false, false);
  gone.up = false;
  herald.take(gone, hosts);
  EXPECT_TRUE(eventually([&] { return heard_ == 3; })) << heard_;
}

TEST_F(HeraldTest, EndsInTheMiddle) {
  test::RawServer silent([](test::RawConnection& connection) { connection.wait_until_closed(); });
  Herald herald(silent.port(), 1h);
  herald.take(report(true), {});
  herald.take(report(false), {"127.0.0.1"});
  herald.start();
  EXPECT_TRUE(eventually([&] { return silent.connections() == 1; }));
  herald.stop();
}

}  // namespace
}  // namespace glusterfs_exporter::exchange

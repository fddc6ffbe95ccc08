#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "gluster/cli/cli_source.hpp"
#include "gluster/rpc/brick_client.hpp"
#include "gluster/rpc/glusterd_client.hpp"
#include "support/same_records.hpp"

/// Both ways of asking a real cluster, side by side: with the path of a glusterd's socket in
/// GLUSTERFS_EXPORTER_TEST_GLUSTERD, as root, with an idle cluster. Skipped without it.
namespace glusterfs_exporter::gluster::rpc {
namespace {

using namespace std::chrono_literals;
using test::to_text;

constexpr double kNanosecond = 1e-9;

class RpcLive : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* path = std::getenv("GLUSTERFS_EXPORTER_TEST_GLUSTERD");
    if (path == nullptr) {
      GTEST_SKIP() << "GLUSTERFS_EXPORTER_TEST_GLUSTERD is not set";
    }
    glusterd_.emplace(Endpoint{path, 5s});
    cli_.emplace(
        CliOptions{"/usr/sbin/gluster", path, 20s, 120s, 600s},
        [](const Command& command) { return run_process(command, {}); }, [](const CommandReport&) {});
  }

  /// Brick path → socket of every brick process that /proc shows.
  static std::map<std::string, std::string> brick_sockets() {
    std::map<std::string, std::string> sockets;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream file(entry.path() / "cmdline", std::ios::binary);
      std::vector<std::string> words;
      for (std::string word; std::getline(file, word, '\0');) {
        words.push_back(word);
      }
      std::string path;
      std::string socket;
      for (std::size_t i = 1; i < words.size(); ++i) {
        path = words[i - 1] == "--brick-name" ? words[i] : path;
        socket = words[i - 1] == "-S" ? words[i] : socket;
      }
      if (!path.empty()) {
        sockets[path] = socket;
      }
    }
    return sockets;
  }

  /// Milliseconds that a call of `ask` takes when the connection is there: the mean of many.
  template <class Ask>
  static void report(const char* what, Ask ask) {
    constexpr int kTimes = 200;
    ASSERT_TRUE(ask());
    const auto start = Clock::now();
    const auto cpu = std::clock();
    for (int i = 0; i < kTimes; ++i) {
      ASSERT_TRUE(ask());
    }
    const std::chrono::duration<double, std::milli> took = Clock::now() - start;
    std::printf("%-12s %.3f ms, %.3f ms CPU here\n", what, took.count() / kTimes,
                1e3 * static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC / kTimes);
  }

  std::optional<GlusterdClient> glusterd_;
  std::optional<CliSource> cli_;
};

TEST_F(RpcLive, PeersAndVolumesAreTheSameBothWays) {
  const auto peers = glusterd_->peers();
  ASSERT_TRUE(peers) << peers.error().context;
  EXPECT_EQ(to_text(*peers), to_text(*cli_->peers()));
  const auto topology = glusterd_->topology();
  ASSERT_TRUE(topology) << topology.error().context;
  EXPECT_FALSE(topology->empty());
  EXPECT_EQ(to_text(*topology), to_text(*cli_->topology()));
  report("peers", [&] { return glusterd_->peers().has_value(); });
  report("topology", [&] { return glusterd_->topology().has_value(); });
}

TEST_F(RpcLive, ProfilesAreTheSameBothWays) {
  const auto sockets = brick_sockets();
  const auto topology = glusterd_->topology();
  ASSERT_TRUE(topology);
  int compared = 0;
  for (const auto& volume : *topology) {
    const auto cli = cli_->profile(volume.name);
    ASSERT_TRUE(cli) << cli.error().context;
    for (const auto& record : *cli) {
      const auto socket = sockets.find(record.id.path);
      ASSERT_NE(socket, sockets.end()) << record.id.path;
      BrickClient client({socket->second, 5s});
      const BrickName brick{record.id.path, volume.name};
      const auto profile = client.profile(brick, kNanosecond);
      ASSERT_TRUE(profile) << profile.error().context;
      EXPECT_EQ(to_text(*profile), to_text(record.profile)) << record.id.path;
      const auto clients = client.clients(brick);
      ASSERT_TRUE(clients) << clients.error().context;
      EXPECT_TRUE(client.memory(brick));
      EXPECT_TRUE(client.inode_table(brick));
      EXPECT_TRUE(client.call_pool(brick));
      if (++compared == 1) {
        report("profile", [&] { return client.profile(brick, kNanosecond).has_value(); });
        report("clients", [&] { return client.clients(brick).has_value(); });
        report("memory", [&] { return client.memory(brick).has_value(); });
        report("inode table", [&] { return client.inode_table(brick).has_value(); });
        report("call pool", [&] { return client.call_pool(brick).has_value(); });
      }
    }
  }
  EXPECT_GT(compared, 0);
}

}  // namespace
}  // namespace glusterfs_exporter::gluster::rpc

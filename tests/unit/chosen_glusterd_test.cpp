#include "gluster/chosen_glusterd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_daemon.hpp"
#include "support/fake_source.hpp"

namespace glusterfs_exporter::gluster {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ChosenGlusterdTest : public testing::Test {
 protected:
  ChosenGlusterdTest() {
    cli.on_topology = [this] {
      ++cli_asked;
      return Topology{test::volume_record("from-the-cli")};
    };
  }

  ChosenGlusterd make(std::optional<std::string> socket, bool with_cli = true) {
    std::optional<rpc::GlusterdClient> client;
    if (socket) {
      client.emplace(rpc::Endpoint{*socket, 300ms});
    }
    return {std::move(client), with_cli ? &cli : nullptr,
            [this](std::string_view question, const Error& why) {
              fallbacks.push_back(std::string(question) + ": " + why.context);
            }};
  }

  test::FakeSource cli;
  int cli_asked = 0;
  std::vector<std::string> fallbacks;
};

void answer_no_volumes(test::FakePeer& peer) {
  while (const auto call = peer.next_call()) {
    // xid, reply, accepted, no verifier, success; result 0, no error, empty text, a dict with count 0
    rpc::XdrWriter reply;
    for (const std::uint32_t word : {0U, 1U, 0U, 0U, 0U, 0U, 0U, 0U}) {
      reply.u32(word);
    }
    reply.opaque("");
    reply.opaque(rpc::encode_dict({{"count", "0"}}));
    if (!peer.send(rpc::to_record(test::reply_to(*call, reply.bytes())))) {
      return;
    }
  }
}

TEST_F(ChosenGlusterdTest, TheSocketAnswersFirst) {
  const test::FakeDaemon daemon(answer_no_volumes);
  auto glusterd = make(daemon.socket_path());
  const auto topology = glusterd.topology();
  ASSERT_TRUE(topology) << topology.error().context;
  EXPECT_EQ(topology->way, Way::rpc);
  EXPECT_THAT(topology->record, IsEmpty());
  EXPECT_EQ(cli_asked, 0);
  EXPECT_THAT(fallbacks, IsEmpty());
}

TEST_F(ChosenGlusterdTest, TheCliAnswersForASocketThatIsMissing) {
  auto glusterd = make("/nonexistent/glusterd.sock");
  const auto topology = glusterd.topology();
  ASSERT_TRUE(topology);
  EXPECT_EQ(topology->way, Way::cli);
  EXPECT_EQ(topology->record.at(0).name, "from-the-cli");
  EXPECT_THAT(fallbacks, ElementsAre(HasSubstr("topology: ")));
}

TEST_F(ChosenGlusterdTest, TheCliAnswersForADaemonThatIsNotUnderstood) {
  const test::FakeDaemon daemon([](test::FakePeer& peer) {
    peer.next_call();
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const auto topology = make(daemon.socket_path()).topology();
  ASSERT_TRUE(topology);
  EXPECT_EQ(topology->way, Way::cli);
}

TEST_F(ChosenGlusterdTest, AGlusterdThatHangsIsNotAskedTwice) {
  const test::FakeDaemon daemon([](test::FakePeer& peer) { peer.stay_silent(); });
  const auto topology = make(daemon.socket_path()).topology();
  ASSERT_FALSE(topology);
  EXPECT_EQ(topology.error().kind, ErrorKind::timeout);
  EXPECT_EQ(cli_asked, 0);
}

TEST_F(ChosenGlusterdTest, OneWayAloneIsTheOnlyOne) {
  const auto by_cli = make(std::nullopt).topology();
  ASSERT_TRUE(by_cli);
  EXPECT_EQ(by_cli->way, Way::cli);
  EXPECT_THAT(fallbacks, IsEmpty());

  const auto by_socket = make("/nonexistent/glusterd.sock", false).topology();
  ASSERT_FALSE(by_socket);
  EXPECT_EQ(by_socket.error().kind, ErrorKind::connect);
  EXPECT_EQ(cli_asked, 1);
}

}  // namespace
}  // namespace glusterfs_exporter::gluster

#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "gluster/cli/answers.hpp"
#include "gluster/rpc/answers.hpp"
#include "gluster/rpc/message.hpp"
#include "support/fake_daemon.hpp"
#include "support/recorded.hpp"
#include "support/same_records.hpp"

/// Replies of a real 10.3 cluster, and what the CLI said of the same cluster at the same moment.
namespace glusterfs_exporter::gluster::rpc {
namespace {

using model::BrickId;
using test::to_text;

constexpr double kNanosecond = 1e-9;

Reply recorded(const Procedure& procedure, const std::string& name) {
  auto reply = read_reply(procedure, 1, test::recorded_reply(name));
  EXPECT_TRUE(reply) << name;
  return *std::move(reply);
}

Dict made(std::initializer_list<DictEntry> entries) {
  return *Dict::decode(encode_dict(entries));
}

pugi::xml_document cli_answer(const std::string& name) {
  pugi::xml_document document;
  EXPECT_TRUE(document.load_file((test::fixtures() / "gluster-10.3/rpc" / (name + ".xml")).c_str())) << name;
  return document;
}

TEST(RpcPeers, AreThoseOfTheCli) {
  const auto peers = read_peers(recorded(kListFriends, "list-friends").dict);
  ASSERT_TRUE(peers);
  const auto document = cli_answer("pool-list");
  EXPECT_EQ(to_text(*peers), to_text(*read_pool_list(document.child("cliOutput"))));
  EXPECT_EQ(to_text(*peers),
            "029ea442-3e41-4992-91d9-a2c1ecd60127 host=127.1.1.2 local=0 connected=1 state=Peer in Cluster\n"
            "27f12d21-b25d-4ef1-936c-6ae8ed0db3e7 host=127.1.1.3 local=0 connected=1 state=Peer in Cluster\n"
            "14d6a364-0da8-450d-a3b8-d297726a71dd host= local=1 connected=1 state=\n");
}

TEST(RpcPeers, AreAnErrorWithoutWhatMatters) {
  EXPECT_EQ(read_peers(Dict()).error().kind, ErrorKind::parse);
  EXPECT_EQ(read_peers(made({{"count", "1"}})).error().context,
            "no usable 'friend1.connected' in the answer");
  EXPECT_EQ(read_peers(made({{"count", "4294967295"}, {"friend1.connected", "1"}})).error().context,
            "no usable 'friend1.uuid' in the answer");
  EXPECT_TRUE(read_peers(made({{"count", "0"}}))->empty());
}

TEST(RpcVolumes, AreThoseOfTheCli) {
  const auto names = read_volume_names(recorded(kListVolume, "list-volume").dict);
  ASSERT_TRUE(names);
  EXPECT_EQ(*names, (std::vector<std::string>{"arb", "disp", "dist", "rep3"}));
  Topology topology;
  for (const auto& name : *names) {
    auto volume = read_volume(recorded(kGetVolume, "get-volume-" + name).dict);
    ASSERT_TRUE(volume) << name;
    topology.push_back(*std::move(volume));
  }
  const auto document = cli_answer("volume-info");
  EXPECT_EQ(to_text(topology), to_text(*read_volume_info(document.child("cliOutput"))));
  EXPECT_EQ(topology[0].type, model::VolumeType::distributed_replicate);
  EXPECT_EQ(topology[0].bricks[2].id, (BrickId{"127.1.1.3", "/srv/gfs/node3/bricks/arb0b"}));
  EXPECT_TRUE(topology[0].bricks[2].arbiter);
  EXPECT_EQ(topology[1].redundancy_count, 1U);
  EXPECT_EQ(topology[3].options.at("features.cache-invalidation"), "on");
}

TEST(RpcVolumes, AMissingOneSaysSo) {
  const auto reply = recorded(kGetVolume, "get-volume-missing");
  EXPECT_EQ(reply.op_ret, -1);
  EXPECT_EQ(reply.op_errno, kNoSuchVolume);
  EXPECT_EQ(reply.op_errstr, "Volume does not exist");
}

TEST(RpcVolumes, OfEveryTypeStateAndTransport) {
  const auto type = [](std::string_view number, std::string_view bricks_of_subvolume) {
    const auto volume = read_volume(made({{"volume0.name", "v"},
                                          {"volume0.status", "2"},
                                          {"volume0.type", number},
                                          {"volume0.dist_count", bricks_of_subvolume},
                                          {"volume0.transport", "2"},
                                          {"volume0.brick_count", "2"},
                                          {"volume0.brick1", "fe80::1:/b1"},
                                          {"volume0.brick2", "h:/b2"}}));
    EXPECT_EQ(volume->status, model::VolumeStatus::stopped);
    EXPECT_EQ(volume->transport, "tcp,rdma");
    EXPECT_EQ(volume->bricks[0].id, (BrickId{"fe80::1", "/b1"}));
    return volume->type;
  };
  EXPECT_EQ(type("0", "1"), model::VolumeType::distribute);
  EXPECT_EQ(type("0", "2"), model::VolumeType::distribute);
  EXPECT_EQ(type("2", "2"), model::VolumeType::replicate);
  EXPECT_EQ(type("2", "1"), model::VolumeType::distributed_replicate);
  EXPECT_EQ(type("4", "2"), model::VolumeType::disperse);
  EXPECT_EQ(type("4", "1"), model::VolumeType::distributed_disperse);
  EXPECT_EQ(type("1", "2"), model::VolumeType::unknown);
  EXPECT_EQ(type("x", "2"), model::VolumeType::unknown);
}

TEST(RpcVolumes, AreAnErrorWithoutWhatMatters) {
  EXPECT_EQ(read_volume(Dict()).error().context, "no usable 'volume0.name' in the answer");
  EXPECT_EQ(read_volume(made({{"volume0.name", "v"}, {"volume0.status", "3"}})).error().context,
            "no usable 'volume0.status' in the answer");
  EXPECT_EQ(read_volume(made({{"volume0.name", "v"}, {"volume0.status", "1"}})).error().context,
            "no usable 'volume0.brick_count' in the answer");
  EXPECT_EQ(read_volume(
                made({{"volume0.name", "v"}, {"volume0.status", "1"}, {"volume0.brick_count", "4000000000"}}))
                .error()
                .context,
            "no usable 'volume0.brick1' in the answer");
  EXPECT_EQ(read_volume_names(made({{"count", "1"}})).error().context, "no usable 'volume0' in the answer");
}

TEST(RpcProfile, IsThatOfTheCli) {
  const auto document = cli_answer("volume-profile-rep3-info-cumulative");
  const auto cli = read_profile(document.child("cliOutput"), kNanosecond);
  ASSERT_TRUE(cli);
  ASSERT_EQ(cli->size(), 3U);
  for (const auto& brick : *cli) {
    const auto node = brick.id.host.substr(brick.id.host.size() - 1);
    const auto profile = read_brick_profile(recorded(kXlatorInfo, "profile-rep3-" + node).dict, kNanosecond);
    ASSERT_TRUE(profile);
    EXPECT_EQ(to_text(*profile), to_text(brick.profile)) << node;
    EXPECT_GT(profile->fops.size(), 15U);
  }
}

TEST(RpcProfile, HoldsUpcallsUnderTheirOwnNames) {
  const auto profile = read_brick_profile(recorded(kXlatorInfo, "profile-rep3-1").dict, kNanosecond);
  ASSERT_TRUE(profile);
  ASSERT_EQ(profile->upcalls.size(), 2U);
  EXPECT_EQ(profile->upcalls[0].upcall, "UPCALL");
  EXPECT_EQ(profile->upcalls[1].upcall, "CI_FORGET");
}

TEST(RpcProfile, LeavesOutWhatIsNotTimedAsTheCliDoes) {
  const auto profile = read_brick_profile(made({{"-1-total-read", "5"},
                                                {"-1-total-write", "6"},
                                                {"-1-42-hits", "7"},
                                                {"-1-12-hits", "2"},
                                                {"-1-12-avglatency", "10.5"},
                                                {"-1-12-minlatency", "1"},
                                                {"-1-12-maxlatency", "20"},
                                                {"-1-write-1", "3"},
                                                {"-1-read--2147483648", "4"}}),
                                          1e-6);
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->bytes_read, 5U);
  EXPECT_EQ(profile->bytes_written, 6U);
  ASSERT_EQ(profile->fops.size(), 1U);
  EXPECT_EQ(profile->fops[0].fop, "READ");
  EXPECT_EQ(profile->fops[0].count, 2U);
  EXPECT_DOUBLE_EQ(profile->fops[0].seconds_total, 21e-6);
  EXPECT_DOUBLE_EQ(profile->fops[0].seconds_max, 20e-6);
  ASSERT_EQ(profile->blocks.size(), 32U);
  EXPECT_EQ(profile->blocks[0].writes, 3U);
  EXPECT_EQ(profile->blocks[31].size, 2147483648U);
  EXPECT_EQ(profile->blocks[31].reads, 4U);
}

TEST(RpcProfile, OfAnotherBrickIsAnError) {
  const auto reply = recorded(kXlatorInfo, "profile-wrong-brick");
  EXPECT_NE(reply.op_ret, 0);
  EXPECT_EQ(reply.op_errstr, "xlator /no/such/brick is not loaded");
  EXPECT_EQ(read_brick_profile(reply.dict, kNanosecond).error().context,
            "no usable '-1-total-read' in the answer");
}

TEST(RpcBrickStatus, ReadsClients) {
  const auto clients = read_brick_clients(recorded(kBrickStatus, "brick-clients").dict);
  ASSERT_TRUE(clients);
  ASSERT_EQ(clients->size(), 4U);
  EXPECT_EQ(clients->at(0).host, "127.0.0.1");
  EXPECT_EQ(clients->at(0).name, "glustershd");
  EXPECT_GT(clients->at(0).bytes_read, 0U);
  EXPECT_GT(clients->at(0).bytes_written, 0U);
  EXPECT_EQ(clients->at(0).op_version, 100000U);

  const auto odd = read_brick_clients(made({{"clientcount", "2"},
                                            {"client0.hostname", "fe80::1:49152"},
                                            {"client1.hostname", "/run/some.socket"}}));
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->at(0).host, "fe80::1");
  EXPECT_EQ(odd->at(1).host, "/run/some.socket");
  EXPECT_EQ(read_brick_clients(Dict()).error().context, "no usable 'clientcount' in the answer");
  EXPECT_FALSE(read_brick_clients(made({{"clientcount", "1"}})));
}

TEST(RpcBrickStatus, ReadsMemory) {
  const auto memory = read_brick_memory(recorded(kBrickStatus, "brick-memory").dict);
  ASSERT_TRUE(memory);
  EXPECT_GT(memory->in_use, 1000000U);
  EXPECT_GT(memory->free, 1000000U);
  EXPECT_EQ(memory->mapped, 2105344U);
  EXPECT_FALSE(read_brick_memory(Dict()));
}

TEST(RpcBrickStatus, ReadsTheInodeTable) {
  const auto table = read_brick_inode_table(recorded(kBrickStatus, "brick-inode-table").dict);
  ASSERT_TRUE(table);
  ASSERT_TRUE(*table);
  EXPECT_GE((*table)->active, 1U);
  EXPECT_EQ((*table)->lru_limit, 16384U);
  const auto none = read_brick_inode_table(made({{"conncount", "128"}}));
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  EXPECT_FALSE(read_brick_inode_table(Dict()));
}

TEST(RpcBrickStatus, ReadsTheCallPool) {
  EXPECT_EQ(**read_call_pool(recorded(kBrickStatus, "brick-call-pool").dict), 1U);
  EXPECT_FALSE(*read_call_pool(Dict()));
  EXPECT_FALSE(read_call_pool(made({{"callpool.count", "many"}})));
}

}  // namespace
}  // namespace glusterfs_exporter::gluster::rpc

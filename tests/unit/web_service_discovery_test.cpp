#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "web/service_discovery.hpp"

namespace glusterfs_exporter::web {
namespace {

using model::Peer;

TEST(ServiceDiscovery, HasOneGroupPerPeerConnectedOrNot) {
  const std::vector<Peer> peers{
      {.uuid = "uuid-1", .host = "node1.example", .local = true, .connected = true, .state = ""},
      {.uuid = "uuid-2", .host = "10.0.0.2", .local = false, .connected = false, .state = "Peer in Cluster"},
  };
  EXPECT_EQ(render_service_discovery(peers, 9713),
            R"([{"targets":["node1.example:9713"],"labels":{"__meta_glusterfs_peer_uuid":"uuid-1",)"
            R"("__meta_glusterfs_host":"node1.example","__meta_glusterfs_connected":"true"}},)"
            R"({"targets":["10.0.0.2:9713"],"labels":{"__meta_glusterfs_peer_uuid":"uuid-2",)"
            R"("__meta_glusterfs_host":"10.0.0.2","__meta_glusterfs_connected":"false"}}])");
}

TEST(ServiceDiscovery, PutsBracketsAroundIpv6) {
  const std::vector<Peer> peers{
      {.uuid = "u", .host = "fd00::1", .local = false, .connected = true, .state = ""}};
  EXPECT_EQ(render_service_discovery(peers, 1),
            R"([{"targets":["[fd00::1]:1"],"labels":{"__meta_glusterfs_peer_uuid":"u",)"
            R"("__meta_glusterfs_host":"fd00::1","__meta_glusterfs_connected":"true"}}])");
}

TEST(ServiceDiscovery, IsAnEmptyListWithoutPeers) {
  EXPECT_EQ(render_service_discovery({}, 9713), "[]");
}

TEST(ServiceDiscovery, StaysJsonWhateverAHostIsCalled) {
  const std::vector<Peer> peers{
      {.uuid = "\xff", .host = "a\"\\\n\xc3", .local = false, .connected = true, .state = ""}};
  EXPECT_EQ(render_service_discovery(peers, 9713),
            "[{\"targets\":[\"a\\\"\\\\\\n\xEF\xBF\xBD:9713\"],\"labels\":{\"__meta_glusterfs_peer_uuid\":"
            "\"\xEF\xBF\xBD\",\"__meta_glusterfs_host\":\"a\\\"\\\\\\n\xEF\xBF\xBD\","
            "\"__meta_glusterfs_connected\":\"true\"}}]");
}

}  // namespace
}  // namespace glusterfs_exporter::web

#include "gluster/rpc/procedures.hpp"

#include "gluster/rpc/dict.hpp"
#include "gluster/rpc/xdr.hpp"

namespace glusterfs_exporter::gluster::rpc {

namespace {

// GF_CLI_LIST_POOL_NODES and GF_CLI_GET_VOLUME.
constexpr std::int32_t kPoolNodes = 2;
constexpr std::string_view kOneVolume = "2";

/// GF_CLI_STATUS_VOL, which stands beside what is asked for.
constexpr std::uint32_t kStatusOfVolume = 0x100;
enum class StatusOf : std::uint8_t { memory = 0x01, clients = 0x02, inode_table = 0x04, call_pool = 0x10 };

std::string dict_argument(std::initializer_list<DictEntry> entries) {
  XdrWriter out;
  out.opaque(encode_dict(entries));
  return out.bytes();
}

/// gd1_mgmt_brick_op_req: which brick, the operation, its arguments, and a second dict that nothing here
/// needs.
std::string brick_argument(const BrickName& brick, const Procedure& procedure,
                           std::initializer_list<DictEntry> entries) {
  XdrWriter out;
  out.opaque(brick.path);
  out.i32(static_cast<std::int32_t>(procedure.number));
  out.opaque(encode_dict(entries));
  out.opaque({});
  return out.bytes();
}

/// A brick that is not told its name in the dict too never answers.
std::string status_argument(const BrickName& brick, StatusOf what) {
  const auto command = std::to_string(kStatusOfVolume | static_cast<std::uint32_t>(what));
  return brick_argument(brick, kBrickStatus,
                        {{"cmd", command}, {"volname", brick.volume}, {"brick-name", brick.path}});
}

}  // namespace

ReadOnlyCall ReadOnlyCall::list_friends() {
  XdrWriter out;
  out.i32(kPoolNodes);
  out.opaque(encode_dict({}));
  return {kListFriends, out.bytes()};
}

ReadOnlyCall ReadOnlyCall::list_volume() {
  return {kListVolume, dict_argument({})};
}

ReadOnlyCall ReadOnlyCall::get_volume(std::string_view volume) {
  return {kGetVolume, dict_argument({{"flags", kOneVolume}, {"volname", volume}})};
}

ReadOnlyCall ReadOnlyCall::op_version() {
  return {kGetVolumeOption, dict_argument({{"volname", "all"}, {"key", "cluster.op-version"}})};
}

ReadOnlyCall ReadOnlyCall::profile(const BrickName& brick) {
  // GF_CLI_STATS_INFO and GF_CLI_INFO_CUMULATIVE. An info-op that the brick does not know, or none, would
  // mean all intervals, and without `peek` their end.
  return {kXlatorInfo,
          brick_argument(brick, kXlatorInfo,
                         {{"op", "3"}, {"info-op", "3"}, {"peek", "1"}, {"volname", brick.volume}})};
}

ReadOnlyCall ReadOnlyCall::memory(const BrickName& brick) {
  return {kBrickStatus, status_argument(brick, StatusOf::memory)};
}

ReadOnlyCall ReadOnlyCall::clients(const BrickName& brick) {
  return {kBrickStatus, status_argument(brick, StatusOf::clients)};
}

ReadOnlyCall ReadOnlyCall::inode_table(const BrickName& brick) {
  return {kBrickStatus, status_argument(brick, StatusOf::inode_table)};
}

ReadOnlyCall ReadOnlyCall::call_pool(const BrickName& brick) {
  return {kBrickStatus, status_argument(brick, StatusOf::call_pool)};
}

}  // namespace glusterfs_exporter::gluster::rpc

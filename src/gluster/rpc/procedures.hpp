#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace glusterfs_exporter::gluster::rpc {

/// How the answer to a call is laid out (cli1-xdr.x, glusterd1-xdr.x).
enum class ReplyForm : std::uint8_t {
  cli,        ///< result, error number, error text, dict
  peer_list,  ///< result, error number, dict
  brick,      ///< result, error number, dict, error text
};

struct Procedure {
  std::string_view name;  ///< for messages and labels
  std::uint32_t program;
  std::uint32_t version;
  std::uint32_t number;
  ReplyForm reply;
};

/// glusterd's program for its CLI, and a brick's for its glusterd (protocol-common.h).
inline constexpr std::uint32_t kCliProgram = 1238463;
inline constexpr std::uint32_t kBrickProgram = 4867634;
inline constexpr std::uint32_t kProgramVersion = 2;

/// The brick's procedure that ends it.
inline constexpr std::uint32_t kBrickTerminate = 1;

/// Every procedure that this program uses, in one place. What may be asked of them is ReadOnlyCall.
///
/// Not here although it reads: UUID_GET, which writes an error to glusterd's log each time it is not called
/// by the CLI; LIST_FRIENDS tells as much.
inline constexpr Procedure kListFriends{"list_friends", kCliProgram, kProgramVersion, 3,
                                        ReplyForm::peer_list};
inline constexpr Procedure kGetVolume{"get_volume", kCliProgram, kProgramVersion, 5, ReplyForm::cli};
inline constexpr Procedure kListVolume{"list_volume", kCliProgram, kProgramVersion, 33, ReplyForm::cli};
inline constexpr Procedure kGetVolumeOption{"get_volume_option", kCliProgram, kProgramVersion, 41,
                                            ReplyForm::cli};
inline constexpr Procedure kXlatorInfo{"xlator_info", kBrickProgram, kProgramVersion, 2, ReplyForm::brick};
inline constexpr Procedure kBrickStatus{"brick_status", kBrickProgram, kProgramVersion, 4, ReplyForm::brick};
inline constexpr std::array kProcedures{kListFriends,     kGetVolume,  kListVolume,
                                        kGetVolumeOption, kXlatorInfo, kBrickStatus};

static_assert(std::ranges::none_of(kProcedures, [](const Procedure& procedure) {
  return procedure.program == kBrickProgram && procedure.number == kBrickTerminate;
}));

/// A brick as its process knows it: a process may serve several.
struct BrickName {
  std::string path;    ///< as in its BrickId
  std::string volume;  ///< the volume's name
};

/// A call to a daemon that this program may make. They are made only by the functions below, all of which
/// read, and nothing else can be sent. A call, not a procedure's number: most procedures of Gluster read or
/// change things depending on their argument.
class ReadOnlyCall {
 public:
  /// The peers and the local node.
  static ReadOnlyCall list_friends();
  static ReadOnlyCall list_volume();
  static ReadOnlyCall get_volume(std::string_view volume);
  /// The cluster's operating version, which is asked for as an option of all volumes. Other options, the
  /// highest possible version for one, make glusterd ask its peers.
  static ReadOnlyCall op_version();
  /// The counters of a brick since its start, without touching those of its intervals.
  static ReadOnlyCall profile(const BrickName& brick);
  static ReadOnlyCall memory(const BrickName& brick);
  static ReadOnlyCall clients(const BrickName& brick);
  static ReadOnlyCall inode_table(const BrickName& brick);
  static ReadOnlyCall call_pool(const BrickName& brick);

  [[nodiscard]] const Procedure& procedure() const { return procedure_; }
  /// What follows the call's header, in XDR.
  [[nodiscard]] const std::string& argument() const { return argument_; }

 private:
  ReadOnlyCall(const Procedure& procedure, std::string argument)
      : procedure_(procedure), argument_(std::move(argument)) {}

  Procedure procedure_;
  std::string argument_;
};

}  // namespace glusterfs_exporter::gluster::rpc

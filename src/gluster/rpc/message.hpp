#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "gluster/rpc/dict.hpp"
#include "gluster/rpc/procedures.hpp"

/// Calls and replies of ONC RPC version 2 (RFC 5531) with the credential that Gluster's daemons take.
namespace glusterfs_exporter::gluster::rpc {

/// A daemon's answer that could be read, whether it says yes or no.
struct Reply {
  std::int32_t op_ret = 0;    ///< 0: it worked
  std::int32_t op_errno = 0;  ///< of Gluster, or of the system; not always set when it did not work
  std::string op_errstr;      ///< valid UTF-8, often empty
  Dict dict;
};

/// Gluster's own error numbers (glusterfs-errno / EG_ANOTRANS, EG_NOVOL).
inline constexpr std::int32_t kAnotherTransaction = 30802;
inline constexpr std::int32_t kNoSuchVolume = 30806;

/// The call as one message; `xid` comes back in its reply.
std::string encode_call(const ReadOnlyCall& call, std::uint32_t xid);

/// A daemon may call back over the same connection, as glusterd does when a volume's options change. Nobody
/// waits for an answer.
bool is_callback(std::string_view message);

/// Reads the reply to the call that `encode_call` gave `xid`. Errors, without saying where they came from:
/// parse, oversize; connect when the daemon refuses the credential.
Result<Reply> read_reply(const Procedure& procedure, std::uint32_t xid, std::string_view message);

/// What a reply means that must say yes: its dict. Errors: lock, exit.
Result<Dict> require_success(Reply reply);

}  // namespace glusterfs_exporter::gluster::rpc

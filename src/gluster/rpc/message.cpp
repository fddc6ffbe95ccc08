#include "gluster/rpc/message.hpp"

#include <utility>

#include "common/text.hpp"
#include "gluster/rpc/xdr.hpp"

namespace glusterfs_exporter::gluster::rpc {

namespace {

constexpr std::uint32_t kCall = 0;
constexpr std::uint32_t kReply = 1;
constexpr std::uint32_t kRpcVersion = 2;
constexpr std::uint32_t kAccepted = 0;
constexpr std::uint32_t kSuccess = 0;
constexpr std::uint32_t kNoVerifier = 0;
constexpr std::uint32_t kGlusterCredential = 390039;  // AUTH_GLUSTERFS_V2

/// RFC 5531: a credential or verifier has at most 400 bytes.
constexpr std::size_t kLongestVerifier = 400;
constexpr std::size_t kLongestQuote = 200;

std::unexpected<Error> not_understood(const std::string& why) {
  return std::unexpected(Error{ErrorKind::parse, why});
}

/// Nobody in particular: a daemon trusts its unix socket, not what is written here.
std::string credential() {
  XdrWriter out;
  for (int i = 0; i < 5; ++i) {  // pid, uid, gid, no groups, no lock owner
    out.u32(0);
  }
  return out.bytes();
}

/// Reads up to where the procedure's own answer begins.
Result<void> read_header(XdrReader& in, std::uint32_t xid) {
  const auto its_xid = in.u32();
  const auto type = in.u32();
  const auto denied = in.u32();
  if (!in.ok() || type != kReply) {
    return not_understood("what came is not a reply");
  }
  if (its_xid != xid) {
    return not_understood("the reply is to another call");
  }
  if (denied != kAccepted) {
    return std::unexpected(Error{ErrorKind::connect, "the daemon denied the call"});
  }
  in.u32();
  in.opaque(kLongestVerifier);
  const auto status = in.u32();
  if (!in.ok()) {
    return not_understood("the reply's header is broken");
  }
  if (status != kSuccess) {
    return not_understood("the daemon did not take the call, status " + std::to_string(status));
  }
  return {};
}

}  // namespace

std::string encode_call(const ReadOnlyCall& call, std::uint32_t xid) {
  const auto& procedure = call.procedure();
  XdrWriter out;
  for (const auto word : {xid, kCall, kRpcVersion, procedure.program, procedure.version, procedure.number,
                          kGlusterCredential}) {
    out.u32(word);
  }
  out.opaque(credential());
  out.u32(kNoVerifier);
  out.opaque({});
  return out.bytes() + call.argument();
}

bool is_callback(std::string_view message) {
  XdrReader in(message);
  in.u32();
  const auto type = in.u32();
  return in.ok() && type == kCall;
}

Result<Reply> read_reply(const Procedure& procedure, std::uint32_t xid, std::string_view message) {
  XdrReader in(message);
  if (auto header = read_header(in, xid); !header) {
    return std::unexpected(std::move(header.error()));
  }
  Reply reply;
  reply.op_ret = in.i32();
  reply.op_errno = in.i32();
  std::string_view text;
  std::string_view dict;
  switch (procedure.reply) {
    case ReplyForm::cli:
      text = in.opaque(message.size());
      dict = in.opaque(message.size());
      break;
    case ReplyForm::peer_list:
      dict = in.opaque(message.size());
      break;
    case ReplyForm::brick:
      dict = in.opaque(message.size());
      text = in.opaque(message.size());
      break;
  }
  if (!in.at_end()) {
    return not_understood("the reply is not laid out as this call's should be");
  }
  auto decoded = Dict::decode(std::string(dict));
  if (!decoded) {
    return std::unexpected(std::move(decoded.error()));
  }
  reply.dict = *std::move(decoded);
  reply.op_errstr = clean_utf8(text.substr(0, std::min(text.find('\0'), kLongestQuote)));
  return reply;
}

Result<Dict> require_success(Reply reply) {
  if (reply.op_ret == 0) {
    return std::move(reply.dict);
  }
  if (reply.op_errstr.empty()) {
    reply.op_errstr = "no reason given";
  }
  const auto kind = reply.op_errno == kAnotherTransaction ? ErrorKind::lock : ErrorKind::exit;
  return std::unexpected(
      Error{kind, reply.op_errstr + " (error number " + std::to_string(reply.op_errno) + ")"});
}

}  // namespace glusterfs_exporter::gluster::rpc

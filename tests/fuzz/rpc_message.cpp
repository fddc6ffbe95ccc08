/// Input: a byte for the procedure that was called with the number 1, and what a daemon answers.
#include "gluster/rpc/message.hpp"
#include "support/fuzz.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

using namespace gluster::rpc;

constexpr std::uint32_t kXid = 1;
constexpr std::size_t kLongestErrorText = 200;
constexpr std::size_t kSmallestPair = 9;

void run(std::string_view input) {
  const auto& procedure = kProcedures[take_byte(input) % kProcedures.size()];
  const bool callback = is_callback(input);
  require(!read_reply(procedure, kXid + 1, input) || !read_reply(procedure, kXid, input),
          "a reply answers one call");
  auto reply = read_reply(procedure, kXid, input);
  if (!reply) {
    require_error(reply.error());
    return;
  }
  require(!callback, "a reply is not a call");
  require(reply->dict.bytes() < input.size(), "a dict is a part of the message");
  require(reply->dict.size() * kSmallestPair <= reply->dict.bytes(), "a dict's pairs were all sent");
  Texts texts;
  texts.add(reply->op_errstr);
  require(texts.bytes() <= kLongestErrorText * kCleaned, "an error text is cut");

  const bool yes = reply->op_ret == 0;
  const auto pairs = reply->dict.size();
  const auto dict = require_success(*std::move(reply));
  require(dict.has_value() == yes, "success is what op_ret says");
  if (dict) {
    require(dict->size() == pairs, "success has the reply's dict");
  } else {
    require_error(dict.error());
  }
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}

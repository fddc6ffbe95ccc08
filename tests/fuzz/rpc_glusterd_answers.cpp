/// Input: a dict's pairs, one "KEY=VALUE" a line, as glusterd could send them.
#include "gluster/rpc/answers.hpp"
#include "support/dict_lines.hpp"
#include "support/records.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

using gluster::rpc::Dict;

/// What a count claims does not count: every row needs a pair of its own.
template <class T>
void check(const Dict& dict, const Result<T>& record) {
  if (!record) {
    require_error(record.error());
    return;
  }
  Texts texts;
  const auto rows = visit(*record, texts);
  require(rows <= dict.size(), "there are no more rows than pairs");
  constexpr std::size_t kOwnWords = 64;
  require(texts.bytes() <= dict.bytes() * kCleaned + kOwnWords, "text is bounded by what came");
}

void run(std::string_view input) {
  const auto dict = dict_of_lines(input);
  check(dict, gluster::rpc::read_peers(dict));
  check(dict, gluster::rpc::read_volume_names(dict));
  check(dict, gluster::rpc::read_volume(dict));
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}

/// Input: a dict's pairs, one "KEY=VALUE" a line, as a brick could send them.
#include "gluster/rpc/answers.hpp"
#include "support/dict_lines.hpp"
#include "support/records.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

using namespace gluster::rpc;

void check_profile(const Dict& dict) {
  const auto profile = read_brick_profile(dict, 1e-9);
  if (!profile) {
    require_error(profile.error());
    return;
  }
  Texts texts;
  visit(*profile, texts);
  require(profile->fops.size() + profile->upcalls.size() <= dict.size(), "there are no more rows than pairs");
  require(profile->blocks.size() == 32, "there are all block sizes");
}

void check_clients(const Dict& dict) {
  const auto clients = read_brick_clients(dict);
  if (!clients) {
    require_error(clients.error());
    return;
  }
  Texts texts;
  require(visit(*clients, texts) <= dict.size(), "there are no more clients than pairs");
  require(texts.bytes() <= dict.bytes() * kCleaned, "text is bounded by what came");
}

template <class T>
void check_error(const Result<T>& record) {
  if (!record) {
    require_error(record.error());
  }
}

void run(std::string_view input) {
  const auto dict = dict_of_lines(input);
  check_profile(dict);
  check_clients(dict);
  check_error(read_brick_memory(dict));
  check_error(read_brick_inode_table(dict));
  check_error(read_call_pool(dict));
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}

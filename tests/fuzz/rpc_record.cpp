/// Input: a byte for the limit, a byte for where to cut, and a daemon's stream of records.
#include <algorithm>
#include <vector>

#include "gluster/rpc/record.hpp"
#include "support/fuzz.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

using gluster::rpc::RecordReader;

struct Outcome {
  std::vector<std::string> messages;
  bool oversize = false;
  bool operator==(const Outcome&) const = default;
};

/// Feeds the stream in parts; `next_size` says how many bytes the next one has at most.
template <class NextSize>
Outcome read_all(std::string_view stream, std::size_t limit, NextSize next_size) {
  Outcome outcome;
  RecordReader reader(limit);
  while (!stream.empty()) {
    auto part = stream.substr(0, std::max<std::size_t>(1, next_size()));
    stream.remove_prefix(part.size());
    while (!part.empty()) {
      const auto before = part.size();
      const auto state = reader.read(part);
      require(part.size() < before, "some bytes are used");
      if (state == RecordReader::State::oversize) {
        outcome.oversize = true;
        return outcome;
      }
      if (state == RecordReader::State::complete) {
        outcome.messages.push_back(reader.take());
        require(outcome.messages.back().size() <= limit, "no message is larger than the limit");
      } else {
        require(part.empty(), "a reader that wants more has used all");
      }
    }
  }
  return outcome;
}

void run(std::string_view input) {
  const auto limit = std::size_t{1} << take_byte(input) % 32U;
  auto cut = take_byte(input);

  const auto whole = read_all(input, limit, [&] { return input.size(); });
  const auto by_byte = read_all(input, limit, [] { return 1U; });
  const auto in_parts = read_all(input, limit, [&] {
    cut = cut * 5U + 3U + static_cast<unsigned char>(input[cut % input.size()]);
    return cut % 16U;
  });
  require(whole == by_byte && whole == in_parts, "messages are the same however they are cut");

  std::size_t bytes = 0;
  for (const auto& message : whole.messages) {
    bytes += message.size();
    const auto again = read_all(gluster::rpc::to_record(message), limit, [&] { return message.size() / 2; });
    require(again == Outcome{{message}, false}, "what is written is read back");
  }
  require(bytes <= input.size(), "messages hold no more than came");
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}

#include "gluster/rpc/record.hpp"

#include <algorithm>
#include <utility>

#include "gluster/rpc/xdr.hpp"

namespace glusterfs_exporter::gluster::rpc {

namespace {

constexpr std::uint32_t kLastFragment = 0x80000000U;
constexpr unsigned kMarkBytes = 4;

}  // namespace

std::string to_record(std::string_view message) {
  XdrWriter mark;
  mark.u32(kLastFragment | static_cast<std::uint32_t>(message.size()));
  return mark.bytes() + std::string(message);
}

void RecordReader::use(char mark_byte) {
  mark_ = mark_ << 8U | static_cast<unsigned char>(mark_byte);
  ++mark_bytes_;
  left_of_fragment_ = mark_ & ~kLastFragment;
}

RecordReader::State RecordReader::read(std::string_view& bytes) {
  while (true) {
    while (mark_bytes_ < kMarkBytes) {
      if (bytes.empty()) {
        return State::more;
      }
      use(bytes.front());
      bytes.remove_prefix(1);
      if (mark_bytes_ == kMarkBytes && left_of_fragment_ > largest_bytes_ - message_.size()) {
        return State::oversize;
      }
    }
    const auto part = bytes.substr(0, left_of_fragment_);
    message_.append(part);
    bytes.remove_prefix(part.size());
    left_of_fragment_ -= part.size();
    if (left_of_fragment_ > 0) {
      return State::more;
    }
    if ((mark_ & kLastFragment) != 0) {
      return State::complete;
    }
    mark_ = 0;
    mark_bytes_ = 0;
  }
}

std::string RecordReader::take() {
  mark_ = 0;
  mark_bytes_ = 0;
  return std::exchange(message_, {});
}

}  // namespace glusterfs_exporter::gluster::rpc

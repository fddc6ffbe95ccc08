#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace glusterfs_exporter::gluster::rpc {

/// `message` with its record mark, as it goes over a stream (RFC 5531, section 11). Less than 2 GiB.
std::string to_record(std::string_view message);

/// Puts messages together again from a stream's bytes, however they are cut. One message may come in several
/// fragments. Memory grows with the bytes that came, never with the lengths that they claim.
class RecordReader {
 public:
  enum class State : std::uint8_t {
    more,      ///< all bytes were used, the message goes on
    complete,  ///< the message is whole; bytes may be left over, of the next one
    oversize,  ///< the message says it is longer than allowed
  };

  explicit RecordReader(std::size_t largest_bytes) : largest_bytes_(largest_bytes) {}

  /// Uses what it can of `bytes` and removes it from their front.
  State read(std::string_view& bytes);

  /// The message, once complete; the next read() begins another.
  std::string take();

 private:
  void use(char mark_byte);

  std::size_t largest_bytes_;
  std::string message_;
  std::uint32_t mark_ = 0;
  unsigned mark_bytes_ = 0;           ///< how many of the mark's four are there
  std::size_t left_of_fragment_ = 0;  ///< meant once the mark is whole
};

}  // namespace glusterfs_exporter::gluster::rpc

#include "common/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace glusterfs_exporter {

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  constexpr int kGzipInsteadOfZlib = 16;
  constexpr int kMemoryLevel = 8;
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzipInsteadOfZlib, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  // zlib counts in unsigned int: larger input and output are handed over in parts.
  constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
  std::size_t taken = 0;
  std::size_t given = 0;
  int state = Z_OK;
  while (state == Z_OK) {
    const auto in_now = std::min(kMost, bytes.size() - taken);
    const auto out_now = std::min(kMost, out.size() - given);
    stream.next_in =
        reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + taken));  // NOLINT: zlib only reads
    stream.avail_in = static_cast<uInt>(in_now);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + given);  // NOLINT: bytes are bytes
    stream.avail_out = static_cast<uInt>(out_now);
    state = deflate(&stream, taken + in_now == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    taken += in_now - stream.avail_in;
    given += out_now - stream.avail_out;
  }
  deflateEnd(&stream);
  if (state != Z_STREAM_END) {
    throw std::runtime_error("deflate failed");
  }
  out.resize(given);
  return out;
}

}  // namespace glusterfs_exporter

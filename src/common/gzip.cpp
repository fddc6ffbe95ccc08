#include "common/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

namespace glusterfs_exporter {

namespace {

/// A compression under way, and what it gave so far.
class Deflater {
 public:
  Deflater() {
    constexpr int kGzipInsteadOfZlib = 16;
    constexpr int kMemoryLevel = 8;
    if (deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzipInsteadOfZlib, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  Deflater(Deflater&&) = delete;
  Deflater& operator=(Deflater&&) = delete;

  void add(std::string_view bytes) {
    // zlib counts in unsigned int.
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
    while (!bytes.empty()) {
      const auto part = bytes.substr(0, kMost);
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));  // NOLINT: zlib only reads
      stream_.avail_in = static_cast<uInt>(part.size());
      while (stream_.avail_in > 0) {
        step(Z_NO_FLUSH);
      }
      bytes.remove_prefix(part.size());
    }
  }

  std::string finish() && {
    while (step(Z_FINISH) != Z_STREAM_END) {
    }
    out_.resize(given_);
    out_.shrink_to_fit();
    return std::move(out_);
  }

 private:
  int step(int flush) {
    constexpr std::size_t kLeastRoom = 16384;
    constexpr std::size_t kMostRoom = std::size_t{16} << 20U;
    if (given_ == out_.size()) {
      out_.resize(given_ + std::clamp(given_, kLeastRoom, kMostRoom));
    }
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data() + given_);  // NOLINT: bytes are bytes
    stream_.avail_out = static_cast<uInt>(out_.size() - given_);
    const int state = deflate(&stream_, flush);
    if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) {
      throw std::runtime_error("deflate failed");
    }
    given_ = out_.size() - stream_.avail_out;
    return state;
  }

  z_stream stream_{};
  std::string out_;
  std::size_t given_ = 0;
};

}  // namespace

std::string gzip(const Pieces& pieces) {
  Deflater deflater;
  pieces.each([&](std::string_view piece) {
    deflater.add(piece);
    return true;
  });
  return std::move(deflater).finish();
}

std::string gzip(std::string_view bytes) {
  Deflater deflater;
  deflater.add(bytes);
  return std::move(deflater).finish();
}

}  // namespace glusterfs_exporter

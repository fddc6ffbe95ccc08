#include "hub/gunzip.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>

namespace glusterfs_exporter::hub {
namespace {

std::unexpected<Error> refuse(ErrorKind kind, std::string problem) {
  return std::unexpected(Error{kind, std::move(problem)});
}

}  // namespace

Result<std::string> gunzip(std::string_view bytes, std::size_t max_bytes) {
  if (bytes.size() > std::numeric_limits<uInt>::max()) {
    return refuse(ErrorKind::oversize, "the body is too large");
  }
  z_stream stream{};
  constexpr int kGzipOnly = 16;
  if (inflateInit2(&stream, MAX_WBITS + kGzipOnly) != Z_OK) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // NOLINT: zlib only reads
  stream.avail_in = static_cast<uInt>(bytes.size());

  // It grows with what comes out: how much that is only the end would tell.
  constexpr std::size_t kFirstPart = std::size_t{64} * 1024;
  std::string out;
  std::size_t filled = 0;
  int state = Z_OK;
  while (state == Z_OK) {
    if (filled == out.size()) {
      // One byte more than may be, so that exactly as many are told from too many.
      if (out.size() > max_bytes) {
        return refuse(ErrorKind::oversize, fmt::format("unpacked it is larger than {} bytes", max_bytes));
      }
      out.resize(std::min(max_bytes + 1, std::max(kFirstPart, 2 * out.size())));
    }
    const auto room = std::min<std::size_t>(out.size() - filled, std::numeric_limits<uInt>::max());
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + filled);  // NOLINT: bytes are bytes
    stream.avail_out = static_cast<uInt>(room);
    state = inflate(&stream, Z_NO_FLUSH);
    filled += room - stream.avail_out;
  }
  if (state == Z_BUF_ERROR) {
    return refuse(ErrorKind::parse, "the gzip stream is cut off");
  }
  if (state != Z_STREAM_END) {
    return refuse(ErrorKind::parse, fmt::format("not gzip at byte {}", stream.total_in + 1));
  }
  if (stream.avail_in != 0) {
    return refuse(ErrorKind::parse,
                  fmt::format("something follows the gzip stream at byte {}", stream.total_in + 1));
  }
  if (filled > max_bytes) {
    return refuse(ErrorKind::oversize, fmt::format("unpacked it is larger than {} bytes", max_bytes));
  }
  out.resize(filled);
  return out;
}

}  // namespace glusterfs_exporter::hub

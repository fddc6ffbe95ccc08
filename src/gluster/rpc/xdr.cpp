#include "gluster/rpc/xdr.hpp"

namespace glusterfs_exporter::gluster::rpc {

namespace {

constexpr std::size_t kWordBytes = 4;

std::size_t padding(std::size_t length) {
  return (kWordBytes - length % kWordBytes) % kWordBytes;
}

}  // namespace

void XdrWriter::u32(std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes_.push_back(static_cast<char>((value >> shift) & 0xFFU));
  }
}

void XdrWriter::opaque(std::string_view bytes) {
  u32(static_cast<std::uint32_t>(bytes.size()));
  bytes_.append(bytes);
  bytes_.append(padding(bytes.size()), '\0');
}

std::string_view XdrReader::fail() {
  ok_ = false;
  rest_ = {};
  return {};
}

std::uint32_t XdrReader::u32() {
  std::uint32_t value = 0;
  for (const char byte : take(kWordBytes)) {
    value = value << 8U | static_cast<unsigned char>(byte);
  }
  return value;
}

std::string_view XdrReader::opaque(std::size_t limit) {
  const std::size_t length = u32();
  if (length > limit || length > rest_.size() || padding(length) > rest_.size() - length) {
    return fail();
  }
  const auto bytes = take(length);
  take(padding(length));
  return bytes;
}

std::string_view XdrReader::take(std::size_t count) {
  if (!ok_ || count > rest_.size()) {
    return fail();
  }
  const auto bytes = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return bytes;
}

}  // namespace glusterfs_exporter::gluster::rpc

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// XDR (RFC 4506), as much of it as Gluster's calls need: big-endian words, and bytes with their length
/// before them and zeros up to the next multiple of four after them. XDR's strings are written as opaque data
/// is.
namespace glusterfs_exporter::gluster::rpc {

/// Builds a message. A value, used by one thread at a time.
class XdrWriter {
 public:
  void u32(std::uint32_t value);
  void i32(std::int32_t value) { u32(static_cast<std::uint32_t>(value)); }
  void opaque(std::string_view bytes);

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads a message that may hold anything. It looks at bytes that it does not own, copies none, and never
/// looks past their end.
///
/// A read that the bytes do not allow fails; from then on every read gives 0 or nothing, so that a caller may
/// read several values and ask once, with ok(), whether all of them were there.
class XdrReader {
 public:
  explicit XdrReader(std::string_view bytes) : rest_(bytes) {}

  std::uint32_t u32();
  std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
  /// Fails also when there are more than `limit` bytes. The padding need not be zeros: nobody reads it.
  std::string_view opaque(std::size_t limit);
  /// Just these bytes: no length before, no padding after.
  std::string_view take(std::size_t count);

  [[nodiscard]] bool ok() const { return ok_; }
  /// All was read, and it was there.
  [[nodiscard]] bool at_end() const { return ok_ && rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view fail();

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace glusterfs_exporter::gluster::rpc

#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"
#include "gluster/values.hpp"

namespace glusterfs_exporter::gluster::rpc {

struct DictEntry {
  std::string_view key;
  std::string_view value;
};

/// A dict as Gluster's daemons read it (dict_unserialize in dict.c). Every value goes out as text.
std::string encode_dict(std::span<const DictEntry> entries);
inline std::string encode_dict(std::initializer_list<DictEntry> entries) {
  return encode_dict(std::span(entries.begin(), entries.size()));
}

/// Keys and values that a daemon sent: texts, numbers being decimal text. A value; many threads may read one.
///
/// It keeps the bytes it was made of and 16 bytes a pair, so that what comes in cannot grow much in memory.
class Dict {
 public:
  /// Beyond these a dict is refused with an error of kind oversize. A volume of 10,000 bricks has about
  /// 30,000 pairs in 3 MB.
  static constexpr std::size_t kLargestBytes = std::size_t{64} << 20U;
  static constexpr std::size_t kMostPairs = std::size_t{1} << 20U;

  Dict() = default;

  /// Reads a whole serialized dict; no bytes at all are an empty one, as Gluster means it. Errors: parse,
  /// oversize. Where a key stands twice the first one counts.
  static Result<Dict> decode(std::string bytes);

  [[nodiscard]] std::size_t size() const { return pairs_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }
  [[nodiscard]] bool contains(std::string_view key) const { return find(key) != nullptr; }

  /// The value as Gluster's own code sees it, up to the first NUL, made valid UTF-8. Empty when there is
  /// none.
  [[nodiscard]] std::string text(std::string_view key) const;

  /// A whole decimal number; nothing when the key is missing or its value is something else.
  template <class Number = std::uint64_t>
  [[nodiscard]] std::optional<Number> number(std::string_view key) const {
    return to_number<Number>(raw(key));
  }

  /// A number with a fraction; never infinite nor "nan".
  [[nodiscard]] std::optional<double> real(std::string_view key) const {
    const auto value = to_number<double>(raw(key));
    return value && std::isfinite(*value) ? value : std::nullopt;
  }

  /// Calls `use(rest of the key, value)` with all keys that begin with `prefix`, in the order of the keys.
  /// Both are valid UTF-8.
  template <class Use>
  void for_each(std::string_view prefix, Use use) const {
    for (const auto& pair : pairs_from(prefix)) {
      const auto key = view(pair.key_at, pair.key_length);
      if (!key.starts_with(prefix)) {
        return;
      }
      use(clean(key.substr(prefix.size())), clean(value_of(pair)));
    }
  }

 private:
  struct Pair {
    std::uint32_t key_at, key_length, value_at, value_length;
  };
  struct Pairs {
    const Pair* first;
    const Pair* last;
    [[nodiscard]] const Pair* begin() const { return first; }
    [[nodiscard]] const Pair* end() const { return last; }
  };

  static std::string clean(std::string_view text);
  [[nodiscard]] std::string_view view(std::uint32_t at, std::uint32_t length) const {
    return std::string_view(bytes_).substr(at, length);
  }
  [[nodiscard]] std::string_view value_of(const Pair& pair) const;
  [[nodiscard]] const Pair* find(std::string_view key) const;
  [[nodiscard]] Pairs pairs_from(std::string_view key) const;
  [[nodiscard]] std::string_view raw(std::string_view key) const;

  std::string bytes_;
  std::vector<Pair> pairs_;  ///< by key, each key once
};

}  // namespace glusterfs_exporter::gluster::rpc

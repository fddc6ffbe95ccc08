#include "gluster/rpc/dict.hpp"

#include <algorithm>

#include "common/text.hpp"
#include "gluster/rpc/xdr.hpp"

namespace glusterfs_exporter::gluster::rpc {

namespace {

/// Two lengths, an empty key's NUL, an empty value.
constexpr std::size_t kSmallestPairBytes = 9;

std::unexpected<Error> refused(ErrorKind kind, const std::string& why) {
  return std::unexpected(Error{kind, "dict: " + why});
}

}  // namespace

std::string encode_dict(std::span<const DictEntry> entries) {
  XdrWriter words;  // a dict is words like XDR's, but its texts are not padded
  words.i32(static_cast<std::int32_t>(entries.size()));
  std::string bytes = words.bytes();
  for (const auto& [key, value] : entries) {
    XdrWriter lengths;
    lengths.i32(static_cast<std::int32_t>(key.size()));
    lengths.i32(static_cast<std::int32_t>(value.size() + 1));  // a value's NUL counts, a key's does not
    bytes.append(lengths.bytes()).append(key).append(1, '\0').append(value).append(1, '\0');
  }
  return bytes;
}

Result<Dict> Dict::decode(std::string bytes) {
  Dict dict;
  if (bytes.empty()) {
    return dict;
  }
  if (bytes.size() > kLargestBytes) {
    return refused(ErrorKind::oversize, std::to_string(bytes.size()) + " bytes");
  }
  dict.bytes_ = std::move(bytes);
  XdrReader in(dict.bytes_);
  const std::size_t count = in.u32();
  if (!in.ok() || count > in.rest().size() / kSmallestPairBytes) {
    return refused(ErrorKind::parse, "shorter than the number of its pairs allows");
  }
  if (count > kMostPairs) {
    return refused(ErrorKind::oversize, std::to_string(count) + " pairs");
  }
  dict.pairs_.reserve(count);
  const auto position = [&] { return static_cast<std::uint32_t>(dict.bytes_.size() - in.rest().size()); };
  for (std::size_t i = 0; i < count; ++i) {
    Pair pair{};
    pair.key_length = in.u32();
    pair.value_length = in.u32();
    pair.key_at = position();
    const auto key = in.take(pair.key_length);
    const auto end_of_key = in.take(1);
    pair.value_at = position();
    in.take(pair.value_length);
    if (!in.ok() || end_of_key != std::string_view("\0", 1) || key.contains('\0')) {
      return refused(ErrorKind::parse, "pair " + std::to_string(i + 1) + " is broken");
    }
    dict.pairs_.push_back(pair);
  }
  if (!in.at_end()) {
    return refused(ErrorKind::parse, "bytes after the last pair");
  }
  const auto key_of = [&](const Pair& pair) { return dict.view(pair.key_at, pair.key_length); };
  std::ranges::stable_sort(dict.pairs_, {}, key_of);
  const auto twice = std::ranges::unique(dict.pairs_, {}, key_of);
  dict.pairs_.erase(twice.begin(), twice.end());
  return dict;
}

std::string Dict::text(std::string_view key) const {
  return clean(raw(key));
}

std::string Dict::clean(std::string_view text) {
  return clean_utf8(text);
}

std::string_view Dict::value_of(const Pair& pair) const {
  const auto value = view(pair.value_at, pair.value_length);
  return value.substr(0, value.find('\0'));
}

Dict::Pairs Dict::pairs_from(std::string_view key) const {
  const auto key_of = [this](const Pair& pair) { return view(pair.key_at, pair.key_length); };
  const auto at = std::ranges::lower_bound(pairs_, key, {}, key_of) - pairs_.begin();
  return {pairs_.data() + at, pairs_.data() + pairs_.size()};
}

const Dict::Pair* Dict::find(std::string_view key) const {
  const auto pairs = pairs_from(key);
  const bool found = pairs.first != pairs.last && view(pairs.first->key_at, pairs.first->key_length) == key;
  return found ? pairs.first : nullptr;
}

std::string_view Dict::raw(std::string_view key) const {
  const Pair* pair = find(key);
  return pair == nullptr ? std::string_view() : value_of(*pair);
}

}  // namespace glusterfs_exporter::gluster::rpc

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gluster/rpc/dict.hpp"
#include "gluster/rpc/xdr.hpp"
#include "support/fuzz.hpp"

/// Dicts of any pairs. Targets for what reads a dict's pairs take them as lines, since hardly any mutation of
/// a serialized dict keeps its lengths right.
namespace glusterfs_exporter::fuzz {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// As encode_dict, for a number of pairs that is not known beforehand.
inline std::string serialized(const Pairs& pairs) {
  gluster::rpc::XdrWriter count;
  count.u32(static_cast<std::uint32_t>(pairs.size()));
  auto bytes = count.bytes();
  for (const auto& [key, value] : pairs) {
    bytes += gluster::rpc::encode_dict({{key, value}}).substr(count.bytes().size());
  }
  return bytes;
}

/// Each line "KEY=VALUE" is a pair; both end at a NUL.
inline gluster::rpc::Dict dict_of_lines(std::string_view text) {
  Pairs pairs;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto key = line.substr(0, line.find('='));
    const auto value = line.substr(std::min(line.size(), key.size() + 1));
    pairs.emplace_back(key.substr(0, key.find('\0')), value.substr(0, value.find('\0')));
  }
  auto dict = gluster::rpc::Dict::decode(serialized(pairs));
  require(dict.has_value(), "what is encoded can be decoded");
  require(dict->size() <= pairs.size(), "a dict has no more pairs than were put into it");
  return *std::move(dict);
}

}  // namespace glusterfs_exporter::fuzz

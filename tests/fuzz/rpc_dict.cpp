/// Input: a serialized dict.
#include <map>

#include "gluster/rpc/dict.hpp"
#include "support/dict_lines.hpp"
#include "support/fuzz.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

using gluster::rpc::Dict;

Pairs pairs_of(const Dict& dict, std::string_view prefix = {}) {
  Pairs pairs;
  dict.for_each(prefix, [&](std::string key, std::string value) {
    pairs.emplace_back(std::move(key), std::move(value));
  });
  return pairs;
}

void look_up(const Dict& dict, const std::string& key, const std::string& value) {
  require(dict.contains(key), "a key that is listed is found");
  require(dict.text(key) == value, "a key is found with the value it is listed with");
  const auto number = dict.number(key);
  require(!number || std::stod(value) >= 0, "a number without sign is what its text says");
  const auto real = dict.real(key);
  require(!real || std::isfinite(*real), "a number with a fraction is finite");
  require(!number || real, "a whole number is a number");
  const auto small = dict.number<int>(key);
  require(!small || *small <= 0 || (number && *number == static_cast<unsigned>(*small)),
          "a number is the same whatever its type");
  require(!pairs_of(dict, key).empty(), "a key is its own prefix");
}

void run(std::string_view input) {
  const auto dict = Dict::decode(std::string(input));
  if (!dict) {
    require_error(dict.error());
    return;
  }
  require(dict->bytes() == input.size(), "a dict keeps the bytes it is made of");
  const auto pairs = pairs_of(*dict);
  require(pairs.size() == dict->size(), "all pairs are listed");
  require(pairs.size() <= input.size() / 9, "a dict's pairs were all sent");
  Texts texts;
  for (const auto& [key, value] : pairs) {
    texts.add(key);
    texts.add(value);
  }
  require(texts.bytes() <= input.size() * kCleaned, "text is bounded by what came");

  // Keys that were not UTF-8 are listed other than they are found, and two may be listed the same.
  std::map<std::string, std::string> unique(pairs.begin(), pairs.end());
  const bool replaced = input.size() > valid_utf8_length(input);
  require(replaced || unique.size() == pairs.size(), "each key is listed once");
  if (unique.size() == pairs.size()) {
    const auto again = Dict::decode(serialized(pairs));
    require(again && pairs_of(*again) == Pairs(unique.begin(), unique.end()), "what is written is read back");
    for (const auto& [key, value] : unique) {
      look_up(*again, key, value);
    }
  }
  require(!dict->contains(std::string_view("\0", 1)), "a key that cannot be sent is not found");
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}

#include "common/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace glusterfs_exporter {
namespace {

struct Part {
  std::size_t length;
  bool valid;
};

/// The first character of `text`, or the ill-formed part before the next one. `text` is not empty.
Part first_part(std::string_view text) {
  const auto byte = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    return {.length = 1, .valid = true};
  }
  // Unicode's table 3-7: only the second byte's range depends on the first byte.
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    low = lead == 0xE0 ? 0xA0 : low;
    high = lead == 0xED ? 0x9F : high;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    low = lead == 0xF0 ? 0x90 : low;
    high = lead == 0xF4 ? 0x8F : high;
  } else {
    return {.length = 1, .valid = false};
  }
  for (std::size_t index = 1; index < length; ++index) {
    if (index >= text.size() || byte(index) < low || byte(index) > high) {
      return {.length = index, .valid = false};
    }
    low = 0x80;
    high = 0xBF;
  }
  return {.length = length, .valid = true};
}

}  // namespace

std::size_t valid_utf8_length(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t position = 0;
  while (position < text.size()) {
    std::uint64_t eight = 0;
    if (text.size() - position >= sizeof eight) {  // nearly all text is ASCII
      std::memcpy(&eight, text.data() + position, sizeof eight);
      if ((eight & kHighBits) == 0) {
        position += sizeof eight;
        continue;
      }
    }
    const Part part = first_part(text.substr(position));
    if (!part.valid) {
      return position;
    }
    position += part.length;
  }
  return position;
}

std::string clean_utf8(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string clean;
  clean.reserve(text.size());
  while (true) {
    const std::size_t valid = valid_utf8_length(text);
    clean.append(text.substr(0, valid));
    text.remove_prefix(valid);
    if (text.empty()) {
      return clean;
    }
    clean.append(kReplacement);
    text.remove_prefix(first_part(text).length);
  }
}

std::string shown(std::string_view text, std::size_t max_bytes) {
  constexpr std::string_view kCut = "…";
  // Cleaning makes text longer, never shorter: no more of it can be needed.
  auto line = clean_utf8(text.substr(0, max_bytes + 1));
  if (text.size() > max_bytes || line.size() > max_bytes) {
    line.resize(max_bytes > kCut.size() ? std::min(line.size(), max_bytes - kCut.size()) : 0);
    line.resize(valid_utf8_length(line));
    if (max_bytes >= kCut.size()) {
      line += kCut;
    }
  }
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return line;
}

}  // namespace glusterfs_exporter

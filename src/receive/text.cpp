#include "receive/text.hpp"

#include <algorithm>

#include "common/text.hpp"

namespace glusterfs_exporter::receive {

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

}  // namespace glusterfs_exporter::receive

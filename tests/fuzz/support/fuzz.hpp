#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "common/text.hpp"

/// What libFuzzer calls with each input, and the replay test too. A target ends the process when something
/// that must hold does not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace glusterfs_exporter::fuzz {

inline void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
  }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// The first byte of `input`, which is removed; 0 when there is none. Targets choose by it.
inline unsigned take_byte(std::string_view& input) {
  if (input.empty()) {
    return 0;
  }
  const auto byte = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return byte;
}

/// Invalid UTF-8 grows at most this much when it is cleaned: a byte becomes U+FFFD.
inline constexpr std::size_t kCleaned = 3;

/// Holds for all text that goes to pages and logs. Counts how much of it there is.
class Texts {
 public:
  void add(std::string_view text) {
    require(valid_utf8_length(text) == text.size(), "text is valid UTF-8");
    bytes_ += text.size();
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

/// An error is a line for the log: it must not carry a whole answer into it.
inline void require_error(const Error& error) {
  Texts().add(error.context);
  require(error.context.size() < 1024, "an error's text is short");
  require(!error.context.empty(), "an error says something");
}

}  // namespace glusterfs_exporter::fuzz

#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace glusterfs_exporter {

/// A whole decimal number, or nothing: "N/A", "" and "12 files" are not numbers.
template <class Number = std::uint64_t>
std::optional<Number> to_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace glusterfs_exporter

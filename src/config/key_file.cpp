#include "config/key_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "config/read_file.hpp"
#include "config/values.hpp"

namespace glusterfs_exporter::config {
namespace {

constexpr std::size_t kMostBytes = 1024;

bool is_visible(char c) {
  return c > ' ' && c < 0x7F;
}

/// What is wrong with what a file holds; empty when nothing is.
std::string problem_of(std::string_view key, std::size_t least_bytes) {
  if (!std::ranges::all_of(key, is_visible)) {
    return "must hold one line of visible ASCII characters without spaces";
  }
  if (key.size() < least_bytes || key.size() > kMostBytes) {
    return fmt::format("must hold {} to {} characters, holds {}", least_bytes, kMostBytes, key.size());
  }
  return {};
}

}  // namespace

std::expected<std::string, ConfigError> read_key_file(const Config& config, const std::string& setting,
                                                      const std::string& path, std::size_t least_bytes) {
  if (path.empty()) {
    return std::string();
  }
  const auto fail = [&](const std::string& problem) {
    return std::unexpected(
        ConfigError{config.origin(setting), setting + ": " + printable(path) + " " + problem});
  };
  auto text = read_file(path);
  if (!text) {
    return fail(text.error().message);
  }
  if (text->ends_with('\n')) {
    text->pop_back();
  }
  if (text->ends_with('\r')) {
    text->pop_back();
  }
  if (const auto problem = problem_of(*text, least_bytes); !problem.empty()) {
    return fail(problem);
  }
  return *std::move(text);
}

}  // namespace glusterfs_exporter::config

#include "config/values.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>

#include "common/text.hpp"

namespace glusterfs_exporter::config {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::uint64_t milliseconds;
};

/// From the largest to the smallest, the order in which a duration names them.
constexpr std::array<Unit, 7> kUnits = {{{"y", 31'536'000'000},
                                         {"w", 604'800'000},
                                         {"d", 86'400'000},
                                         {"h", 3'600'000},
                                         {"m", 60'000},
                                         {"s", 1'000},
                                         {"ms", 1}}};

/// More than any limit; a duration beyond it counts as this long, so that sums cannot overflow.
constexpr std::uint64_t kEndless = std::numeric_limits<std::int64_t>::max() / 1024;

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

/// Takes the characters from the front of `text` that are digits, or that are not.
std::string_view take(std::string_view& text, bool digits) {
  const auto* const end = std::find_if(text.begin(), text.end(),
                                       [digits](char character) { return is_digit(character) != digits; });
  const std::string_view taken = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}

/// The value of a run of digits, at most `endless`.
std::uint64_t number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() ? std::min(value, kEndless) : kEndless;
}

std::optional<std::uint64_t> duration_in_milliseconds(std::string_view text) {
  if (text.empty()) {
    return std::nullopt;
  }
  std::uint64_t sum = 0;
  const auto* next_unit = kUnits.begin();
  while (!text.empty()) {
    const std::string_view digits = take(text, true);
    const std::string_view name = take(text, false);
    const auto* const unit = std::find_if(next_unit, kUnits.end(),
                                          [name](const Unit& candidate) { return candidate.name == name; });
    if (digits.empty() || unit == kUnits.end()) {
      return std::nullopt;
    }
    const std::uint64_t count = number(digits);
    sum = count > kEndless / unit->milliseconds ? kEndless
                                                : std::min(sum + (count * unit->milliseconds), kEndless);
    next_unit = std::next(unit);
  }
  return sum;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string line;
  for (const char character : clean_utf8(text)) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '\n') {
      line += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      fmt::format_to(std::back_inserter(line), "\\x{:02x}", byte);
    } else {
      line += character;
    }
  }
  return line;
}

std::string quote(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string line = printable(text);
  if (line.size() > kLongest) {
    line.resize(kLongest);
    line.resize(valid_utf8_length(line));  // not in the middle of a character
    line += "...";
  }
  return "'" + line + "'";
}

Parsed<milliseconds> parse_duration(std::string_view text, milliseconds min, milliseconds max) {
  const std::optional<std::uint64_t> value = duration_in_milliseconds(text);
  if (!value) {
    return std::unexpected("must be a duration such as 500ms, 15s, 2m or 1m30s, is " + quote(text));
  }
  const milliseconds duration(static_cast<std::int64_t>(*value));
  if (duration < min || duration > max) {
    return std::unexpected(
        fmt::format("must be from {} to {}, is {}", format_duration(min), format_duration(max), quote(text)));
  }
  return duration;
}

std::string format_duration(milliseconds duration) {
  auto rest = static_cast<std::uint64_t>(duration.count());
  std::string text;
  for (const Unit& unit : kUnits) {
    const std::uint64_t count = rest / unit.milliseconds;
    if (count == 0 || unit.milliseconds > 3'600'000) {
      continue;
    }
    rest %= unit.milliseconds;
    fmt::format_to(std::back_inserter(text), "{}{}", count, unit.name);
  }
  return text.empty() ? "0s" : text;
}

Parsed<std::size_t> parse_whole_number(std::string_view text, std::size_t min, std::size_t max) {
  std::size_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < min || value > max) {
    return std::unexpected(fmt::format("must be a whole number from {} to {}, is {}", min, max, quote(text)));
  }
  return value;
}

Parsed<bool> parse_bool(std::string_view text) {
  if (text == "true") {
    return true;
  }
  if (text == "false") {
    return false;
  }
  return std::unexpected("must be true or false, is " + quote(text));
}

Parsed<std::string> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && text.find(':') != colon) {
    return std::unexpected(
        "IPv6 is not possible because Debian's civetweb is built without it: must be a numeric IPv4 address "
        "and a "
        "port such as 127.0.0.1:9713, is " +
        quote(text));
  }
  const auto wrong = [text]() {
    return std::unexpected(
        "must be a numeric IPv4 address and a port such as 127.0.0.1:9713, or :9713 for all addresses, is " +
        quote(text));
  };
  if (colon == std::string_view::npos) {
    return wrong();
  }
  const std::string host = colon == 0 ? "0.0.0.0" : std::string(text.substr(0, colon));
  in_addr address{};
  // inet_pton reads up to a NUL, which a quoted text in YAML can hold.
  if (host.find('\0') != std::string::npos || inet_pton(AF_INET, host.c_str(), &address) != 1) {
    return wrong();
  }
  const Parsed<std::size_t> port = parse_whole_number(text.substr(colon + 1), 1, 65535);
  if (!port) {
    return std::unexpected("the port " + port.error());
  }
  return fmt::format("{}:{}", host, *port);
}

}  // namespace glusterfs_exporter::config

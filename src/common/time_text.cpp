#include "common/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace glusterfs_exporter {
namespace {

using std::chrono::floor;

/// The digits of `text` as a number; `text` is short.
std::optional<unsigned> digits(std::string_view text) {
  if (!std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  unsigned number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// What stands between the seconds and the end: "Z" or ".123Z".
std::optional<std::chrono::nanoseconds> read_fraction(std::string_view text) {
  if (text == "Z") {
    return std::chrono::nanoseconds::zero();
  }
  constexpr std::size_t kMaxDecimals = 9;
  if (text.size() < 3 || text.size() > kMaxDecimals + 2 || !text.starts_with('.') || !text.ends_with('Z')) {
    return std::nullopt;
  }
  std::string decimals(text.substr(1, text.size() - 2));
  decimals.append(kMaxDecimals - decimals.size(), '0');
  const auto number = digits(decimals);
  return number ? std::optional(std::chrono::nanoseconds(*number)) : std::nullopt;
}

}  // namespace

std::string write_time(std::chrono::system_clock::time_point time) {
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(floor<std::chrono::milliseconds>(time - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<std::chrono::system_clock::time_point> read_time(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() <= kShape.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !digit : text[i] != kShape[i]) {
      return std::nullopt;
    }
  }
  const auto part = [text](std::size_t start, std::size_t length) {
    return digits(text.substr(start, length)).value_or(0);
  };
  const unsigned year = part(0, 4);
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(part(5, 2)), std::chrono::day(part(8, 2))};
  const std::chrono::hours hour(part(11, 2));
  const std::chrono::minutes minute(part(14, 2));
  const std::chrono::seconds second(part(17, 2));
  const auto fraction = read_fraction(text.substr(kShape.size()));
  if (year < 1970 || year > 2199 || !date.ok() || hour.count() > 23 || minute.count() > 59 ||
      second.count() > 59 || !fraction) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + hour + minute + second + *fraction;
}

}  // namespace glusterfs_exporter

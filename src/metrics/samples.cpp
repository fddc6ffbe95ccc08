#include "metrics/samples.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace glusterfs_exporter::metrics {

namespace {

bool needs_escape(char c) {
  return c == '"' || c == '\\' || c == '\n';
}

/// Writes where there is room enough; each function gives the end of what it wrote.
char* put(char* to, std::string_view text) {
  return to + text.copy(to, text.size());
}

char* put(char* to, const Label& label) {
  to = put(to, label.name);
  to = put(to, "=\"");
  for (const char c : label.value) {
    if (needs_escape(c)) {
      *to++ = '\\';
    }
    *to++ = c == '\n' ? 'n' : c;
  }
  *to++ = '"';
  return to;
}

/// More than put() writes.
std::size_t room_for(const Label& label) {
  return label.name.size() + 2 * label.value.size() + std::string_view("=\"\",").size();
}

constexpr std::size_t kRoomForNumber = 32;
constexpr std::uint64_t kBillion = 1'000'000'000;

template <std::integral Number>
char* put_number(char* to, Number value) {
  return std::to_chars(to, to + kRoomForNumber, value).ptr;
}

/// So many billionths, as a decimal without an exponent.
char* put_billionths(char* to, std::uint64_t billionths) {
  to = put_number(to, billionths / kBillion);
  auto rest = billionths % kBillion;
  if (rest == 0) {
    return to;
  }
  constexpr int kDigits = 9;
  *to = '.';
  for (int place = kDigits; place > 0; --place) {
    to[place] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  to += kDigits;
  while (*to == '0') {
    --to;
  }
  return to + 1;
}

/// The shortest decimal that is read back as the same number. Most are times in whole nanoseconds, which have
/// it in billionths: of at most 15 digits there are no two for one double. To find it in general takes twice
/// as long.
char* put_number(char* to, double value) {
  constexpr double kMost = 1e15;
  const double scaled = value * static_cast<double>(kBillion);
  if (scaled >= 0 && scaled < kMost) {
    const auto billionths = static_cast<std::uint64_t>(std::llrint(scaled));
    if (static_cast<double>(billionths) / static_cast<double>(kBillion) == value) {
      return put_billionths(to, billionths);
    }
  }
  if (std::isnan(value)) {
    return put(to, "NaN");
  }
  if (std::isinf(value)) {
    return put(to, value > 0 ? "+Inf" : "-Inf");
  }
  return std::to_chars(to, to + kRoomForNumber, value).ptr;
}

/// One growth of `out` for the whole sample: looking for room at each part of it takes longer than writing
/// it.
template <class Number>
void append_sample(std::string& out, std::string_view name, std::string_view suffix, std::string_view labels,
                   std::initializer_list<Label> more, Number value) {
  std::size_t room =
      name.size() + suffix.size() + labels.size() + kRoomForNumber + std::string_view("{} \n").size();
  for (const auto& label : more) {
    room += room_for(label);
  }
  const auto size = out.size();
  out.resize_and_overwrite(size + room, [&](char* begin, std::size_t) {
    char* to = put(put(begin + size, name), suffix);
    if (!labels.empty() || more.size() > 0) {
      char separator = '{';
      if (!labels.empty()) {
        *to++ = std::exchange(separator, ',');
        to = put(to, labels);
      }
      for (const auto& label : more) {
        *to++ = std::exchange(separator, ',');
        to = put(to, label);
      }
      *to++ = '}';
    }
    *to++ = ' ';
    to = put_number(to, value);
    *to++ = '\n';
    return static_cast<std::size_t>(to - begin);
  });
}

}  // namespace

std::string make_labels(std::initializer_list<Label> labels) {
  std::size_t room = 0;
  for (const auto& label : labels) {
    room += room_for(label);
  }
  std::string out;
  out.resize_and_overwrite(room, [&](char* begin, std::size_t) {
    char* to = begin;
    for (const auto& label : labels) {
      if (to != begin) {
        *to++ = ',';
      }
      to = put(to, label);
    }
    return static_cast<std::size_t>(to - begin);
  });
  return out;
}

void Samples::write(std::string_view labels, Labels more, std::string_view suffix, double value) {
  append_sample(out_, name_, suffix, labels, more, value);
}

void Samples::write(std::string_view labels, Labels more, std::string_view suffix, std::uint64_t value) {
  append_sample(out_, name_, suffix, labels, more, value);
}

void Samples::write(std::string_view labels, Labels more, std::string_view suffix, std::int64_t value) {
  append_sample(out_, name_, suffix, labels, more, value);
}

}  // namespace glusterfs_exporter::metrics

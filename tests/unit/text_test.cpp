#include "common/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace glusterfs_exporter {
namespace {

using namespace std::string_literals;

struct Case {
  std::string text;
  std::size_t valid_length;
  std::string clean;
};

TEST(Text, CleansUtf8) {
  const std::vector<Case> cases = {
      {"", 0, ""},
      {"plain", 5, "plain"},
      {"a\0b"s, 3, "a\0b"s},
      {"a line of more than eight bytes", 31, "a line of more than eight bytes"},
      {"\u00e9\u20ac\U0001F600", 9, "\u00e9\u20ac\U0001F600"},
      // The ends of every range.
      {"\x7F\xC2\x80\xDF\xBF", 5, "\x7F\xC2\x80\xDF\xBF"},
      {"\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF", 12,
       "\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"},
      {"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", 8, "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
      // A byte that begins nothing.
      {"\x80", 0, "\uFFFD"},
      {"a\xFF", 1, "a\uFFFD"},
      {"\xC0\x80", 0, "\uFFFD\uFFFD"},
      {"\xC1\xBF", 0, "\uFFFD\uFFFD"},
      {"\xF5\x80\x80\x80", 0, "\uFFFD\uFFFD\uFFFD\uFFFD"},
      // Overlong, surrogate, beyond U+10FFFF.
      {"\xE0\x9F\xBF", 0, "\uFFFD\uFFFD\uFFFD"},
      {"\xED\xA0\x80", 0, "\uFFFD\uFFFD\uFFFD"},
      {"\xF0\x8F\xBF\xBF", 0, "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"\xF4\x90\x80\x80", 0, "\uFFFD\uFFFD\uFFFD\uFFFD"},
      // Broken off: one replacement for what could have become a character.
      {"ab\xC3", 2, "ab\uFFFD"},
      {"\xE2\x82", 0, "\uFFFD"},
      {"\xE2\x82x", 0, "\uFFFDx"},
      {"\xF0\x9F\x98\xC3\xA9", 0, "\uFFFD\u00e9"},
      // Across and behind the eight bytes that are looked at together.
      {"1234567\xC3\xA9 12345678", 18, "1234567\u00e9 12345678"},
      {"12345678\x80 and 12345678 more \xFE", 8, "12345678\uFFFD and 12345678 more \uFFFD"},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(testing::PrintToString(row.text));
    EXPECT_EQ(valid_utf8_length(row.text), row.valid_length);
    EXPECT_EQ(clean_utf8(row.text), row.clean);
  }
}

TEST(Text, WhatIsCleanStaysAsItIs) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {'x', static_cast<char>(first), static_cast<char>(second), 'y'};
      const std::string clean = clean_utf8(text);
      ASSERT_EQ(valid_utf8_length(clean), clean.size());
      ASSERT_EQ(clean_utf8(clean), clean);
      ASSERT_EQ(clean == text, valid_utf8_length(text) == text.size());
    }
  }
}

}  // namespace
}  // namespace glusterfs_exporter

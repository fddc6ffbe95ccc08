#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/text.hpp"
#include "input/strict_json.hpp"

namespace glusterfs_exporter::input {
namespace {

using testing::HasSubstr;

std::string problem_of(std::string_view text) {
  const auto read = parse_strictly(text);
  return read ? "" : read.error().context;
}

TEST(StrictJson, ReadsWhatIsGood) {
  const auto read = parse_strictly(R"({"a": [1, 2.5, "ü", true, null], "b": {"a": 1}})");
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)["a"][2], "ü");
  EXPECT_EQ((*read)["b"]["a"], 1);
}

TEST(StrictJson, NamesThePlaceOfWhatIsWrong) {
  EXPECT_EQ(problem_of(""), "not JSON at byte 1");
  EXPECT_EQ(problem_of("{\"a\": nope}"), "not JSON at byte 8");
  EXPECT_EQ(problem_of("[1] 2"), "not JSON at byte 5");
  EXPECT_EQ(problem_of("[\"\xff\"]"), "not UTF-8 at byte 3");
  EXPECT_EQ(problem_of("[\"\\ud800\"]"), "not JSON at byte 9");
  EXPECT_EQ(problem_of("[1e999]"), "not JSON: a number is too large");
}

TEST(StrictJson, AKeyIsThereOnce) {
  EXPECT_EQ(problem_of(R"({"a": 1, "b": {"a": 2}, "\u0061": 3})"),
            "the key \"a\" is there twice in one object");
  EXPECT_EQ(problem_of(R"([{"a": 1}, {"a": 2}])"), "");
}

TEST(StrictJson, DepthAndCountAreBounded) {
  EXPECT_EQ(problem_of(std::string(16, '[') + std::string(16, ']')), "");
  EXPECT_EQ(problem_of(std::string(17, '[') + std::string(17, ']')), "nested deeper than 16");
  EXPECT_EQ(problem_of(std::string(1'048'576, '[')), "nested deeper than 16");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) {
    deep += "{\"a\":";
  }
  EXPECT_EQ(problem_of(deep), "nested deeper than 16");
  std::string many = "[0";
  for (int i = 0; i < 200'000; ++i) {
    many += ",0";
  }
  EXPECT_EQ(problem_of(many + "]"), "too many values");
}

TEST(Shown, IsOneLineOfBoundedValidText) {
  EXPECT_EQ(shown("plain", 5), "plain");
  EXPECT_EQ(shown("a\nb\x01"
                  "c\x7f",
                  10),
            "a b c ");
  EXPECT_EQ(shown("abcdefgh", 7), "abcd…");
  EXPECT_EQ(shown("äöüß", 7), "äö…");  // no letter is cut in two
  EXPECT_EQ(shown("\xff", 3), "\uFFFD");
  EXPECT_EQ(shown("\xff\xff", 5), "…");
}

}  // namespace
}  // namespace glusterfs_exporter::input

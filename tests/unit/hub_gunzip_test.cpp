#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/gzip.hpp"
#include "hub/gunzip.hpp"

namespace glusterfs_exporter::hub {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMost = std::size_t{1} << 20U;

std::string problem_of(std::string_view bytes, std::size_t most = kMost) {
  const auto unpacked = gunzip(bytes, most);
  return unpacked ? "" : unpacked.error().context;
}

TEST(Gunzip, GivesBackWhatWasCompressed) {
  for (const std::size_t size : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 200'000UL, kMost}) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
      text += static_cast<char>('a' + i * i % 26);
    }
    const auto unpacked = gunzip(gzip(text), kMost);
    ASSERT_TRUE(unpacked) << size << ": " << unpacked.error().context;
    EXPECT_EQ(*unpacked, text);
  }
}

TEST(Gunzip, StopsAtTheLimit) {
  const auto bomb = gzip(std::string(64 * kMost, ' '));
  EXPECT_LT(bomb.size(), kMost / 2);
  const auto unpacked = gunzip(bomb, kMost);
  ASSERT_FALSE(unpacked);
  EXPECT_EQ(unpacked.error().kind, ErrorKind::oversize);
  EXPECT_THAT(problem_of(gzip(std::string(kMost + 1, 'x'))), HasSubstr("larger than 1048576 bytes"));
  EXPECT_EQ(problem_of(gzip(std::string(kMost, 'x'))), "");
}

TEST(Gunzip, RefusesWhatIsNoWholeGzip) {
  const auto good = gzip("some text that is long enough to be cut in the middle");
  EXPECT_THAT(problem_of("{}"), HasSubstr("not gzip at byte"));
  EXPECT_THAT(problem_of(""), HasSubstr("cut off"));
  for (std::size_t length = 1; length < good.size(); ++length) {
    EXPECT_THAT(problem_of(good.substr(0, length)), HasSubstr("cut off")) << length;
  }
  EXPECT_THAT(problem_of(good + "x"), HasSubstr("something follows"));
  EXPECT_THAT(problem_of(good + good), HasSubstr("something follows"));
  auto wrong_sum = good;
  wrong_sum[wrong_sum.size() - 6] ^= 1;
  EXPECT_THAT(problem_of(wrong_sum), HasSubstr("not gzip"));
}

}  // namespace
}  // namespace glusterfs_exporter::hub

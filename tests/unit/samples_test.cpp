#include "metrics/samples.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

namespace glusterfs_exporter::metrics {
namespace {

template <class Number>
std::string written(std::string_view labels, std::initializer_list<Label> more, Number value,
                    std::string_view suffix = "") {
  std::string out;
  Samples samples(out);
  samples.set_name("m");
  samples.add(labels, more, value, suffix);
  return out;
}

TEST(Samples, WritesLabelsInOrder) {
  EXPECT_EQ(written("", {}, 1), "m 1\n");
  EXPECT_EQ(written(make_labels({{"a", "x"}, {"b", "y"}}), {}, 1), "m{a=\"x\",b=\"y\"} 1\n");
  EXPECT_EQ(written(make_labels({{"a", "x"}}), {{"b", "y"}, {"c", "z"}}, 1, "_sum"),
            "m_sum{a=\"x\",b=\"y\",c=\"z\"} 1\n");
  EXPECT_EQ(written("", {{"b", "y"}}, 1), "m{b=\"y\"} 1\n");
}

TEST(Samples, EscapesWhatTheFormatAsksFor) {
  EXPECT_EQ(written("", {{"a", "q\"b\\n\nl"}}, 1), "m{a=\"q\\\"b\\\\n\\nl\"} 1\n");
  EXPECT_EQ(make_labels({{"a", "\xC3\xA4 <&> \xF0\x9F\x98\x80"}}), "a=\"\xC3\xA4 <&> \xF0\x9F\x98\x80\"");
}

TEST(Samples, WritesNumbersExactly) {
  EXPECT_EQ(written("", {}, std::uint64_t{18446744073709551615ULL}), "m 18446744073709551615\n");
  EXPECT_EQ(written("", {}, std::int64_t{-5}), "m -5\n");
  EXPECT_EQ(written("", {}, true), "m 1\n");
  EXPECT_EQ(written("", {}, 0.1), "m 0.1\n");
  EXPECT_EQ(written("", {}, 1e-9), "m 0.000000001\n");
  EXPECT_EQ(written("", {}, 0.0), "m 0\n");
  EXPECT_EQ(written("", {}, 5.0), "m 5\n");
  EXPECT_EQ(written("", {}, 12.05), "m 12.05\n");
  EXPECT_EQ(written("", {}, 999999.999999999), "m 999999.999999999\n");
  EXPECT_EQ(written("", {}, 1e-10), "m 1e-10\n");
  EXPECT_EQ(written("", {}, 1e21), "m 1e+21\n");
  EXPECT_EQ(written("", {}, -0.25), "m -0.25\n");
  EXPECT_EQ(written("", {}, std::numeric_limits<double>::infinity()), "m +Inf\n");
  EXPECT_EQ(written("", {}, -std::numeric_limits<double>::infinity()), "m -Inf\n");
  EXPECT_EQ(written("", {}, std::numeric_limits<double>::quiet_NaN()), "m NaN\n");
}

TEST(Samples, NumbersAreReadBackAsTheyWere) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const auto bits = random();
    const auto any = std::bit_cast<double>(bits);
    const auto nanoseconds = static_cast<double>(bits >> (bits % 64)) / 1e9;
    for (const double value : {std::isfinite(any) ? any : 0.0, nanoseconds, nanoseconds / 3}) {
      const auto text = written("", {}, value).substr(2);
      EXPECT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
    }
  }
}

TEST(Samples, WhatIsNotKnownHasNone) {
  std::string out;
  Samples samples(out);
  samples.set_name("m");
  samples.add("", std::optional<double>());
  EXPECT_EQ(out, "");
  samples.add("", std::optional<double>(2));
  EXPECT_EQ(out, "m 2\n");
}

}  // namespace
}  // namespace glusterfs_exporter::metrics

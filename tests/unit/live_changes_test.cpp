#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "live/changes.hpp"

namespace glusterfs_exporter::live {
namespace {

using nlohmann::json;

struct Case {
  const char* from;
  const char* to;
  const char* patch;
};

class MergePatch : public testing::TestWithParam<Case> {};

TEST_P(MergePatch, HoldsWhatDiffers) {
  const auto from = json::parse(GetParam().from);
  const auto to = json::parse(GetParam().to);
  const auto patch = merge_patch(from, to);
  EXPECT_EQ(patch, json::parse(GetParam().patch));
  auto applied = from;
  applied.merge_patch(patch);
  EXPECT_EQ(applied, to);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, MergePatch,
    testing::Values(Case{"{}", "{}", "{}"},
                    Case{R"({"a":1,"b":{"c":[1]}})", R"({"a":1,"b":{"c":[1]}})", "{}"},
                    Case{R"({"a":1})", R"({"a":2})", R"({"a":2})"},
                    Case{R"({"a":1})", R"({"b":1})", R"({"a":null,"b":1})"},
                    Case{R"({"b":1})", R"({"a":1,"b":1,"c":1})", R"({"a":1,"c":1})"},
                    Case{R"({"a":{"b":1,"c":2}})", R"({"a":{"b":1,"c":3}})", R"({"a":{"c":3}})"},
                    Case{R"({"a":{"b":1}})", R"({"a":{}})", R"({"a":{"b":null}})"},
                    Case{R"({})", R"({"a":{}})", R"({"a":{}})"},
                    Case{R"({"a":{"b":1}})", R"({"a":[1]})", R"({"a":[1]})"},
                    Case{R"({"a":[1]})", R"({"a":{"b":{}}})", R"({"a":{"b":{}}})"},
                    Case{R"({"a":[1,2]})", R"({"a":[1,null]})", R"({"a":[1,null]})"},
                    Case{"[1]", R"({"a":1})", R"({"a":1})"}, Case{R"({"a":1})", "3", "3"}));

/// Documents small enough that two of them often have something in common.
class RandomDocument {
 public:
  explicit RandomDocument(unsigned seed) : random_(seed) {}

  json object(int depth) {
    auto document = json::object();
    for (const auto* key : {"a", "b", "c", "~/", ""}) {
      if (below(2) == 0) {
        document[key] = value(depth);
      }
    }
    return document;
  }

 private:
  json value(int depth) {
    switch (below(depth > 0 ? 6 : 4)) {
      case 0:
        return below(3);
      case 1:
        return std::string(below(2), 'x');
      case 2:
        return below(2) == 0;
      case 3:
        return json::array({below(2), nullptr});
      default:
        return object(depth - 1);
    }
  }

  unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_); }

  std::mt19937 random_;
};

TEST(MergePatchTest, MakesTheSecondDocumentOfTheFirst) {
  RandomDocument random(20261121);
  for (int i = 0; i < 2000; ++i) {
    const auto from = random.object(3);
    const auto to = random.object(3);
    const auto patch = merge_patch(from, to);
    EXPECT_EQ(patch.empty(), from == to);
    auto applied = from;
    applied.merge_patch(patch);
    ASSERT_EQ(applied, to) << from << " with " << patch;
  }
}

}  // namespace
}  // namespace glusterfs_exporter::live

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "common/time_text.hpp"
#include "hub/pushed_document.hpp"
#include "support/recorded.hpp"
#include "support/source_dir.hpp"

namespace glusterfs_exporter::hub {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

/// A real exporter's document of a real cluster, or one that was made of the schema and has every member.
json recorded(const std::string& name) {
  return json::parse(test::read_file(test::fixtures() / "push" / (name + ".json")));
}

std::string problem_of(const std::string& text) {
  const auto document = read_pushed_document(text);
  return document ? "" : document.error().context;
}

std::string problem_of_json(const json& document) {
  return problem_of(document.dump());
}

json schema_file() {
  return json::parse(test::read_file(test::source_dir() / "docs/schema/state.v1.json"));
}

/// Calls `visit` with the place of every value below the document, and whether the schema requires it.
void walk(const json& schema, json part, const json& value, const json::json_pointer& place,
          const std::function<void(const json::json_pointer&, bool)>& visit) {
  while (part.contains("$ref")) {
    part = schema.at(json::json_pointer(part["$ref"].get<std::string>().substr(1)));
  }
  if (!value.is_structured()) {
    return;
  }
  std::size_t number = 0;
  for (auto element = value.begin(); element != value.end(); ++element, ++number) {
    const auto inner = value.is_object() ? place / element.key() : place / number;
    const bool known = value.is_object() && part.contains("properties");
    const auto& shape = known               ? part["properties"].at(element.key())
                        : value.is_object() ? part["additionalProperties"]
                                            : part["items"];
    const auto required = part.value("required", json::array());
    visit(inner, known && std::ranges::find(required, json(element.key())) != required.end());
    walk(schema, shape, *element, inner, visit);
  }
}

TEST(PushedDocument, IsKeptAsItCame) {
  for (const auto* name : {"state", "every-member"}) {
    const auto sent = recorded(name);
    const auto document = read_pushed_document(sent.dump());
    ASSERT_TRUE(document) << document.error().context;
    EXPECT_EQ(document->json, sent);
    EXPECT_EQ(document->sender, sent["node"]["peer_uuid"].get<std::string>() + " " +
                                    sent["node"]["started_at"].get<std::string>());
    EXPECT_EQ(document->taken_at, read_time(sent["cluster"]["taken_at"].get<std::string>()));
  }
}

TEST(PushedDocument, NeedsWhatTheSchemaRequiresWithTheTypesItHas) {
  const auto good = recorded("every-member");
  const auto schema = schema_file();
  const std::vector<json> others{json("text"), json(-1), json(true), json::object(), json::array()};
  int places = 0;
  walk(schema, schema, good, json::json_pointer(), [&](const json::json_pointer& place, bool required) {
    ++places;
    for (const auto& other : others) {
      const bool same = other.type() == good[place].type() || (other.is_number() && good[place].is_number());
      if (!same || other.is_number()) {
        auto changed = good;
        changed[place] = other;
        EXPECT_NE(problem_of_json(changed), "") << place << " = " << other;
      }
    }
    auto null = good;
    null[place] = nullptr;
    EXPECT_NE(problem_of_json(null), "") << place << " = null";
    if (!good[place.parent_pointer()].is_object()) {
      return;
    }
    auto without = good;
    without[place.parent_pointer()].erase(place.back());
    // Exporters that push all tell when they were started.
    const bool needed = required || place.to_string() == "/node/started_at";
    EXPECT_EQ(problem_of_json(without).empty(), !needed) << place << problem_of_json(without);
  });
  EXPECT_GT(places, 200);
}

TEST(PushedDocument, ProblemsNameThePlace) {
  auto document = recorded("state");
  document["volumes"]["rep3"]["bricks"].begin().value()["online"] = "yes";
  const auto brick = document["volumes"]["rep3"]["bricks"].begin().key();
  EXPECT_EQ(problem_of_json(document), "volumes.rep3.bricks." + brick + ".online must be true or false");
  document = recorded("state");
  document["cluster"].erase("taken_at");
  EXPECT_EQ(problem_of_json(document), "cluster.taken_at is missing");
  document = recorded("state");
  document["cluster"]["taken_at"] = "yesterday";
  EXPECT_EQ(problem_of_json(document), "cluster.taken_at must be a time like 2026-11-21T03:14:35.123Z");
  document = recorded("state");
  document["node"]["something"]["new"] = {{{"inside", nullptr}}};
  EXPECT_EQ(problem_of_json(document), "node.something.new.0.inside is null: leave out what is not known");
  document = recorded("state");
  document["node"]["peer_uuid"] = std::string(129, 'x');
  EXPECT_EQ(problem_of_json(document), "node.peer_uuid is longer than 128 bytes");
  document = recorded("state");
  document["volumes"][std::string(100'000, '\n')] = 1;
  EXPECT_LT(problem_of_json(document).size(), 700U);
  EXPECT_EQ(problem_of_json(document).find('\n'), std::string::npos);
}

TEST(PushedDocument, IsOneOfThisVersion) {
  for (const auto* text :
       {"{}", "[]", "1", R"({"schema": 1})", R"({"schema": "glusterfs_exporter/state/v2"})"}) {
    EXPECT_EQ(problem_of(std::string(text)), "schema must be \"glusterfs_exporter/state/v1\"") << text;
  }
}

TEST(PushedDocument, OfANewerExporterIsTaken) {
  auto document = recorded("state");
  document["new"] = {1, "x", {{"a", true}}, nullptr};
  document["cluster"]["health"] = "a new word";
  document["volumes"]["rep3"]["type"] = "a new word";
  document["volumes"]["rep3"]["options"]["long"] = std::string(10'000, 'x');
  EXPECT_EQ(problem_of_json(document), "");
  EXPECT_EQ(read_pushed_document(document.dump())->json, document);
}

TEST(PushedDocument, IsStrictJson) {
  const auto good = recorded("state").dump();
  EXPECT_THAT(problem_of(good.substr(0, good.size() / 2)), StartsWith("not JSON at byte"));
  EXPECT_THAT(problem_of(R"({"schema":"x",)" + good.substr(1)), HasSubstr("is there twice"));
  EXPECT_THAT(problem_of("{\"a\":\"\xff\"}"), StartsWith("not UTF-8"));
  EXPECT_THAT(problem_of(R"({"a":1e999})"), HasSubstr("too large"));
  EXPECT_EQ(problem_of(std::string(33, '[') + std::string(33, ']')), "nested deeper than 32");
  EXPECT_EQ(problem_of(std::string(32, '[') + std::string(32, ']')),
            "schema must be \"glusterfs_exporter/state/v1\"");
  std::string many = "[0";
  for (std::size_t i = 0; i < kMaxDocumentValues; ++i) {
    many += ",0";
  }
  EXPECT_EQ(problem_of(many + "]"), "too many values");
}

}  // namespace
}  // namespace glusterfs_exporter::hub

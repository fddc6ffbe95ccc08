#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "live/changes.hpp"
#include "live/state_document.hpp"
#include "support/json_schema.hpp"
#include "support/pictures.hpp"
#include "webhook/changes_document.hpp"
#include "webhook/notable.hpp"

namespace glusterfs_exporter::webhook {
namespace {

using nlohmann::json;

struct Step {
  const char* before;
  const char* after;
};

bool notable(const Step& step) {
  const auto before = json::parse(step.before);
  return is_notable(before, live::merge_patch(before, json::parse(step.after)));
}

TEST(WebhookNotable, IsWhatIsNoNumberAndNoTime) {
  const std::vector<Step> happened = {
      {R"({"b": {"online": true}})", R"({"b": {"online": false}})"},
      {R"({"b": {"online": true}})", R"({"b": {}})"},
      {R"({"b": {}})", R"({"b": {"online": true}})"},
      {R"({"health": "up"})", R"({"health": "degraded"})"},
      {R"({"volumes": {}})", R"({"volumes": {"v": {"status": "created", "size": 7}}})"},
      {R"({"volumes": {"v": {"status": "created"}}})", R"({"volumes": {}})"},
      {R"({"reasons": []})", R"({"reasons": ["brick is offline"]})"},
      {R"({"reasons": ["brick is offline"]})", R"({"reasons": []})"},
      {R"({"events": {"1": {"id": 1}}})", R"({"events": {"1": {"id": 1}, "2": {"kind": "brick_offline"}}})"},
      {R"({"a": 1})", R"({"a": "1"})"},
      {R"({"a": "1"})", R"({"a": 1})"},
  };
  for (const auto& step : happened) {
    EXPECT_TRUE(notable(step)) << step.before << " " << step.after;
  }
  const std::vector<Step> nothing_happened = {
      {R"({"a": 1, "t": "2026-11-21T12:00:00.003Z"})", R"({"a": 2, "t": "2026-11-21T12:00:05.003Z"})"},
      {R"({"a": {}})", R"({"a": {"rate": 1.5, "fops": {"READ": {"calls_total": 1}}}})"},
      {R"({"a": {"rate": 1.5, "fops": {"READ": {"calls_total": 1}}}})", R"({"a": {}})"},
      {R"({"c": {}})", R"({"c": {"last_success": "2026-11-21T12:00:00.003Z"}})"},
      {R"({"b": {"top_files": [{"file": "/a"}]}})", R"({"b": {"top_files": [{"file": "/b"}]}})"},
      {R"({"sizes": [1, 2]})", R"({"sizes": [1, 3]})"},
      {R"({"a": {"online": true, "n": 1}})", R"({"a": {"online": true, "n": 2}})"},
  };
  for (const auto& step : nothing_happened) {
    EXPECT_FALSE(notable(step)) << step.before << " " << step.after;
  }
}

class WebhookChanges : public testing::Test {
 protected:
  static json some_state() {
    model::Snapshot snapshot;
    snapshot.taken_at = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);
    snapshot.peer_uuid = "uuid1";
    snapshot.volumes = {test::replicated({{test::kUp, test::kDown}})};
    auto state = live::state_document(snapshot, live::Rates(), {});
    state["alerts"] = json::object();
    return state;
  }

  static json write(const json* before, const json& now) {
    const std::string id = "run-2";
    const std::string follows = "run-1";
    const auto text = write_changes({id, follows, before, now});
    return text.empty() ? json() : json::parse(text);
  }
};

TEST_F(WebhookChanges, BeginWithTheWholeState) {
  const auto state = some_state();
  const auto document = write(nullptr, state);
  EXPECT_EQ(document["schema"], "glusterfs_exporter/changes/v1");
  EXPECT_EQ(document["id"], "run-2");
  EXPECT_FALSE(document.contains("follows"));
  EXPECT_FALSE(document.contains("change"));
  EXPECT_EQ(document["state"], state);
  EXPECT_EQ(document["taken_at"], state["cluster"]["taken_at"]);
  EXPECT_EQ(document["peer_uuid"], state["node"]["peer_uuid"]);
  EXPECT_EQ(test::schema_errors("changes.v1.json", document), "");
}

TEST_F(WebhookChanges, GoOnWithWhatIsOther) {
  const auto before = some_state();
  auto now = before;
  now["cluster"]["health"] = "critical";
  now["cluster"]["taken_at"] = "2026-11-21T12:00:05.000Z";
  const auto document = write(&before, now);
  EXPECT_EQ(document["follows"], "run-1");
  EXPECT_FALSE(document.contains("state"));
  EXPECT_EQ(document["change"], json::parse(R"({"cluster": {"health": "critical",
                                                           "taken_at": "2026-11-21T12:00:05.000Z"}})"));
  EXPECT_EQ(test::schema_errors("changes.v1.json", document), "");
  auto merged = before;
  merged.merge_patch(document["change"]);
  EXPECT_EQ(merged, now);
}

TEST_F(WebhookChanges, AreNotWrittenWhereThereAreNone) {
  const auto state = some_state();
  EXPECT_TRUE(write(&state, state).is_null());
}

}  // namespace
}  // namespace glusterfs_exporter::webhook

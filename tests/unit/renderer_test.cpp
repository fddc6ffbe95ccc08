#include "metrics/renderer.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "metrics/catalogue.hpp"
#include "metrics/exporter_metrics.hpp"
#include "support/pictures.hpp"

namespace glusterfs_exporter::metrics {
namespace {

using namespace std::chrono_literals;

model::Snapshot busy_picture() {
  model::Snapshot snapshot;
  snapshot.leader = true;
  snapshot.up = true;
  snapshot.version = "10.3";
  snapshot.volumes_known = true;
  auto volume = test::replicated({{test::kUp, test::kDown, test::kUnknown}});
  model::BrickProfile profile;
  profile.fops = {{"LOOKUP", 4, true, 0.5, 0.1, 0.2}, {"RELEASE", 9, false, 0, 0, 0}};
  profile.upcalls = {{"CI_IATT", 3}};
  profile.blocks = {{256, 1, 0}, {512, 2, 0}, {4096, 0, 7}, {1048576, 5, 0}};
  profile.bytes_read = 12345;
  profile.bytes_written = 28672;
  volume.subvolumes[0].bricks[0].profile = std::make_shared<const model::BrickProfile>(profile);
  snapshot.volumes.push_back(std::move(volume));
  return snapshot;
}

Page render(const model::Snapshot& snapshot, const std::vector<prometheus::MetricFamily>& own = {}) {
  return Renderer({"cluster.quorum-type"}).render(std::make_shared<const model::Snapshot>(snapshot), {}, own);
}

/// The value of a series, or "absent".
std::string value_of(const std::string& page, const std::string& series) {
  const auto at = page.find("\n" + series + " ");
  if (at == std::string::npos) {
    return "absent";
  }
  const auto start = at + series.size() + 2;
  return page.substr(start, page.find('\n', start) - start);
}

const std::string kFirst = "volume=\"v\",host=\"node1\",brick=\"/srv/b1\"";

TEST(Renderer, UnknownIsAbsentAndNotZero) {
  const auto page = render(busy_picture()).text->joined();
  EXPECT_EQ(value_of(page, "glusterfs_brick_online{" + kFirst + "}"), "1");
  EXPECT_EQ(value_of(page, "glusterfs_brick_online{volume=\"v\",host=\"node2\",brick=\"/srv/b2\"}"), "0");
  EXPECT_EQ(value_of(page, "glusterfs_brick_online{volume=\"v\",host=\"node3\",brick=\"/srv/b3\"}"),
            "absent");
  EXPECT_EQ(value_of(page, "glusterfs_volume_bricks_online{volume=\"v\"}"), "absent");
  EXPECT_EQ(page.find("glusterfs_op_version"), std::string::npos);
  EXPECT_EQ(page.find("glusterfs_peers"), std::string::npos);
}

TEST(Renderer, HistogramsCountBlocksUpToTheirBounds) {
  const auto page = render(busy_picture()).text->joined();
  const auto bucket = [&](const std::string& le) {
    return value_of(page, "glusterfs_brick_read_size_bytes_bucket{" + kFirst + ",le=\"" + le + "\"}");
  };
  EXPECT_EQ(bucket("511"), "1");      // sizes 256 to 511
  EXPECT_EQ(bucket("4095"), "3");     // and 512 to 1023
  EXPECT_EQ(bucket("1048575"), "3");  // 1 MiB is above
  EXPECT_EQ(bucket("+Inf"), "8");
  EXPECT_EQ(value_of(page, "glusterfs_brick_read_size_bytes_count{" + kFirst + "}"), "8");
  EXPECT_EQ(value_of(page, "glusterfs_brick_read_size_bytes_sum{" + kFirst + "}"), "12345");
  EXPECT_EQ(value_of(page, "glusterfs_brick_write_size_bytes_sum{" + kFirst + "}"), "28672");
  EXPECT_EQ(value_of(page, "glusterfs_brick_write_size_bytes_bucket{" + kFirst + ",le=\"4095\"}"), "0");
  EXPECT_EQ(value_of(page, "glusterfs_brick_write_size_bytes_bucket{" + kFirst + ",le=\"8191\"}"), "7");
}

TEST(Renderer, TimedAndUntimedFopsAndUpcallsAreThreeMetrics) {
  const auto page = render(busy_picture()).text->joined();
  EXPECT_EQ(value_of(page, "glusterfs_brick_fop_duration_seconds_sum{" + kFirst + ",fop=\"LOOKUP\"}"), "0.5");
  EXPECT_EQ(value_of(page, "glusterfs_brick_fop_duration_seconds_count{" + kFirst + ",fop=\"LOOKUP\"}"), "4");
  EXPECT_EQ(value_of(page, "glusterfs_brick_fop_duration_seconds_count{" + kFirst + ",fop=\"RELEASE\"}"),
            "absent");
  EXPECT_EQ(value_of(page, "glusterfs_brick_fops_total{" + kFirst + ",fop=\"RELEASE\"}"), "9");
  EXPECT_EQ(value_of(page, "glusterfs_brick_upcalls_total{" + kFirst + ",upcall=\"CI_IATT\"}"), "3");
}

TEST(Renderer, OpenMetricsDropsSuffixesFromNamesAndEnds) {
  const auto page = render(busy_picture()).openmetrics->joined();
  EXPECT_NE(page.find("# TYPE glusterfs_brick_fops counter\n"), std::string::npos);
  EXPECT_NE(page.find("# TYPE glusterfs_version info\nglusterfs_version_info{version=\"10.3\"} 1\n"),
            std::string::npos);
  EXPECT_TRUE(page.ends_with("\n# EOF\n"));
}

TEST(Renderer, TextFormatKeepsSuffixesAndDoesNotEnd) {
  const auto page = render(busy_picture()).text->joined();
  EXPECT_NE(page.find("# TYPE glusterfs_brick_fops_total counter\n"), std::string::npos);
  EXPECT_NE(page.find("# TYPE glusterfs_version_info gauge\n"), std::string::npos);
  EXPECT_EQ(page.find("# EOF"), std::string::npos);
}

TEST(Renderer, ShowsOnlyTheOptionsThatWereAskedFor) {
  auto snapshot = busy_picture();
  snapshot.volumes[0].options = {{"cluster.quorum-type", "auto"}, {"auth.ssl-allow", "secret"}};
  const auto page = render(snapshot).text->joined();
  EXPECT_EQ(
      value_of(page,
               "glusterfs_volume_option_info{volume=\"v\",option=\"cluster.quorum-type\",value=\"auto\"}"),
      "1");
  EXPECT_EQ(page.find("auth.ssl-allow"), std::string::npos);
}

TEST(Renderer, WritesWhatTheExporterCounted) {
  ExporterMetrics own;
  own.command_ended("volume_info", 70ms, "");
  own.command_ended("volume_info", 20s, "timeout");
  own.request_answered("/metrics", 200);
  own.request_answered("/metrics", 200);
  own.webhook_added("hub");
  own.webhook_queue("hub", 3, 4096);
  own.webhook_queue("hub", 1, 1024);
  own.webhook_dropped("hub", 2);
  own.webhook_dropped("hub", 3);
  own.webhook_ended("hub", "delivered");
  own.webhook_retried("hub", "timeout");
  own.webhook_added("hub");  // once more, after a reload: goes on
  own.webhook_queue("hub", 1, 1024);
  own.webhook_added("gone");
  own.webhook_retried("gone", "connect");
  own.webhook_removed("gone");
  own.config_read(true);
  own.config_read(false);
  const auto page = render({}, own.collect()).text->joined();
  EXPECT_EQ(page.find("target=\"gone\""), std::string::npos);
  EXPECT_EQ(value_of(page, "glusterfs_exporter_config_last_reload_successful"), "0");
  EXPECT_GT(std::stod(value_of(page, "glusterfs_exporter_config_last_reload_success_timestamp_seconds")),
            1.7e9);
  EXPECT_EQ(value_of(page, "glusterfs_exporter_webhook_queue_entries{target=\"hub\"}"), "1");
  EXPECT_EQ(value_of(page, "glusterfs_exporter_webhook_queue_bytes{target=\"hub\"}"), "1024");
  EXPECT_EQ(value_of(page, "glusterfs_exporter_webhook_dropped_total{target=\"hub\"}"), "5");
  EXPECT_EQ(
      value_of(page, "glusterfs_exporter_webhook_deliveries_total{result=\"delivered\",target=\"hub\"}"),
      "1");
  EXPECT_EQ(value_of(page, "glusterfs_exporter_webhook_retries_total{reason=\"timeout\",target=\"hub\"}"),
            "1");
  const std::string name = "glusterfs_exporter_command_duration_seconds";
  EXPECT_EQ(value_of(page, name + "_bucket{command=\"volume_info\",le=\"0.1\"}"), "1");
  EXPECT_EQ(value_of(page, name + "_bucket{command=\"volume_info\",le=\"30\"}"), "2");
  EXPECT_EQ(value_of(page, name + "_bucket{command=\"volume_info\",le=\"+Inf\"}"), "2");
  EXPECT_EQ(value_of(page, name + "_count{command=\"volume_info\"}"), "2");
  EXPECT_EQ(value_of(page, name + "_sum{command=\"volume_info\"}"), "20.07");
  EXPECT_EQ(
      value_of(page, "glusterfs_exporter_command_failures_total{command=\"volume_info\",reason=\"timeout\"}"),
      "1");
  EXPECT_EQ(value_of(page, "glusterfs_exporter_http_requests_total{code=\"200\",route=\"/metrics\"}"), "2");
}

TEST(Renderer, ShowsWhyACollectorFailed) {
  model::Snapshot snapshot;
  snapshot.leader = true;
  model::CollectorState state;
  state.name = "status";
  state.enabled = true;
  state.interval = 30s;
  state.success = false;
  state.failure_reason = "timeout";
  snapshot.collectors = {state};
  const auto page = render(snapshot).text->joined();
  EXPECT_EQ(value_of(page, "glusterfs_scrape_collector_success{collector=\"status\"}"), "0");
  EXPECT_EQ(
      value_of(page, "glusterfs_scrape_collector_failure_info{collector=\"status\",reason=\"timeout\"}"),
      "1");
  EXPECT_EQ(value_of(page, "glusterfs_collector_interval_seconds{collector=\"status\"}"), "30");
  EXPECT_EQ(page.find("glusterfs_collector_last_success"), std::string::npos);
}

std::string unzipped(const std::string& bytes) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
  std::string out(1U << 20U, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(Renderer, CompressesBothForms) {
  const auto page = compressed(render(busy_picture()));
  EXPECT_EQ(unzipped(*page.text_gzip), page.text->joined());
  EXPECT_EQ(unzipped(*page.openmetrics_gzip), page.openmetrics->joined());
  EXPECT_LT(page.text_gzip->size(), page.text->size() / 2);
}

using Picture = std::shared_ptr<const model::Snapshot>;

Picture shared(const model::Snapshot& snapshot) {
  return std::make_shared<const model::Snapshot>(snapshot);
}

/// Two volumes of three bricks each, those of the first with a profile.
model::Snapshot two_volumes() {
  auto snapshot = busy_picture();
  for (auto& brick : snapshot.volumes[0].subvolumes[0].bricks) {
    brick.profile = snapshot.volumes[0].subvolumes[0].bricks[0].profile;
  }
  snapshot.volumes.push_back(test::replicated({{test::kUp, test::kUp, test::kUp}}));
  snapshot.volumes[1].name = "w";
  return snapshot;
}

/// What came after `before` has to be the same as without anything before it.
void expect_same_as_new(const model::Snapshot& before, const model::Snapshot& after) {
  Renderer renderer({"cluster.quorum-type"});
  renderer.render(shared(before), {}, {});
  const auto page = renderer.render(shared(after), {}, {});
  const auto expected = render(after);
  EXPECT_EQ(page.text->joined(), expected.text->joined());
  EXPECT_EQ(page.openmetrics->joined(), expected.openmetrics->joined());
}

TEST(Renderer, ShowsEveryChange) {
  const auto before = two_volumes();
  const auto expect_shown = [&](auto change) {
    auto after = before;
    change(after);
    EXPECT_NE(render(before).text->joined(), render(after).text->joined());
    expect_same_as_new(before, after);
    expect_same_as_new(after, before);
  };
  expect_shown([](auto& picture) { picture.leader = false; });
  expect_shown([](auto& picture) { picture.op_version = 100000; });
  expect_shown([](auto& picture) { picture.volumes.erase(picture.volumes.begin()); });
  expect_shown([](auto& picture) { picture.volumes[0].name = "a"; });
  expect_shown([](auto& picture) { picture.volumes[1].status = model::VolumeStatus::stopped; });
  expect_shown([](auto& picture) { picture.volumes[1].options["cluster.quorum-type"] = "none"; });
  expect_shown([](auto& picture) { picture.volumes[0].subvolumes[0].health = model::Health::down; });
  const auto expect_brick_shown = [&](auto change) {
    expect_shown([&](auto& picture) { change(picture.volumes[0].subvolumes[0].bricks[1]); });
  };
  expect_brick_shown([](auto& brick) { brick.online = true; });
  expect_brick_shown([](auto& brick) { brick.id.path = "/srv/other"; });
  expect_brick_shown([](auto& brick) { brick.spoken_for = !brick.spoken_for; });
  expect_brick_shown([](auto& brick) { brick.split_brain_entries = 2; });
  expect_brick_shown([](auto& brick) { brick.top_files = {{model::TopCall::read, "/f", 7}}; });
  expect_brick_shown([](auto& brick) {
    auto profile = *brick.profile;
    profile.fops[0].count += 1;
    brick.profile = std::make_shared<const model::BrickProfile>(profile);
  });
  // The bricks as before, each in a subvolume of its own.
  expect_shown([](auto& picture) {
    auto& subvolumes = picture.volumes[0].subvolumes;
    const auto bricks = std::exchange(subvolumes, {}).front().bricks;
    for (const auto& brick : bricks) {
      subvolumes.emplace_back().bricks = {brick};
    }
  });
}

/// Where the samples of a series' metric lie in memory.
const char* place_of(const Page& page, const std::string& series) {
  const char* place = nullptr;
  page.text->each([&](std::string_view piece) {
    place = piece.starts_with(series) ? piece.data() : nullptr;
    return place == nullptr;
  });
  return place;
}

TEST(Renderer, WritesOnlyWhatHasChanged) {
  const std::string name = "glusterfs_brick_fop_duration_seconds_sum{volume=\"v\",host=\"node";
  auto snapshot = two_volumes();
  Renderer renderer({});
  const auto first = renderer.render(shared(snapshot), {}, {});
  for (auto& brick : snapshot.volumes[0].subvolumes[0].bricks) {  // the same values in another place
    brick.profile = std::make_shared<const model::BrickProfile>(*brick.profile);
  }
  auto profile = *snapshot.volumes[0].subvolumes[0].bricks[1].profile;
  profile.fops[0].seconds_total = 0.75;
  snapshot.volumes[0].subvolumes[0].bricks[1].profile = std::make_shared<const model::BrickProfile>(profile);
  const auto second = renderer.render(shared(snapshot), {}, {});
  ASSERT_NE(place_of(first, name + "1"), nullptr);
  EXPECT_EQ(place_of(first, name + "1"), place_of(second, name + "1"));
  EXPECT_NE(place_of(first, name + "2"), place_of(second, name + "2"));
  EXPECT_EQ(place_of(first, name + "3"), place_of(second, name + "3"));
  EXPECT_EQ(place_of(first, "glusterfs_volume_info{volume=\"w\""),
            place_of(second, "glusterfs_volume_info{volume=\"w\""));
}

TEST(Renderer, PagesOutliveWhatTheyWereMadeOf) {
  Page page;
  std::string expected;
  {
    Renderer renderer({});
    page = renderer.render(shared(two_volumes()), {}, {});
    expected = page.text->joined();
    renderer.render(shared({}), {}, {});
  }
  EXPECT_EQ(page.text->joined(), expected);
}

/// Names that Prometheus allows, each once, with the suffix of their type.
TEST(Catalogue, NamesFollowTheRules) {
  std::set<std::string_view> seen;
  for (const auto& section : catalogue()) {
    for (const auto& family : section.families) {
      EXPECT_TRUE(seen.insert(family.name).second) << family.name;
      EXPECT_EQ(family.name.ends_with("_total"), family.type == MetricType::counter) << family.name;
      EXPECT_EQ(family.name.ends_with("_info"), family.type == MetricType::info) << family.name;
      EXPECT_TRUE(family.name.starts_with("glusterfs_") || family.name.starts_with("process_"))
          << family.name;
      EXPECT_EQ(family.help.find_first_of("\\\n"), std::string_view::npos) << family.name;
      EXPECT_FALSE(family.help.ends_with('.')) << family.name;
      const bool has_state = family.labels == "state" || family.labels.ends_with(",state");
      EXPECT_EQ(family.type == MetricType::state_set, has_state && !family.name.ends_with("_bytes"))
          << family.name;
    }
  }
}

}  // namespace
}  // namespace glusterfs_exporter::metrics

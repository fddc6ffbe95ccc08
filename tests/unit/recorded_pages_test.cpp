#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <regex>

#include "collect/picture.hpp"
#include "collect/scheduler.hpp"
#include "collect/table.hpp"
#include "metrics/reference.hpp"
#include "metrics/renderer.hpp"
#include "support/expected.hpp"
#include "support/fake_source.hpp"
#include "support/source_dir.hpp"

namespace glusterfs_exporter {
namespace {

using namespace std::chrono_literals;

/// From the recorded answers of a cluster, through all collectors, to the page, as the program does it.
class RecordedPages : public testing::TestWithParam<const char*> {
 protected:
  static model::Snapshot collect(const std::string& scenario) {
    auto settings = config::default_config(collect::collector_defaults());
    settings.collectors.find("top")->second.enabled = true;
    settings.gluster.source = config::SourceChoice::cli;
    gluster::CliSource source(test::test_cli_options(), test::recorded_gluster(test::fixtures() / scenario),
                              [](const gluster::CommandReport&) {});
    collect::FactStore facts;
    auto log = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::null_sink_mt>());
    test::FakeSources sources(source);
    collect::Scheduler scheduler({sources.all(), settings, facts, log, [] {}, [] {}},
                                 collect::collector_table());
    scheduler.run_once();

    const auto noon = std::chrono::system_clock::from_time_t(1'790'000'000);
    auto states = scheduler.states();
    for (auto& state : states) {
      state.last_duration = 0.25s;
      state.last_success = state.last_success ? std::optional(noon) : std::nullopt;
    }
    const auto now = std::chrono::steady_clock::now();
    return collect::make_picture(facts.copy(), collect::Reports(facts.copy(), now),
                                 {now, noon, std::move(states), scheduler.leader(), "node1", nullptr});
  }

  static metrics::Page page_of(const std::string& scenario) {
    const auto settings = config::default_config(collect::collector_defaults());
    metrics::Renderer renderer({settings.volume_options.begin(), settings.volume_options.end()});
    return renderer.render(std::make_shared<const model::Snapshot>(collect(scenario)), {}, {});
  }
};

/// The build's own version and revision change with every commit.
std::string without_build(const std::string& page) {
  return std::regex_replace(page, std::regex("glusterfs_exporter_build_info\\{[^}]*\\}"),
                            "glusterfs_exporter_build_info{}");
}

TEST_P(RecordedPages, TextIsAsExpected) {
  const std::string scenario = GetParam();
  test::expect_file(test::fixtures() / scenario / "expected.prom",
                    without_build(page_of(scenario).text->joined()));
}

TEST_P(RecordedPages, OpenMetricsIsAsExpected) {
  const std::string scenario = GetParam();
  test::expect_file(test::fixtures() / scenario / "expected.openmetrics",
                    without_build(page_of(scenario).openmetrics->joined()));
}

TEST_P(RecordedPages, NoSeriesStandsTwice) {
  const auto page = page_of(GetParam());
  std::set<std::string> seen;
  std::istringstream lines(page.text->joined());
  for (std::string line; std::getline(lines, line);) {
    const auto series = line.substr(0, line.rfind(' '));
    EXPECT_TRUE(line.starts_with('#') || seen.insert(series).second) << line;
  }
  EXPECT_GT(seen.size(), 1000U);
}

INSTANTIATE_TEST_SUITE_P(Gluster103, RecordedPages,
                         testing::Values("gluster-10.3/healthy", "gluster-10.3/brick-down",
                                         "gluster-10.3/node-down"),
                         [](const auto& param) {
                           std::string name = std::filesystem::path(param.param).filename();
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(MetricsReference, IsUpToDate) {
  test::expect_file(test::source_dir() / "docs/metrics.md", metrics::metrics_reference());
}

}  // namespace
}  // namespace glusterfs_exporter

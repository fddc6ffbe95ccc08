#include <benchmark/benchmark.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "metrics/renderer.hpp"
#include "series.hpp"
#include "synthetic.hpp"

/// What a page costs, beside prometheus-cpp's serializer on the same series. `ns_per_series` is the figure to
/// compare.
namespace glusterfs_exporter {
namespace {

constexpr int kBricks = 12;
constexpr int kVolumes = 50;
constexpr int kVolumesOfAMillion = 710;  // whose page has a million series

/// The series of a page as prometheus-cpp holds them. The page has no escaped quotes.
std::vector<prometheus::MetricFamily> families_of(std::string_view page) {
  std::map<std::string, prometheus::MetricFamily, std::less<>> families;
  while (!page.empty()) {
    const auto line = page.substr(0, page.find('\n'));
    page.remove_prefix(std::min(line.size() + 1, page.size()));
    if (line.starts_with('#')) {
      continue;
    }
    const auto name = line.substr(0, line.find_first_of("{ "));
    auto& family = families[std::string(name)];
    family.name = name;
    family.help = "the same series";
    family.type = prometheus::MetricType::Gauge;
    auto& metric = family.metric.emplace_back();
    metric.gauge.value = std::stod(std::string(line.substr(line.rfind(' ') + 1)));
    auto labels = line.substr(name.size(), line.rfind(' ') - name.size());
    while (labels.size() > 1) {
      labels.remove_prefix(1);  // '{' or ','
      const auto equals = labels.find("=\"");
      const auto quote = labels.find('"', equals + 2);
      if (equals == std::string_view::npos) {
        break;
      }
      metric.label.push_back({std::string(labels.substr(0, equals)),
                              std::string(labels.substr(equals + 2, quote - equals - 2))});
      labels.remove_prefix(quote + 1);
    }
  }
  std::vector<prometheus::MetricFamily> list;
  for (auto& [name, family] : families) {
    list.push_back(std::move(family));
  }
  return list;
}

void report(benchmark::State& state, std::size_t series) {
  state.counters["series"] = static_cast<double>(series);
  state.counters["ns_per_series"] =
      benchmark::Counter(static_cast<double>(series) * static_cast<double>(state.iterations()) / 1e9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

using Picture = std::shared_ptr<const model::Snapshot>;

Picture cluster(int volumes, int bricks) {
  return std::make_shared<const model::Snapshot>(bench::cluster(volumes, bricks));
}

metrics::Page page_of(const Picture& picture) {
  return metrics::Renderer({}).render(picture, {}, {});
}

/// Both forms of the page, from the picture, all of it anew. The last page is let go outside the time taken.
void BM_Renderer(benchmark::State& state) {
  const auto picture = cluster(static_cast<int>(state.range(0)), kBricks);
  const auto series = bench::count_series(page_of(picture));
  for (auto _ : state) {
    state.PauseTiming();
    {
      metrics::Renderer renderer({});
      state.ResumeTiming();
      auto page = renderer.render(picture, {}, {});
      benchmark::DoNotOptimize(page);
      state.PauseTiming();
    }
    state.ResumeTiming();
  }
  report(state, series);
}
BENCHMARK(BM_Renderer)->Arg(kVolumes)->Arg(kVolumesOfAMillion)->Unit(benchmark::kMillisecond);

/// The next page, when a hundredth of the bricks, all over the cluster, did something since the last one.
void BM_RendererOnePercent(benchmark::State& state) {
  auto snapshot = bench::cluster(static_cast<int>(state.range(0)), kBricks);
  const auto first = std::make_shared<const model::Snapshot>(snapshot);
  auto busy = *bench::busy_profile();
  busy.fops.front().count += 1;
  const auto changed = std::make_shared<const model::BrickProfile>(busy);
  int place = 0;
  for (auto& volume : snapshot.volumes) {
    for (auto& subvolume : volume.subvolumes) {
      for (auto& brick : subvolume.bricks) {
        if (place++ % 100 == 0) {
          brick.profile = changed;
        }
      }
    }
  }
  const std::array<Picture, 2> pictures{first, std::make_shared<const model::Snapshot>(snapshot)};
  metrics::Renderer renderer({});
  auto page = renderer.render(pictures[0], {}, {});
  std::size_t next = 1;
  for (auto _ : state) {
    page = renderer.render(pictures[next], {}, {});
    next = 1 - next;
  }
  report(state, bench::count_series(page));
}
BENCHMARK(BM_RendererOnePercent)->Arg(kVolumes)->Arg(kVolumesOfAMillion)->Unit(benchmark::kMillisecond);

void BM_PrometheusCppSerializer(benchmark::State& state) {
  const auto page = page_of(cluster(kVolumes, kBricks));
  const auto families = families_of(page.text->joined());
  const prometheus::TextSerializer serializer;
  for (auto _ : state) {
    auto serialized = serializer.Serialize(families);
    benchmark::DoNotOptimize(serialized);
  }
  report(state, bench::count_series(page));
}
BENCHMARK(BM_PrometheusCppSerializer)->Unit(benchmark::kMillisecond);

void BM_Gzip(benchmark::State& state) {
  const auto page = page_of(cluster(kVolumes, kBricks));
  for (auto _ : state) {
    auto zipped = metrics::compressed(page);
    benchmark::DoNotOptimize(zipped);
  }
  report(state, 2 * bench::count_series(page));
}
BENCHMARK(BM_Gzip)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace glusterfs_exporter

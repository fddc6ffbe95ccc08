// What the state document of a large cluster costs: made, compared with the one before, written; and what is
// done of each picture even while nobody reads. `scripts/bench.sh` shows it.

#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>

#include "live/changes.hpp"
#include "live/events.hpp"
#include "live/rates.hpp"
#include "live/state_document.hpp"
#include "synthetic.hpp"

namespace glusterfs_exporter {
namespace {

constexpr int kVolumes = 200;
constexpr int kBricks = 30;  // of each

/// What the next poll finds: every fourth brick did something.
void go_on(model::Snapshot& snapshot) {
  snapshot.taken_at += std::chrono::seconds(5);
  const auto busy = std::make_shared<model::BrickProfile>(*bench::busy_profile());
  busy->fops.front().count += static_cast<std::uint64_t>(snapshot.taken_at.time_since_epoch().count() % 1000);
  busy->bytes_read += 4096;
  std::size_t place = 0;
  for (auto& volume : snapshot.volumes) {
    for (auto& subvolume : volume.subvolumes) {
      for (auto& brick : subvolume.bricks) {
        if (++place % 4 == 0) {
          brick.profile = busy;
        }
      }
    }
  }
}

struct TwoPolls {
  model::Snapshot first = bench::cluster(kVolumes, kBricks);
  model::Snapshot second = first;
  live::Rates rates;

  TwoPolls() {
    rates.take(first);
    go_on(second);
    rates.take(second);
  }
};

void make_document(benchmark::State& state) {
  const TwoPolls polls;
  for (auto _ : state) {
    benchmark::DoNotOptimize(live::state_document(polls.second, polls.rates, {}));
  }
}
BENCHMARK(make_document)->Unit(benchmark::kMillisecond);

void compare_documents(benchmark::State& state) {
  const TwoPolls polls;
  const auto before = live::state_document(polls.first, polls.rates, {});
  const auto after = live::state_document(polls.second, polls.rates, {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(live::merge_patch(before, after));
  }
}
BENCHMARK(compare_documents)->Unit(benchmark::kMillisecond);

void write_change(benchmark::State& state) {
  const TwoPolls polls;
  const auto patch = live::merge_patch(live::state_document(polls.first, polls.rates, {}),
                                       live::state_document(polls.second, polls.rates, {}));
  for (auto _ : state) {
    benchmark::DoNotOptimize(live::to_text(patch));
  }
  state.counters["bytes"] = static_cast<double>(live::to_text(patch).size());
}
BENCHMARK(write_change)->Unit(benchmark::kMillisecond);

void write_document(benchmark::State& state) {
  const TwoPolls polls;
  const auto document = live::state_document(polls.second, polls.rates, {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(live::to_text(document));
  }
  state.counters["bytes"] = static_cast<double>(live::to_text(document).size());
}
BENCHMARK(write_document)->Unit(benchmark::kMillisecond);

void follow_along(benchmark::State& state) {
  auto snapshot = bench::cluster(kVolumes, kBricks);
  live::Rates rates;
  live::EventLog log;
  live::EventWatch watch(log);
  for (auto _ : state) {
    watch.take(snapshot);
    rates.take(snapshot);
  }
}
BENCHMARK(follow_along)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace glusterfs_exporter

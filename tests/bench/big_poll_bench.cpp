// What polls of one (stand-in) cluster cost the exporter: CPU, allocations, memory.
//
//   big_poll_bench SOCKET sockets|cli POLLS [GLUSTER [no-page]]
//
// does what the exporter does, polls and publishes, and no more, and prints one JSON object. A process for
// each measurement, so that the peak of its memory is its own. CPU is what the kernel counts for this
// program; its children's is given apart, for it says nothing where GLUSTER is a stand-in.

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <new>
#include <pugixml.hpp>

#include "poller.hpp"
#include "series.hpp"

namespace {

/// What was asked of operator new and, for XML, of pugixml's allocator since the start.
std::atomic<std::uint64_t> allocations{0};
std::atomic<std::uint64_t> allocated_bytes{0};

void* counted(std::size_t bytes) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  allocated_bytes.fetch_add(bytes, std::memory_order_relaxed);
  return std::malloc(bytes == 0 ? 1 : bytes);
}

void* counted_or_throw(std::size_t bytes) {
  void* place = counted(bytes);
  return place != nullptr ? place : throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) {
  return counted_or_throw(bytes);
}
void* operator new[](std::size_t bytes) {
  return counted_or_throw(bytes);
}
void operator delete(void* place) noexcept {
  std::free(place);
}
void operator delete[](void* place) noexcept {
  std::free(place);
}
void operator delete(void* place, std::size_t) noexcept {
  std::free(place);
}
void operator delete[](void* place, std::size_t) noexcept {
  std::free(place);
}

namespace glusterfs_exporter {
namespace {

using bench::Milliseconds;
using Json = nlohmann::json;

/// In KiB: the most that was resident so far (VmHWM), or what is now (VmRSS).
std::uint64_t memory_of_this_process(std::string_view name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word == name) {
      std::uint64_t kib = 0;
      status >> kib;
      return kib;
    }
  }
  return 0;
}

/// As in src/main.cpp.
void return_large_blocks_to_the_system() {
  constexpr int kLargeBytes = 256 * 1024;
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  mallopt(M_TRIM_THRESHOLD, 2 * kLargeBytes);
}

/// The mean and the best of several runs: the machine may be busy with something else.
class Measure {
 public:
  template <class Work>
  void add(Work work) {
    const auto count = allocations.load();
    const auto bytes = allocated_bytes.load();
    const auto cost = bench::cost_of(1, work);
    ++runs_;
    allocations_ = allocations.load() - count;
    bytes_ = allocated_bytes.load() - bytes;
    sum_.cpu_ms += cost.cpu_ms;
    sum_.wall_ms += cost.wall_ms;
    sum_.children_cpu_ms += cost.children_cpu_ms;
    least_cpu_ms_ = std::min(least_cpu_ms_, cost.cpu_ms);
  }

  [[nodiscard]] Json to_json() const {
    return {{"cpu_ms", sum_.cpu_ms / runs_},   {"least_cpu_ms", least_cpu_ms_},
            {"wall_ms", sum_.wall_ms / runs_}, {"children_cpu_ms", sum_.children_cpu_ms / runs_},
            {"allocations", allocations_},     {"allocated_bytes", bytes_}};
  }

 private:
  int runs_ = 0;
  bench::Cost sum_{};
  double least_cpu_ms_ = 1e12;
  std::uint64_t allocations_ = 0;  ///< of the last run
  std::uint64_t bytes_ = 0;
};

int run(config::SourceChoice source, const std::string& socket, int polls, const std::string& gluster,
        bool with_page) {
  Json peak{{"start", memory_of_this_process("VmHWM:")}};
  bench::Poller poller(source, socket, gluster);
  Measure first;
  Measure poll;
  Measure picture;
  Measure page;
  // As the exporter does: it publishes after each poll, and the next one comes while the last picture is
  // kept. First polls find out what later ones know.
  constexpr int kWarmUp = 2;
  const int all = polls + kWarmUp;
  for (int i = 0; i < all; ++i) {
    (i < kWarmUp ? first : poll).add([&] { poller.collect(); });
    if (i == 0) {
      peak["first_poll"] = memory_of_this_process("VmHWM:");
    }
    picture.add([&] { poller.make_picture(); });
    if (i == 0) {
      peak["first_picture"] = memory_of_this_process("VmHWM:");
    }
    if (with_page) {
      page.add([&] { poller.make_page(); });
    }
    if (i == 0) {
      peak["first_page"] = memory_of_this_process("VmHWM:");
    }
  }
  peak["end"] = memory_of_this_process("VmHWM:");
  const auto resident = memory_of_this_process("VmRSS:");

  Json collectors;
  for (const auto& state : poller.states()) {
    if (state.success) {
      collectors[state.name] = Milliseconds(state.last_duration).count();
    }
  }
  const auto facts = poller.facts();
  std::size_t bricks = 0;
  for (const auto& volume : *facts.topology.value) {
    bricks += volume.bricks.size();
  }
  Json result{{"polls", polls},
              {"volumes", facts.topology.value->size()},
              {"bricks", bricks},
              {"local_bricks", facts.processes.value ? facts.processes.value->bricks.size() : 0},
              {"first_poll", first.to_json()},
              {"poll", poll.to_json()},
              {"collectors_wall_ms", collectors},
              {"picture", picture.to_json()},
              {"peak_kib", peak},
              {"resident_kib", resident},
              {"failed", poller.failed()}};
  if (with_page) {
    result["page"] = page.to_json();
    result["series"] = bench::count_series(poller.page());
    result["page_bytes"] = poller.page_bytes();
  }
  std::printf("%s\n", result.dump(2).c_str());
  return poller.failed().empty() ? 0 : 1;
}

}  // namespace
}  // namespace glusterfs_exporter

int main(int argc, char** argv) {
  using namespace glusterfs_exporter;
  const std::string_view source = argc > 2 ? argv[2] : "";
  if (argc < 4 || (source != "sockets" && source != "cli")) {
    std::fprintf(stderr, "usage: big_poll_bench SOCKET sockets|cli POLLS [GLUSTER [no-page]]\n");
    return 2;
  }
  return_large_blocks_to_the_system();
  pugi::set_memory_management_functions(counted, std::free);
  return run(source == "cli" ? config::SourceChoice::cli : config::SourceChoice::automatic, argv[1],
             std::max(1, std::atoi(argv[3])), argc > 4 ? argv[4] : "/usr/sbin/gluster", argc <= 5);
}

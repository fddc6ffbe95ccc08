// What one poll of a node costs, over the daemons' sockets and through the CLI, on a real cluster in one run;
// and whether being polled makes Gluster's processes grow.
//
//   poll_bench GLUSTERD_SOCKET [POLLS]
//
// prints one JSON object. CPU is what the kernel counts for this program and for its children.

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "collect/publisher.hpp"
#include "collect/scheduler.hpp"
#include "collect/table.hpp"
#include "exchange/neighbours.hpp"
#include "gluster/chosen_glusterd.hpp"
#include "gluster/cli/cli_source.hpp"
#include "gluster/this_node.hpp"
#include "metrics/renderer.hpp"

namespace glusterfs_exporter {
namespace {

using namespace std::chrono_literals;
using Milliseconds = std::chrono::duration<double, std::milli>;

Milliseconds cpu_of(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto ms = [](const timeval& time) {
    return Milliseconds(1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec));
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

/// The other nodes' exporters are no part of what this node is asked.
class NobodyElse : public exchange::NeighbourSource {
 public:
  exchange::Answers ask(std::span<const exchange::Peer>) override { return {}; }
};

/// The collectors of one way of asking, as the program runs them, up to the picture and the page.
class Poller {
 public:
  Poller(config::SourceChoice source, const std::string& socket)
      : config_(make_config(source, socket)),
        cli_(
            {"/usr/sbin/gluster", socket, 20s, 120s, 600s},
            [](const gluster::Command& command) { return run_process(command, {}); },
            [](const gluster::CommandReport&) {}),
        glusterd_(source == config::SourceChoice::cli
                      ? std::nullopt
                      : std::optional(gluster::rpc::GlusterdClient({socket, 5s})),
                  &cli_, [](std::string_view, const Error&) {}),
        scheduler_({{glusterd_, cli_, node_, nobody_}, config_, facts_, log_, [] {}, [] {}},
                   collect::collector_table()),
        publisher_({facts_, [this] { return scheduler_.states(); }, [this] { return scheduler_.leader(); },
                    "bench", [](const auto&, const auto&) {}}) {}

  void collect() { scheduler_.run_once(); }
  void publish() {
    publisher_.publish();
    page_ = metrics::compressed(renderer_.render(publisher_.latest(), {}, {}));
  }

  /// Names of the collectors whose last run failed.
  [[nodiscard]] std::vector<std::string> failed() const {
    std::vector<std::string> names;
    for (const auto& state : scheduler_.states()) {
      if (state.success == false) {
        names.push_back(state.name + ": " + state.failure_text);
      }
    }
    return names;
  }
  [[nodiscard]] std::size_t page_bytes() const { return page_.text->size(); }
  [[nodiscard]] collect::Facts facts() const { return facts_.copy(); }

 private:
  /// Each node's own questions, and with the CLI those that give the same answers.
  static config::Config make_config(config::SourceChoice source, const std::string& socket) {
    auto config = config::default_config(collect::collector_defaults());
    config.gluster.source = source;
    config.gluster.socket = socket;
    config.cluster.leader =
        source == config::SourceChoice::cli ? config::LeaderChoice::always : config::LeaderChoice::never;
    for (const auto* name :
         {"heal_summary", "quota", "rebalance", "snapshots", "geo_replication", "bitrot", "max_op_version"}) {
      config.collectors.find(name)->second.enabled = false;
    }
    return config;
  }

  const config::Config config_;
  std::shared_ptr<spdlog::logger> log_ =
      std::make_shared<spdlog::logger>("bench", std::make_shared<spdlog::sinks::null_sink_mt>());
  gluster::CliSource cli_;
  gluster::ChosenGlusterd glusterd_;
  gluster::ThisNode node_{std::stop_token()};
  NobodyElse nobody_;
  collect::FactStore facts_;
  collect::Scheduler scheduler_;
  collect::Publisher publisher_;
  metrics::Renderer renderer_{{}};
  metrics::Page page_;
};

struct Cost {
  double wall_ms;
  double cpu_ms;
  double children_cpu_ms;
};

template <class Work>
Cost cost_of(int times, Work work) {
  const auto start = std::chrono::steady_clock::now();
  const auto own = cpu_of(RUSAGE_SELF);
  const auto children = cpu_of(RUSAGE_CHILDREN);
  for (int i = 0; i < times; ++i) {
    work();
  }
  const auto each = [&](Milliseconds spent) { return spent.count() / times; };
  return {each(std::chrono::steady_clock::now() - start), each(cpu_of(RUSAGE_SELF) - own),
          each(cpu_of(RUSAGE_CHILDREN) - children)};
}

nlohmann::json to_json(const Cost& cost) {
  return {{"wall_ms", cost.wall_ms}, {"cpu_ms", cost.cpu_ms}, {"children_cpu_ms", cost.children_cpu_ms}};
}

/// Resident bytes of glusterd and of the bricks, by what they are.
std::map<std::string, std::uint64_t> memory_of(const collect::Facts& facts) {
  std::map<std::string, std::uint64_t> bytes;
  for (const auto& [id, process] : facts.processes.value->bricks) {
    bytes["brick " + id.path] = process.usage.resident_bytes;
  }
  for (const auto& process : facts.processes.value->daemons) {
    if (process.kind == model::DaemonKind::glusterd) {
      bytes["glusterd"] = process.usage.resident_bytes;
    }
  }
  return bytes;
}

int run(const std::string& socket, int polls) {
  constexpr int kWarmUp = 3;
  constexpr int kCliPolls = 3;
  Poller sockets(config::SourceChoice::automatic, socket);
  Poller cli(config::SourceChoice::cli, socket);
  cost_of(kWarmUp, [&] {
    sockets.collect();
    sockets.publish();
  });
  const auto memory_before = memory_of(sockets.facts());
  const auto collecting = cost_of(polls, [&] { sockets.collect(); });
  const auto memory_after = memory_of(sockets.facts());
  const auto publishing = cost_of(100, [&] { sockets.publish(); });
  cli.collect();
  const auto by_cli = cost_of(kCliPolls, [&] { cli.collect(); });

  nlohmann::json memory;
  for (const auto& [name, before] : memory_before) {
    memory[name] = {{"before", before}, {"after", memory_after.contains(name) ? memory_after.at(name) : 0}};
  }
  const nlohmann::json result{{"polls", polls},
                              {"bricks", sockets.facts().processes.value->bricks.size()},
                              {"sockets", to_json(collecting)},
                              {"page", to_json(publishing)},
                              {"page_bytes", sockets.page_bytes()},
                              {"cli", to_json(by_cli)},
                              {"cpu_ratio", (by_cli.cpu_ms + by_cli.children_cpu_ms) /
                                                (collecting.cpu_ms + collecting.children_cpu_ms)},
                              {"resident_bytes", memory},
                              {"failed", {{"sockets", sockets.failed()}, {"cli", cli.failed()}}}};
  std::printf("%s\n", result.dump(2).c_str());
  return 0;
}

}  // namespace
}  // namespace glusterfs_exporter

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: poll_bench GLUSTERD_SOCKET [POLLS]\n");
    return 2;
  }
  return glusterfs_exporter::run(argv[1], argc > 2 ? std::atoi(argv[2]) : 1000);
}

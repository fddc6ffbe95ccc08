#pragma once

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "collect/publisher.hpp"
#include "collect/scheduler.hpp"
#include "collect/table.hpp"
#include "exchange/neighbours.hpp"
#include "gluster/chosen_glusterd.hpp"
#include "gluster/cli/cli_source.hpp"
#include "gluster/this_node.hpp"
#include "metrics/renderer.hpp"

/// What the benchmarks that poll a cluster share.
namespace glusterfs_exporter::bench {

using Milliseconds = std::chrono::duration<double, std::milli>;

/// What the kernel counted so far for this program (RUSAGE_SELF) or its ended children (RUSAGE_CHILDREN).
inline Milliseconds cpu_of(int who) {
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
  Poller(config::SourceChoice source, const std::string& socket,
         const std::string& gluster = "/usr/sbin/gluster")
      : config_(make_config(source, socket)),
        cli_(
            {gluster, socket, std::chrono::seconds(20), std::chrono::seconds(120), std::chrono::seconds(600)},
            [](const gluster::Command& command) { return run_process(command, {}); },
            [](const gluster::CommandReport&) {}),
        glusterd_(source == config::SourceChoice::cli
                      ? std::nullopt
                      : std::optional(gluster::rpc::GlusterdClient({socket, std::chrono::seconds(5)})),
                  &cli_, [](std::string_view, const Error&) {}),
        scheduler_({{glusterd_, cli_, node_, nobody_}, config_, facts_, log_, [] {}, [] {}},
                   collect::collector_table()),
        publisher_({facts_, [this] { return scheduler_.states(); }, [this] { return scheduler_.leader(); },
                    "bench", [](const auto&, const auto&) {}}) {}

  void collect() { scheduler_.run_once(); }
  void make_picture() { publisher_.publish(); }
  void make_page() { page_ = metrics::compressed(renderer_.render(publisher_.latest(), {}, {})); }
  void publish() {
    make_picture();
    make_page();
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
  [[nodiscard]] std::vector<model::CollectorState> states() const { return scheduler_.states(); }
  [[nodiscard]] const metrics::Page& page() const { return page_; }
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

/// What one call of `work` costs, as the mean over `times` calls.
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

inline nlohmann::json to_json(const Cost& cost) {
  return {{"wall_ms", cost.wall_ms}, {"cpu_ms", cost.cpu_ms}, {"children_cpu_ms", cost.children_cpu_ms}};
}

}  // namespace glusterfs_exporter::bench

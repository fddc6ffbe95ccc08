#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

#include "collect/facts.hpp"
#include "collect/scheduler.hpp"
#include "config/config.hpp"
#include "exchange/herald.hpp"
#include "exchange/neighbours.hpp"
#include "gluster/chosen_glusterd.hpp"
#include "gluster/cli/cli_source.hpp"
#include "gluster/local/death_watch.hpp"
#include "gluster/this_node.hpp"
#include "live/call_log.hpp"
#include "metrics/exporter_metrics.hpp"
#include "metrics/renderer.hpp"
#include "model/snapshot.hpp"

namespace glusterfs_exporter {

/// Everybody who asks, as one configuration says it: what they learn goes to the facts. When the
/// configuration is read anew, another one takes its place and goes on where this one was.
class Watch {
 public:
  struct Parts {
    config::Config config;
    std::string gluster_program;  ///< the CLI's absolute path; not used when no collector asks it
    exchange::ClusterCredentials credentials;
    collect::FactStore& facts;
    metrics::ExporterMetrics& metrics;
    live::CallLog& calls;
    std::shared_ptr<spdlog::logger> log;
    /// Something was learnt that is in no picture yet. On any thread.
    std::function<void()> on_news;
  };

  explicit Watch(Parts parts);
  ~Watch() { stop(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  Watch(Watch&&) = delete;
  Watch& operator=(Watch&&) = delete;

  /// Goes on where `before` was, which has been stopped. Before start().
  void carry_on(const Watch& before) { scheduler_.carry_on(before.scheduler_); }

  void start();

  /// Ends commands that run and all threads, within a few seconds. What is asked of it later gets what was
  /// true then.
  void stop();

  [[nodiscard]] const config::Config& config() const { return parts_.config; }
  [[nodiscard]] bool asks_anything() const;
  /// Of all exporters of the cluster.
  [[nodiscard]] std::uint16_t exporter_port() const;

  [[nodiscard]] collect::Scheduler& scheduler() { return scheduler_; }

  /// Tells the other exporters what is news to them in this node's newest report. For one thread at a time.
  void tell_others(const model::NodeReport& own, const model::Snapshot& snapshot);

  /// For one thread at a time.
  [[nodiscard]] metrics::Renderer& renderer() { return renderer_; }

 private:
  /// What there is to watch now that the processes were read anew, and whom to ask.
  void watch_processes();
  void add_call(const Call& call);

  const Parts parts_;
  std::stop_source stopping_;
  metrics::Renderer renderer_;
  gluster::CliSource cli_;
  gluster::ChosenGlusterd glusterd_;
  gluster::ThisNode this_node_;
  exchange::Herald herald_;
  exchange::Neighbours neighbours_;
  std::optional<std::set<gluster::ProcessKey>> glusterds_;  ///< that ran when the processes were read last
  collect::Scheduler scheduler_;
  gluster::local::DeathWatch death_watch_;
};

}  // namespace glusterfs_exporter

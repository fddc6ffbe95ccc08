#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "metrics/page.hpp"
#include "web/landing_page.hpp"
#include "web/router.hpp"

namespace glusterfs_exporter::web {

/// Where the pages get what they show. Called on the server's threads, several at a time, and must not block:
/// a scrape sends what is there.
struct Sources {
  std::function<std::shared_ptr<const metrics::Page>()> page;  ///< null until the first page is published
  std::function<std::vector<std::string>()> not_ready;  ///< names of the collectors that have not run yet
  std::function<bool()> ending;                         ///< the program is about to end
  std::function<std::vector<CollectorRow>()> collectors;
  /// What this exporter knows of its own node, as JSON for the other exporters; null until there is one. The
  /// first call after a new picture makes it, which takes milliseconds, of thousands of bricks more.
  std::function<std::shared_ptr<const std::string>()> node_document;
  /// Another exporter says that something on its node has begun or ceased to run.
  std::function<void()> news;
  /// The exporters of the cluster, as Prometheus' HTTP service discovery has it; nothing while the peers are
  /// not known.
  std::function<std::optional<std::string>()> service_discovery;
};

/// Everything this program serves: the page of metrics at `telemetry_path`, /-/healthy, /-/ready,
/// /api/v1/node, /api/v1/news, /sd, /collectors, and the page for people at / with its files below /assets/.
/// A telemetry path that is one of the others takes its place.
Router make_router(const std::string& telemetry_path, const Sources& sources);

}  // namespace glusterfs_exporter::web

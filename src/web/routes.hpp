#pragma once

#include <functional>
#include <memory>
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
  std::function<std::vector<CollectorRow>()> collectors;
};

/// Everything this program serves: the page of metrics at `telemetry_path`, /-/healthy, /-/ready, / and
/// /style.css. A telemetry path that is one of the others takes its place.
Router make_router(const std::string& telemetry_path, const Sources& sources);

}  // namespace glusterfs_exporter::web

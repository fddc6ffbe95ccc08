#pragma once

#include <string>

namespace glusterfs_exporter::metrics {

/// docs/metrics.md, made from the catalogue.
std::string metrics_reference();

}  // namespace glusterfs_exporter::metrics

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collect/facts.hpp"
#include "collect/reports.hpp"
#include "model/snapshot.hpp"

namespace glusterfs_exporter::collect {

/// What a picture is made of besides the facts.
struct PictureContext {
  SteadyTime now;        ///< decides which facts still hold
  model::Time taken_at;  ///< the same moment on the wall clock
  std::vector<model::CollectorState> collectors;
  std::optional<bool> leader;                 ///< whether this exporter speaks for the cluster
  std::string local_hostname;                 ///< names the local node while none of its bricks does
  const model::Snapshot* previous = nullptr;  ///< for what spans pictures; may be null
};

/// Joins the answers and the nodes' reports that still hold into one picture: peers by uuid, bricks by host
/// and path. Pure.
model::Snapshot make_picture(const Facts& facts, const Reports& reports, PictureContext context);

}  // namespace glusterfs_exporter::collect

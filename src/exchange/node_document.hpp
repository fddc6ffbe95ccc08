#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "model/node_report.hpp"

/// What exporters of one cluster give each other at GET /api/v1/node: a NodeReport as JSON.
///
/// Names are those of the metrics, with units. What is not known is absent, never null and never zero. Times
/// are in UTC with milliseconds, so a finer time comes back rounded down.
namespace glusterfs_exporter::exchange {

inline constexpr std::string_view kNodeSchema = "glusterfs_exporter/node/v1";

/// A document with more than this is refused: of a list as a whole, clients those of all bricks together.
inline constexpr std::size_t kMaxBricks = 10'000;
inline constexpr std::size_t kMaxDaemons = 1'000;
inline constexpr std::size_t kMaxClients = 100'000;

/// Text becomes valid UTF-8. Numbers that JSON or a reader would not take (not finite, negative, ratios above
/// 1) are left out together with what they belong to, as not known.
std::string write_node_document(const model::NodeReport& report);

/// Reads such a document from anybody. Strict about types, ranges and sizes; keys and kinds of daemons that
/// are not known here, as a newer exporter may send them, are passed over. The error is of kind parse and
/// names the place: "bricks[3].size_bytes must be …". Of `cluster`, which only counts where `leader` is true,
/// what is wrong is left out instead (see clean_cluster_part()): the node's word on itself does not depend on
/// it.
Result<model::NodeReport> read_node_document(std::string_view json);

}  // namespace glusterfs_exporter::exchange

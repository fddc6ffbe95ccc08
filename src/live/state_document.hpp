#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/events.hpp"
#include "live/rates.hpp"
#include "model/snapshot.hpp"

/// The picture as JSON, for the page, for webhooks and for scripts. docs/api.md and docs/schema/state.v1.json
/// describe it.
namespace glusterfs_exporter::live {

inline constexpr std::string_view kStateSchema = "glusterfs_exporter/state/v1";

struct StateOptions {
  /// With more bricks than this the document says nothing of a brick's fops, of its clients' hosts and of its
  /// busiest files. In a cluster of thousands of bricks they would be most of what every browser is sent
  /// every few seconds; the metrics have them.
  std::size_t max_bricks_with_details = 600;
  /// Of one brick, those with the most connections.
  std::size_t max_client_hosts = 50;
  /// Hash of the files of the page that this exporter serves; not told when empty.
  std::string_view page_version = {};
  std::optional<model::Time> started_at{};  ///< when the exporter was
};

/// Whether the document says of this many bricks all that there is.
bool has_details(const model::Snapshot& snapshot, const StateOptions& options);

/// What is in a map here (volumes, bricks, peers …) has names for keys instead of a place in a list, so that
/// a merge patch between two documents is small. No member is null: what is not known is absent. `events` are
/// the newest of the log, oldest first. Pure.
nlohmann::json state_document(const model::Snapshot& snapshot, const Rates& rates,
                              const std::vector<Event>& events, const StateOptions& options = {});

/// One line. Text that is not UTF-8 comes out with U+FFFD instead of an exception.
std::string to_text(const nlohmann::json& document);

}  // namespace glusterfs_exporter::live

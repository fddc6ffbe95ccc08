#include <cstdio>

#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"
#include "gluster/cli/lines.hpp"

namespace glusterfs_exporter::gluster {

namespace {

model::ScrubState scrub_state(std::string_view words) {
  if (words.starts_with("Paused")) {  // "Paused (Idle)"
    return model::ScrubState::paused;
  }
  if (words.contains("In Progress")) {
    return model::ScrubState::in_progress;
  }
  if (words.contains("Idle")) {
    return model::ScrubState::idle;
  }
  return model::ScrubState::unknown;
}

/// "0:0:1:8" is days, hours, minutes, seconds.
std::optional<double> seconds_of(std::string_view words) {
  const std::string text(words);
  unsigned days = 0;
  unsigned hours = 0;
  unsigned minutes = 0;
  unsigned seconds = 0;
  if (std::sscanf(text.c_str(), "%u:%u:%u:%u", &days, &hours, &minutes, &seconds) !=
      4) {  // NOLINT(cert-err34-c)
    return std::nullopt;
  }
  return ((days * 24.0 + hours) * 60.0 + minutes) * 60.0 + seconds;
}

void read_node_line(std::string_view line, model::BitrotNode& node) {
  if (const auto scrubbed = after_prefix(line, "Number of Scrubbed files:")) {
    node.scrubbed_files = to_number(*scrubbed);
  } else if (const auto skipped = after_prefix(line, "Number of Skipped files:")) {
    node.skipped_files = to_number(*skipped);
  } else if (const auto last = after_prefix(line, "Last completed scrub time:")) {
    node.last_scrub = to_time(*last);  // words ("Scrubber pending to complete.") before the first one
  } else if (const auto duration = after_prefix(line, "Duration of last scrub (D:M:H:M:S):")) {
    node.last_scrub_seconds = seconds_of(*duration);
  } else if (const auto corrupted = after_prefix(line, "Error count:")) {
    node.corrupted_objects = to_number(*corrupted);
  }
}

}  // namespace

/// A head for the volume, then a block per node that begins with "Node:".
Result<model::BitrotReport> read_scrub_status(std::string_view text) {
  model::BitrotReport report;
  bool has_state = false;
  for (const auto line : lines_of(text)) {
    if (const auto state = after_prefix(line, "State of scrub:")) {
      report.state = scrub_state(*state);
      has_state = true;
    } else if (const auto host = after_prefix(line, "Node:")) {
      report.nodes.emplace_back().host = *host;
    } else if (!report.nodes.empty()) {
      read_node_line(line, report.nodes.back());
    }
  }
  // Each node's block ends with its error count, the last line of all with a line's end.
  const bool whole = text.ends_with('\n') && !report.nodes.empty() && report.nodes.back().corrupted_objects;
  if (!has_state || !whole) {
    return std::unexpected(Error{ErrorKind::parse, "scrub_status: the answer has no state or is cut short"});
  }
  for (auto& node : report.nodes) {
    if (!node.last_scrub) {
      node.last_scrub_seconds.reset();  // Gluster prints 0:0:0:0 before the first scrub has ended
    }
  }
  return report;
}

}  // namespace glusterfs_exporter::gluster

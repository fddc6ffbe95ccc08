#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"
#include "gluster/cli/lines.hpp"

namespace glusterfs_exporter::gluster {

/// A block per brick: "Brick HOST:PATH" and then "Number of entries: N", or words that say that the brick
/// could not be asked ("No gathered input for this brick").
Result<HealRecord> read_heal_count(std::string_view text) {
  HealRecord record;
  for (const auto line : lines_of(text)) {
    if (const auto brick = after_prefix(line, "Brick ")) {
      if (auto id = to_brick_id(*brick)) {
        record.push_back({*std::move(id), {}, {}, {}});
      }
    } else if (const auto count = after_prefix(line, "Number of entries:"); count && !record.empty()) {
      record.back().pending = to_number(*count);
    }
  }
  if (record.empty()) {
    return std::unexpected(Error{ErrorKind::parse, "heal_count: no brick in the answer"});
  }
  return record;
}

/// A brick that is down has one mangled <status> in place of the fields; its numbers stay absent.
Result<HealRecord> read_heal_summary(pugi::xml_node root) {
  const auto bricks = root.child("healInfo").child("bricks");
  if (!bricks) {
    return missing("heal_summary", "bricks");
  }
  HealRecord record;
  for (const auto node : bricks.children("brick")) {
    auto id = to_brick_id(node.child_value("name"));
    if (!id) {
      return missing("heal_summary", "name");
    }
    record.push_back({*std::move(id), number_of(node, "numberOfEntriesInHealPending"),
                      number_of(node, "numberOfEntriesInSplitBrain"),
                      number_of(node, "numberOfEntriesPossiblyHealing")});
  }
  return record;
}

}  // namespace glusterfs_exporter::gluster

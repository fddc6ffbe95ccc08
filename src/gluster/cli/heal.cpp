#include <algorithm>

#include "gluster/cli/answers.hpp"
#include "gluster/cli/fields.hpp"
#include "gluster/cli/lines.hpp"

namespace glusterfs_exporter::gluster {

namespace {

/// A block per brick: "Brick HOST:PATH" and then "Number of entries: N", or words that say that the brick
/// could not be asked ("No gathered input for this brick").
struct Block {
  BrickHealRecord brick;
  bool whole = false;
};

}  // namespace

Result<HealRecord> read_heal_count(std::string_view text) {
  std::vector<Block> blocks;
  for (const auto line : lines_of(text)) {
    if (const auto brick = after_prefix(line, "Brick ")) {
      if (auto id = to_brick_id(*brick)) {
        blocks.push_back({{*std::move(id), {}, {}, {}}});
      }
    } else if (blocks.empty()) {
      continue;
    } else if (const auto count = after_prefix(line, "Number of entries:")) {
      blocks.back().brick.pending = to_number(*count);
      blocks.back().whole = true;
    } else if (line.starts_with("No gathered input")) {
      blocks.back().whole = true;
    }
  }
  // A number whose line has no end may have lost digits.
  if (blocks.empty() || !text.ends_with('\n') || !std::ranges::all_of(blocks, &Block::whole)) {
    return std::unexpected(Error{ErrorKind::parse, "heal_count: the answer has no bricks or is cut short"});
  }
  HealRecord record;
  record.reserve(blocks.size());
  for (auto& block : blocks) {
    record.push_back(std::move(block.brick));
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

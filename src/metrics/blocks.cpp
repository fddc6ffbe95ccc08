#include "metrics/blocks.hpp"

#include <utility>

#include "metrics/view.hpp"

namespace glusterfs_exporter::metrics {

namespace {

template <class View>
Rows rows_of() {
  Rows rows;
  each_row([&](std::size_t row, const Family& family) {
    if (std::holds_alternative<WriterOf<View>>(family.write)) {
      rows.emplace_back(static_cast<std::uint32_t>(row), &family);
    }
  });
  return rows;
}

/// Writes those of `rows` for which `shown(family)` holds. Most blocks are about as large as the `last` one;
/// so what is written need not move.
template <class View, class Shown>
std::shared_ptr<const Block> write_block(const Rows& rows, const View& view, const Block& last, Shown shown) {
  constexpr std::size_t kRoomForOneSample = 512;
  auto block = std::make_shared<Block>();
  block->text.reserve(last.text.size() + kRoomForOneSample);
  block->ends.reserve(last.ends.size());
  Samples samples(block->text);
  for (const auto& [row, family] : rows) {
    if (!shown(*family)) {
      continue;
    }
    const auto begin = block->text.size();
    samples.set_name(family->name);
    std::get<WriterOf<View>>(family->write)(view, samples);
    if (block->text.size() != begin) {
      block->ends.push_back({row, static_cast<std::uint32_t>(block->text.size())});
    }
  }
  if (block->text.capacity() > block->text.size() + 2 * kRoomForOneSample) {
    block->text.shrink_to_fit();
    block->ends.shrink_to_fit();
  }
  return block;
}

}  // namespace

Blocks::Blocks(std::set<std::string, std::less<>> shown_options)
    : shown_options_(std::move(shown_options)),
      volume_rows_(rows_of<VolumeView>()),
      brick_rows_(rows_of<BrickView>()) {}

const Blocks::List& Blocks::update(std::shared_ptr<const model::Snapshot> snapshot) {
  const bool leader = snapshot->leader.value_or(false);
  if (std::exchange(leader_, leader) != leader) {
    blocks_.clear();  // another one tells about the cluster
  }
  const auto before = std::exchange(snapshot_, std::move(snapshot));
  auto blocks_before = std::exchange(blocks_, {});
  blocks_.reserve(snapshot_->volumes.size());
  for (std::size_t i = 0; i < snapshot_->volumes.size(); ++i) {
    const auto& volume = snapshot_->volumes[i];
    // One volume more or less moves those behind it; to write them once is no matter.
    const bool known = i < blocks_before.size() && before->volumes[i].name == volume.name;
    if (known && before->volumes[i] == volume) {
      blocks_.push_back(std::move(blocks_before[i]));
    } else if (known) {
      blocks_.push_back(write(volume, bricks_of(before->volumes[i]), blocks_before[i]->bricks));
    } else {
      blocks_.push_back(write(volume, {}, {}));
    }
  }
  return blocks_;
}

std::vector<Blocks::PlacedBrick> Blocks::bricks_of(const model::Volume& volume) {
  std::vector<PlacedBrick> bricks;
  for (std::size_t i = 0; i < volume.subvolumes.size(); ++i) {
    for (const auto& brick : volume.subvolumes[i].bricks) {
      bricks.push_back({&brick, i});
    }
  }
  return bricks;
}

std::shared_ptr<const VolumeBlocks> Blocks::write(
    const model::Volume& volume, const std::vector<PlacedBrick>& bricks_before,
    const std::vector<std::shared_ptr<const Block>>& blocks_before) {
  auto blocks = std::make_shared<VolumeBlocks>();
  blocks->volume =
      write_block(volume_rows_, view_of(volume, shown_options_), *last_volume_,
                  [&](const Family& family) { return leader_ || family.scope != Scope::cluster; });
  last_volume_ = blocks->volume;
  const auto bricks = bricks_of(volume);
  blocks->bricks.reserve(bricks.size());
  for (std::size_t i = 0; i < bricks.size(); ++i) {
    if (i < blocks_before.size() && bricks_before[i] == bricks[i]) {
      blocks->bricks.push_back(blocks_before[i]);
      continue;
    }
    const auto& [brick, subvolume] = bricks[i];
    last_brick_ = write_block(brick_rows_, view_of(volume, subvolume, *brick), *last_brick_,
                              [&, own = brick->spoken_for](const Family& family) {
                                return family.scope == Scope::cluster ? leader_ : own;
                              });
    blocks->bricks.push_back(last_brick_);
  }
  return blocks;
}

}  // namespace glusterfs_exporter::metrics

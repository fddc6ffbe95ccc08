#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/catalogue.hpp"
#include "model/snapshot.hpp"

namespace glusterfs_exporter::metrics {

/// All samples of one volume or one brick, metric after metric. Immutable, so that pages share it for as long
/// as nothing about the volume or the brick changes.
struct Block {
  /// Where the samples of a metric end; they begin where those of the one before it ended.
  struct End {
    std::uint32_t row;  ///< of the catalogue
    std::uint32_t end;  ///< in `text`
  };

  std::string text;
  std::vector<End> ends;  ///< of metrics that have samples, in the order of the catalogue
};

/// Rows of the catalogue by their number.
using Rows = std::vector<std::pair<std::uint32_t, const Family*>>;

/// Those of a volume and its bricks; immutable, too.
struct VolumeBlocks {
  std::shared_ptr<const Block> volume;
  std::vector<std::shared_ptr<const Block>> bricks;  ///< subvolume after subvolume
};

/// The blocks of a picture, kept from one picture to the next. Used by one thread.
class Blocks {
 public:
  using List = std::vector<std::shared_ptr<const VolumeBlocks>>;

  /// `shown_options`: which options glusterfs_volume_option_info shows.
  explicit Blocks(std::set<std::string, std::less<>> shown_options);

  /// One for each volume. Writes what is not as it was in the last picture, which is kept until the next one
  /// comes.
  const List& update(std::shared_ptr<const model::Snapshot> snapshot);

 private:
  struct PlacedBrick {
    const model::Brick* brick;
    std::size_t subvolume;

    bool operator==(const PlacedBrick& other) const {
      return subvolume == other.subvolume && *brick == *other.brick;
    }
  };
  static std::vector<PlacedBrick> bricks_of(const model::Volume& volume);

  std::shared_ptr<const VolumeBlocks> write(const model::Volume& volume,
                                            const std::vector<PlacedBrick>& bricks_before,
                                            const std::vector<std::shared_ptr<const Block>>& blocks_before);

  const std::set<std::string, std::less<>> shown_options_;
  const Rows volume_rows_;
  const Rows brick_rows_;
  std::shared_ptr<const model::Snapshot> snapshot_;
  bool leader_ = false;
  List blocks_;  ///< of snapshot_
  std::shared_ptr<const Block> last_volume_ = std::make_shared<const Block>();
  std::shared_ptr<const Block> last_brick_ = last_volume_;
};

}  // namespace glusterfs_exporter::metrics

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"
#include "gluster/node_records.hpp"

namespace glusterfs_exporter::gluster::local {

/// Counts what waits for heal on a brick, by the index that the brick itself keeps
/// (xlators/features/index): BRICK/.glusterfs/indices/xattrop and …/dirty hold a base file xattrop-UUID or
/// dirty-UUID, and an entry is a hard link to it. So the links of the base files tell how many entries there
/// are, however many.
///
/// A brick's process makes a base file of its own when it first needs one, and another when the file system
/// allows no more links (65,000 on ext4); those of earlier processes stay while they have entries. Their
/// names have to be read from the folder. A small folder (some hundreds of entries) is read each time. A
/// large one is read to its end only the first time, when a base file is gone, and when an entry among the
/// first hundreds is a link to a file not known yet; and after ten minutes, in case a new base file has so
/// few entries that none of them is among those. Until then these few are missing.
///
/// Reads past the brick's process, which counts nothing of it. Opens the two folders only, changes no access
/// times (unless this program neither owns the folders nor is root). May wait for as long as the disk does.
/// For one thread at a time; use one reader for many reads.
class HealIndexReader {
 public:
  /// Since Gluster 10 at the latest, bricks of every kind of volume have these folders, those of distribute
  /// volumes too: theirs stay empty. Errors: exit, when there is no indices folder (not a brick, or one that
  /// was never started) or it cannot be read; oversize, for a folder of more than 10 million entries.
  Result<HealIndex> read(const std::string& brick_path);

 private:
  /// What is known of one folder.
  struct Folder {
    std::vector<std::string> bases;
    std::set<std::uint64_t> inodes;  ///< of all entries, which are links to few files
    std::chrono::steady_clock::time_point listed_at;
  };

  static Result<std::uint64_t> count(const std::string& path, std::string_view prefix, Folder& known);

  std::map<std::string, std::map<std::string, Folder>> bricks_;  ///< by path, then by name of the folder
};

}  // namespace glusterfs_exporter::gluster::local

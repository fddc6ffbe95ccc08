#include <algorithm>
#include <map>
#include <tuple>

#include "model/assess.hpp"

namespace glusterfs_exporter::model {

namespace {

/// A file system of a node. A device's name alone does not tell two tmpfs apart; their sizes most often do.
using FilesystemKey = std::tuple<std::string_view, std::string_view, std::uint64_t, std::uint64_t>;

std::optional<FilesystemKey> filesystem_of(const Brick& brick) {
  if (!brick.capacity || brick.device.empty()) {
    return std::nullopt;
  }
  return FilesystemKey{brick.peer_uuid, brick.device, brick.capacity->size_bytes, brick.capacity->inodes};
}

using Sharers = std::map<FilesystemKey, std::uint64_t>;

void count_sharers(const Volume& volume, bool with_arbiters, Sharers& sharers) {
  for (const auto& subvolume : volume.subvolumes) {
    for (const auto& brick : subvolume.bricks) {
      if (const auto key = filesystem_of(brick); key && (with_arbiters || !brick.arbiter)) {
        ++sharers[*key];
      }
    }
  }
}

/// This brick's part of its file system's space.
Capacity share_of(const Brick& brick, const Sharers& sharers) {
  auto capacity = *brick.capacity;
  if (const auto key = filesystem_of(brick)) {
    const auto sharing = sharers.at(*key);
    capacity.size_bytes /= sharing;
    capacity.free_bytes /= sharing;
    capacity.inodes /= sharing;
    capacity.inodes_free /= sharing;
  }
  return capacity;
}

Capacity smaller(const Capacity& a, const Capacity& b) {
  return {std::min(a.size_bytes, b.size_bytes), std::min(a.free_bytes, b.free_bytes),
          std::min(a.inodes, b.inodes), std::min(a.inodes_free, b.inodes_free)};
}

/// A set holds as much as its smallest brick lets it. An offline brick's numbers may be those of the disk
/// below a mount that is gone, so they do not count.
std::optional<Capacity> smallest_share(const Subvolume& subvolume, const Sharers& sharers) {
  std::optional<Capacity> smallest;
  for (const auto& brick : subvolume.bricks) {
    if (brick.arbiter || !brick.capacity || !brick.online.value_or(true)) {
      continue;
    }
    const auto share = share_of(brick, sharers);
    smallest = smallest ? smaller(*smallest, share) : share;
  }
  return smallest;
}

}  // namespace

void assess_capacity(Volume& volume) {
  Sharers sharers;
  count_sharers(volume, false, sharers);

  std::optional<Capacity> sum = Capacity{};
  for (auto& subvolume : volume.subvolumes) {
    subvolume.capacity = smallest_share(subvolume, sharers);
    if (subvolume.capacity && volume.disperse_bricks > volume.redundancy_bricks) {
      // Each brick holds a fragment of every file; a file takes one inode on each.
      const auto fragments = volume.disperse_bricks - volume.redundancy_bricks;
      subvolume.capacity->size_bytes *= fragments;
      subvolume.capacity->free_bytes *= fragments;
    }
    if (!subvolume.capacity) {
      sum.reset();
    } else if (sum) {
      sum->size_bytes += subvolume.capacity->size_bytes;
      sum->free_bytes += subvolume.capacity->free_bytes;
      sum->inodes += subvolume.capacity->inodes;
      sum->inodes_free += subvolume.capacity->inodes_free;
    }
  }
  if (!volume.subvolumes.empty()) {
    volume.capacity = sum;
  }
}

void assess_shared_filesystems(std::span<Volume> volumes) {
  Sharers sharers;
  for (const auto& volume : volumes) {
    count_sharers(volume, true, sharers);
  }
  for (auto& volume : volumes) {
    for (auto& subvolume : volume.subvolumes) {
      for (auto& brick : subvolume.bricks) {
        if (const auto key = filesystem_of(brick)) {
          brick.shares_filesystem = sharers.at(*key) > 1;
        }
      }
    }
  }
}

}  // namespace glusterfs_exporter::model

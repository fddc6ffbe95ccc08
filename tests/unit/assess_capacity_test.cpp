#include <gtest/gtest.h>

#include <algorithm>

#include "model/assess.hpp"
#include "support/pictures.hpp"

namespace glusterfs_exporter::model {
namespace {

using test::dispersed;
using test::kDown;
using test::kUp;
using test::replicated;
using test::volume_of;
using test::with_arbiters;

/// Gives the bricks these sizes, in order; half of each is free and there are ten bytes an inode.
Volume sized(Volume volume, std::initializer_list<std::uint64_t> sizes) {
  const auto* size = sizes.begin();
  for (auto& subvolume : volume.subvolumes) {
    for (auto& brick : subvolume.bricks) {
      if (*size > 0) {
        brick.capacity = Capacity{*size, *size / 2, *size / 10, *size / 20};
      }
      ++size;
    }
  }
  assess_capacity(volume);
  return volume;
}

/// Puts the bricks with these indices, counted through the volume, on one file system of one node.
Volume sharing(Volume volume, std::initializer_list<std::size_t> indices) {
  std::size_t index = 0;
  for (auto& subvolume : volume.subvolumes) {
    for (auto& brick : subvolume.bricks) {
      if (std::ranges::find(indices, index++) != indices.end()) {
        brick.peer_uuid = "shared";
        brick.device = "/dev/shared";
      }
    }
  }
  return volume;
}

std::optional<std::uint64_t> size(const Volume& volume) {
  return volume.capacity ? std::optional(volume.capacity->size_bytes) : std::nullopt;
}

TEST(Capacity, OfAReplicaSetIsThatOfItsSmallestBrick) {
  const auto volume = sized(replicated({{kUp, kUp, kUp}}), {300, 100, 200});
  EXPECT_EQ(size(volume), 100U);
  EXPECT_EQ(volume.capacity->free_bytes, 50U);
  EXPECT_EQ(volume.capacity->inodes, 10U);
  EXPECT_EQ(volume.capacity->inodes_free, 5U);
}

TEST(Capacity, OfSeveralSetsIsTheirSum) {
  EXPECT_EQ(size(sized(replicated({{kUp, kUp}, {kUp, kUp}}), {100, 200, 300, 400})), 400U);
  EXPECT_EQ(size(sized(volume_of({{kUp}, {kUp}, {kUp}}), {100, 200, 300})), 600U);
}

TEST(Capacity, LeavesArbitersOut) {
  EXPECT_EQ(size(sized(with_arbiters(replicated({{kUp, kUp, kUp}})), {200, 300, 10})), 200U);
}

TEST(Capacity, OfADisperseSetLeavesRedundancyOut) {
  const auto volume = sized(dispersed(1, {{kUp, kUp, kUp}}), {100, 100, 100});
  EXPECT_EQ(size(volume), 200U);
  EXPECT_EQ(volume.capacity->inodes, 10U);  // a file takes an inode on every brick
}

TEST(Capacity, CountsASharedFileSystemOnce) {
  EXPECT_EQ(size(sized(sharing(volume_of({{kUp}, {kUp}, {kUp}}), {0, 1, 2}), {300, 300, 300})), 300U);
  EXPECT_EQ(size(sized(sharing(volume_of({{kUp}, {kUp}, {kUp}}), {0, 1}), {300, 300, 100})), 400U);
}

TEST(Capacity, AnArbiterTakesNoShareOfItsFileSystem) {
  // Chained arbiters: brick 2 is the first set's arbiter, on the file system of a data brick of the second
  // set.
  EXPECT_EQ(size(sized(sharing(with_arbiters(replicated({{kUp, kUp, kUp}, {kUp, kUp, kUp}})), {2, 3}),
                       {100, 100, 300, 300, 300, 300})),
            400U);
}

TEST(Capacity, TwoTmpfsOfDifferentSizeAreTwo) {
  EXPECT_EQ(size(sized(sharing(volume_of({{kUp}, {kUp}}), {0, 1}), {300, 100})), 400U);
}

TEST(Capacity, TheSameDeviceNameOnTwoNodesIsTwo) {
  auto volume = volume_of({{kUp}, {kUp}});
  volume.subvolumes[1].bricks[0].device = volume.subvolumes[0].bricks[0].device;
  EXPECT_EQ(size(sized(volume, {300, 300})), 600U);
}

TEST(Capacity, AnOfflineBrickDoesNotCount) {
  EXPECT_EQ(size(sized(replicated({{kUp, kDown, kUp}}), {300, 100, 200})), 200U);
}

TEST(Capacity, IsUnknownWhileThatOfASetIs) {
  EXPECT_EQ(size(sized(volume_of({{kUp}, {kUp}}), {100, 0})), std::nullopt);
  EXPECT_EQ(size(sized(volume_of({{kUp}, {kDown}}), {100, 100})), std::nullopt);
  EXPECT_EQ(size(sized(replicated({{kUp, kUp}}), {100, 0})), 100U);
}

TEST(SharedFilesystems, AreSeenAcrossVolumes) {
  std::vector<Volume> volumes{sized(sharing(volume_of({{kUp}, {kUp}}), {0}), {100, 100}),
                              sized(sharing(volume_of({{kUp}}), {0}), {100})};
  volumes[1].name = "w";
  assess_shared_filesystems(volumes);
  EXPECT_EQ(volumes[0].subvolumes[0].bricks[0].shares_filesystem, true);
  EXPECT_EQ(volumes[0].subvolumes[1].bricks[0].shares_filesystem, false);
  EXPECT_EQ(volumes[1].subvolumes[0].bricks[0].shares_filesystem, true);
}

}  // namespace
}  // namespace glusterfs_exporter::model

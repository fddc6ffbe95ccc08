#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "gluster/local/filesystem.hpp"
#include "gluster/local/heal_index.hpp"
#include "gluster/local/thin_pools.hpp"
#include "support/local_fake_proc.hpp"

namespace glusterfs_exporter::gluster::local {
namespace {

namespace fs = std::filesystem;
using test::put_file;
using test::TemporaryFolder;

constexpr std::string_view kMountinfo =
    "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
    "30 22 0:25 / /proc rw - proc proc rw\n"
    "31 22 253:3 / /bricks/one rw shared:7 master:2 - xfs /dev/mapper/vg-one rw\n"
    "32 22 253:4 / /bricks/with\\040space\\134x rw - xfs /dev/mapper/vg\\040two rw\n"
    "33 22 0:40 /@bricks /data rw - btrfs /dev/sdb rw\n"
    "34 22 0:50 / /over rw - overlay overlay rw,lowerdir=/a\n"
    "35 22 0:60 / /auto rw - autofs systemd-1 rw\n"
    "36 35 253:9 / /auto rw - xfs /dev/sdc1 rw\n"
    "37 22 254:0 /srv /bind rw - ext4 /dev/vda rw\n"
    "38 22 253:3\n"
    "\n"
    "39 22 7:1 / /broken rw shared:1 - xfs";

Mount mount_of(unsigned major, unsigned minor, std::string_view path) {
  return find_mount(kMountinfo, makedev(major, minor), path);
}

TEST(LocalFilesystem, FindsTheMountOfADevice) {
  EXPECT_EQ(mount_of(254, 0, "/srv/brick"), (Mount{"/dev/vda", "ext4", "/"}));
  EXPECT_EQ(mount_of(253, 3, "/bricks/one/brick"), (Mount{"/dev/mapper/vg-one", "xfs", "/bricks/one"}));
  EXPECT_EQ(mount_of(253, 4, "/bricks/with space\\x/brick"),
            (Mount{"/dev/mapper/vg two", "xfs", "/bricks/with space\\x"}));
  EXPECT_EQ(mount_of(0, 50, "/over/brick"), (Mount{"overlay", "overlay", "/over"}));
  EXPECT_EQ(mount_of(253, 9, "/auto/brick"), (Mount{"/dev/sdc1", "xfs", "/auto"}));
  EXPECT_EQ(mount_of(254, 0, "/bind/brick"), (Mount{"/dev/vda", "ext4", "/bind"}));
}

TEST(LocalFilesystem, GoesByThePathWhereNoMountHasTheDevice) {
  EXPECT_EQ(mount_of(0, 99, "/data/subvolume/brick"), (Mount{"/dev/sdb", "btrfs", "/data"}));
  EXPECT_EQ(mount_of(0, 99, "/database"), (Mount{"/dev/vda", "ext4", "/"})) << "not below /data";
  EXPECT_EQ(mount_of(0, 99, "/auto/brick"), (Mount{"/dev/sdc1", "xfs", "/auto"})) << "mounted over autofs";
}

TEST(LocalFilesystem, IsEmptyWithoutAnyMount) {
  EXPECT_EQ(find_mount("", makedev(1, 1), "/brick"), Mount{});
  EXPECT_EQ(find_mount("garbage\n- - -\n\xff\xfe", makedev(1, 1), "/brick"), Mount{});
  EXPECT_EQ(find_mount("22 1 254:0 / / rw", makedev(254, 0), "/brick"), Mount{});
}

TEST(LocalFilesystem, FindsTheOptionsOfAMount) {
  constexpr std::string_view kMounts =
      "/dev/vda / ext4 rw,relatime,discard 0 0\n"
      "systemd-1 /auto autofs rw,fd=29 0 0\n"
      "/dev/sdc1 /auto xfs rw,seclabel,noatime,attr2,inode64 0 0\n"
      "/dev/mapper/vg\\040two /bricks/with\\040space\\134x xfs ro,name=a\\040b 0 0\n"
      "/dev/vda /twice ext4 rw 0 0\n"
      "/dev/vda /twice ext4 ro,\xff 0 0\n"
      "\n"
      "/dev/vdb /short ext4\n"
      "/dev/vdb /last ext4 rw,last";
  EXPECT_EQ(find_mount_options(kMounts, {"/dev/vda", "ext4", "/"}), "rw,relatime,discard");
  EXPECT_EQ(find_mount_options(kMounts, {"/dev/sdc1", "xfs", "/auto"}), "rw,seclabel,noatime,attr2,inode64");
  EXPECT_EQ(find_mount_options(kMounts, {"/dev/mapper/vg two", "xfs", "/bricks/with space\\x"}),
            "ro,name=a b");
  EXPECT_EQ(find_mount_options(kMounts, {"/dev/vda", "ext4", "/twice"}), "ro,\xEF\xBF\xBD");
  EXPECT_EQ(find_mount_options(kMounts, {"/dev/vdb", "ext4", "/last"}), "rw,last");
  EXPECT_EQ(find_mount_options(kMounts, {"/dev/vdb", "ext4", "/short"}), "");
  EXPECT_EQ(find_mount_options(kMounts, {"/dev/vda", "xfs", "/"}), "");
  EXPECT_EQ(find_mount_options("", {"/dev/vda", "ext4", "/"}), "");
}

TEST(LocalFilesystem, ReadsWhatTheKernelSays) {
  const TemporaryFolder folder;
  struct statvfs space {};
  ASSERT_EQ(::statvfs(folder.path().c_str(), &space), 0);
  MountTexts mounts;
  const auto filesystem = read_filesystem(folder.path(), mounts);
  ASSERT_TRUE(filesystem.has_value());
  EXPECT_EQ(filesystem->capacity.size_bytes, std::uint64_t{space.f_blocks} * space.f_frsize);
  EXPECT_EQ(filesystem->capacity.inodes, space.f_files);
  EXPECT_GT(filesystem->capacity.free_bytes, 0U);
  EXPECT_FALSE(filesystem->device.empty());
  EXPECT_FALSE(filesystem->fs_type.empty());
  EXPECT_EQ(filesystem->block_size_bytes, space.f_bsize);
  EXPECT_THAT(filesystem->mount_options, testing::StartsWith("rw"));
}

TEST(LocalFilesystem, ReadsMountsAnewOnlyWhenTheyChanged) {
  MountTexts mounts;
  const auto* const text = mounts.now().mountinfo.data();
  EXPECT_THAT(mounts.now().mountinfo, testing::HasSubstr(" / "));
  EXPECT_EQ(mounts.now().mountinfo.data(), text) << "read again";

  const TemporaryFolder folder;
  const auto path = folder.path().string();
  if (::mount("none", path.c_str(), "tmpfs", 0, "size=4k") != 0) {
    GTEST_SKIP() << "only root may mount";
  }
  EXPECT_THAT(mounts.now().mounts, testing::HasSubstr(path));
  EXPECT_THAT(mounts.now().mountinfo, testing::HasSubstr(path));
  ASSERT_EQ(::umount(path.c_str()), 0);
  EXPECT_THAT(mounts.now().mounts, testing::Not(testing::HasSubstr(path)));
}

TEST(LocalFilesystem, LooksForAMountAnewOnlyWhenMountsChanged) {
  MountTexts mounts;
  const TemporaryFolder folder;
  const auto path = folder.path().string();
  struct stat before {};
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  const auto* const below = &mounts.find(before.st_dev, path);
  EXPECT_FALSE(below->mount.fs_type.empty());
  EXPECT_EQ(&mounts.find(before.st_dev, path), below);

  if (::mount("none", path.c_str(), "tmpfs", 0, "size=4k") != 0) {
    GTEST_SKIP() << "only root may mount";
  }
  struct stat over {};
  ASSERT_EQ(::stat(path.c_str(), &over), 0);
  EXPECT_EQ(mounts.find(over.st_dev, path).mount, (Mount{"none", "tmpfs", path}));
  EXPECT_THAT(mounts.find(over.st_dev, path).options, testing::HasSubstr("size=4k"));
  ASSERT_EQ(::mount("none", path.c_str(), "tmpfs", MS_REMOUNT, "size=8k"), 0);
  EXPECT_THAT(mounts.find(over.st_dev, path).options, testing::HasSubstr("size=8k"));
  ASSERT_EQ(::umount(path.c_str()), 0);
}

TEST(LocalFilesystem, SaysWhyThereIsNone) {
  const TemporaryFolder folder;
  MountTexts mounts;
  const auto gone = read_filesystem(folder.path() / "gone", mounts);
  ASSERT_FALSE(gone.has_value());
  EXPECT_EQ(gone.error().kind, ErrorKind::exit);
  EXPECT_EQ(gone.error().context, (folder.path() / "gone").string() + ": No such file or directory");
  put_file(folder.path() / "file", "");
  const auto file = read_filesystem(folder.path() / "file", mounts);
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().context, (folder.path() / "file").string() + ": Not a directory");
}

/// An index as a brick keeps it.
class LocalHealIndex : public testing::Test {
 protected:
  [[nodiscard]] fs::path folder(const std::string& name) const {
    return brick_.path() / ".glusterfs" / "indices" / name;
  }

  /// `count` entries that are links to folder/base.
  void add(const std::string& name, const std::string& base, int count) {
    put_file(folder(name) / base, "");
    for (int i = 0; i < count; ++i) {
      fs::create_hard_link(folder(name) / base, folder(name) / ("entry-" + std::to_string(next_++)));
    }
  }

  void expect(std::uint64_t pending, std::uint64_t dirty) {
    const auto index = reader_.read(brick_.path());
    ASSERT_TRUE(index.has_value()) << index.error().context;
    EXPECT_EQ(index->pending, pending);
    EXPECT_EQ(index->dirty, dirty);
  }

  TemporaryFolder brick_;
  HealIndexReader reader_;
  int next_ = 0;
};

TEST_F(LocalHealIndex, IsZeroBeforeThereIsABaseFile) {
  fs::create_directories(folder(""));
  expect(0, 0);
  fs::create_directories(folder("xattrop"));
  fs::create_directories(folder("dirty"));
  expect(0, 0);
  add("xattrop", "xattrop-1", 0);
  expect(0, 0);
}

TEST_F(LocalHealIndex, AddsUpAllBaseFiles) {
  add("xattrop", "xattrop-1", 3);
  add("xattrop", "xattrop-2", 4);
  add("dirty", "dirty-1", 2);
  add("dirty", "xattrop-x", 9);  // not one of this folder's
  expect(7, 2);
  fs::remove(folder("xattrop") / "entry-0");
  add("xattrop", "xattrop-3", 1);
  expect(7, 2);
}

TEST_F(LocalHealIndex, CountsALargeBacklogAndFollowsItsBaseFiles) {
  constexpr int kMany = 5000;  // more than is read each time
  add("xattrop", "xattrop-1", kMany);
  expect(kMany, 0);
  add("xattrop", "xattrop-1", 10);
  expect(kMany + 10, 0);
  add("xattrop", "xattrop-2", kMany);  // the brick was started anew
  expect(2 * kMany + 10, 0);
  for (int i = 0; i < kMany + 10; ++i) {
    fs::remove(folder("xattrop") / ("entry-" + std::to_string(i)));
  }
  expect(kMany, 0);
  fs::remove(folder("xattrop") / "xattrop-1");  // the heal daemon takes empty ones away
  expect(kMany, 0);
  add("xattrop", "xattrop-2", 5);
  expect(kMany + 5, 0);
}

TEST_F(LocalHealIndex, LeavesNoTraceOnTheBrick) {
  add("xattrop", "xattrop-1", 3);
  const auto accessed = [&] {
    struct stat status {};
    ::stat(folder("xattrop").c_str(), &status);
    return std::pair(status.st_atim.tv_sec, status.st_atim.tv_nsec);
  };
  const timespec times[2] = {{.tv_sec = 1000, .tv_nsec = 0}, {.tv_sec = 2000, .tv_nsec = 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, folder("xattrop").c_str(), times, 0), 0);
  const auto before = accessed();
  expect(3, 0);
  EXPECT_EQ(accessed(), before);
}

TEST_F(LocalHealIndex, SaysWhyThereIsNone) {
  const auto none = reader_.read(brick_.path());
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().kind, ErrorKind::exit);
  EXPECT_EQ(none.error().context, brick_.path().string() + "/.glusterfs/indices: No such file or directory");
  put_file(folder("xattrop"), "a file");
  const auto file = reader_.read(brick_.path());
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().context, folder("xattrop").string() + ": Not a directory");
}

// Made by hand after lvmreport(7), lvs(8) and `lvs -o help` of lvm2 2.03: there is no device mapper where the
// tests run, so nothing of this was printed by a real lvs.
constexpr std::string_view kVolumes = R"({
  "report": [ { "lv": [
    {"vg_name":"vg", "lv_name":"pool", "lv_path":"", "lv_dm_path":"/dev/mapper/vg-pool", "lv_kernel_minor":"4",
     "lv_attr":"twi-aotz--", "pool_lv":"", "lv_size":"107374182400", "data_percent":"12.50", "metadata_percent":"3.10"},
    {"vg_name":"vg", "lv_name":"one", "lv_path":"/dev/vg/one", "lv_dm_path":"/dev/mapper/vg-one", "lv_kernel_minor":"5",
     "lv_attr":"Vwi-aotz--", "pool_lv":"pool", "lv_size":"53687091200", "data_percent":"80.00", "metadata_percent":""},
    {"vg_name":"other", "lv_name":"pool", "lv_path":"", "lv_dm_path":"/dev/mapper/other-pool", "lv_kernel_minor":"-1",
     "lv_attr":"twi---tz--", "pool_lv":"", "lv_size":"1024", "data_percent":"", "metadata_percent":""},
    {"vg_name":"other", "lv_name":"two", "lv_path":"/dev/other/two", "lv_dm_path":"/dev/mapper/other-two", "lv_kernel_minor":"-1",
     "lv_attr":"Vwi---tz--", "pool_lv":"pool", "lv_size":"1024", "data_percent":"", "metadata_percent":""},
    {"vg_name":"vg", "lv_name":"plain", "lv_path":"/dev/vg/plain", "lv_dm_path":"/dev/mapper/vg-plain", "lv_kernel_minor":"6",
     "lv_attr":"-wi-ao----", "pool_lv":"", "lv_size":"1024", "data_percent":"", "metadata_percent":""},
    {"vg_name":"vg", "lv_name":"vdopool", "lv_path":"/dev/vg/vdopool", "lv_dm_path":"/dev/mapper/vg-vdopool", "lv_kernel_minor":"8",
     "lv_attr":"dwi-ao----", "pool_lv":"", "lv_size":"1024", "data_percent":"50.00", "metadata_percent":""},
    {"vg_name":"vg", "lv_name":"vdo", "lv_path":"/dev/vg/vdo", "lv_dm_path":"/dev/mapper/vg-vdo", "lv_kernel_minor":"9",
     "lv_attr":"vwi-aov---", "pool_lv":"vdopool", "lv_size":"1024", "data_percent":"", "metadata_percent":""}
  ] } ] })";

TEST(LocalThinPools, FindsThePoolByAnyNameOfTheDevice) {
  const std::vector<std::string> devices{
      "/dev/mapper/vg-one",   "/dev/vg/one",         "/dev/dm-5",
      "/dev/mapper/vg-plain", "/dev/mapper/vg-pool", "/dev/mapper/other-two",
      "/dev/mapper/vg-vdo",   "/dev/sda1",           ""};
  const auto pools = read_thin_pools(kVolumes, devices);
  ASSERT_TRUE(pools.has_value());
  ASSERT_EQ(pools->size(), 3U);
  for (const auto* device : {"/dev/mapper/vg-one", "/dev/vg/one", "/dev/dm-5"}) {
    const auto& pool = pools->at(device);
    EXPECT_EQ(pool.size_bytes, 107374182400U);
    EXPECT_DOUBLE_EQ(pool.data_used_ratio, 0.125);
    EXPECT_DOUBLE_EQ(pool.metadata_used_ratio.value_or(-1), 0.031);
  }
}

TEST(LocalThinPools, ReadsNumbersWithoutQuotes) {
  const std::vector<std::string> devices{"/dev/mapper/a"};
  const auto pools = read_thin_pools(
      R"({"report":[{"lv":[{"vg_name":"v","lv_name":"p","lv_attr":"twi","lv_size":1000,"data_percent":25.0},
                           {"vg_name":"v","lv_name":"a","lv_dm_path":"/dev/mapper/a","pool_lv":"p"}]}]})",
      devices);
  ASSERT_TRUE(pools.has_value());
  ASSERT_EQ(pools->size(), 1U);
  EXPECT_EQ(pools->at("/dev/mapper/a").size_bytes, 1000U);
  EXPECT_DOUBLE_EQ(pools->at("/dev/mapper/a").data_used_ratio, 0.25);
  EXPECT_FALSE(pools->at("/dev/mapper/a").metadata_used_ratio.has_value());
}

TEST(LocalThinPools, RefusesWhatIsNoReport) {
  for (const auto* text : {"", "no json", "[]", "{}", "null", R"({"report":{}})", R"({"report":[{}]})",
                           R"({"report":[1]})", R"({"report":[{"lv":[1]}]})", R"({"report":[{"lv":{}}]})",
                           "{\"report\":[{\"lv\":[{\"vg_name\":\"\xff\"}]}]}"}) {
    const auto pools = read_thin_pools(text, {});
    ASSERT_FALSE(pools.has_value()) << text;
    EXPECT_EQ(pools.error().kind, ErrorKind::parse);
  }
  EXPECT_TRUE(read_thin_pools(R"({"report":[{"lv":[]}]})", {}).has_value());
  EXPECT_TRUE(read_thin_pools(R"({"report":[{"lv":[{"vg_name":[1],"lv_size":{}}]}]})", {}).has_value());
}

TEST(LocalThinPools, RunsNothingForOtherDevices) {
  const auto pools = find_thin_pools(std::vector<std::string>{"/dev/vda", "tmpfs"}, {});
  ASSERT_TRUE(pools.has_value());
  EXPECT_TRUE(pools->empty());
}

}  // namespace
}  // namespace glusterfs_exporter::gluster::local

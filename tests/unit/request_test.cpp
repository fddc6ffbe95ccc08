#include "gluster/cli/request.hpp"

#include <gtest/gtest.h>

namespace glusterfs_exporter::gluster {
namespace {

using Words = std::vector<std::string>;

TEST(VolumeName, TakesWhatGlusterTakes) {
  EXPECT_TRUE(VolumeName::checked("rep3"));
  EXPECT_TRUE(VolumeName::checked("My_volume-2"));
  EXPECT_TRUE(VolumeName::checked(std::string(255, 'v')));
}

TEST(VolumeName, RefusesWhatCouldBeSomethingElse) {
  for (const auto* name :
       {"", "-v", "--mode=script", "a b", "a;b", "a/b", "../x", "a\nb", "$(x)", "v\xC3\xA4"}) {
    EXPECT_FALSE(VolumeName::checked(name)) << name;
  }
  EXPECT_FALSE(VolumeName::checked(std::string(256, 'v')));
  EXPECT_FALSE(VolumeName::checked(std::string_view("a\0b", 3)));
}

TEST(Request, HasTheArgumentsOfTheCli) {
  const auto volume = *VolumeName::checked("rep3");
  EXPECT_EQ(Request::volume_info().arguments(), (Words{"volume", "info", "--xml"}));
  EXPECT_EQ(Request::profile(volume).arguments(),
            (Words{"volume", "profile", "rep3", "info", "cumulative", "--xml"}));
  EXPECT_EQ(Request::heal_count(volume).arguments(),
            (Words{"volume", "heal", "rep3", "statistics", "heal-count"}));
  EXPECT_EQ(Request::top(volume, model::TopCall::readdir, 5).arguments(),
            (Words{"volume", "top", "rep3", "readdir", "list-cnt", "5", "--xml"}));
}

TEST(Request, RemoveBrickAsksForTheStatusOfItsBricks) {
  const auto volume = *VolumeName::checked("dist");
  const auto request = Request::remove_brick_status(volume, {"h1:/srv/b1", "h2:/srv/b2"});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->arguments(),
            (Words{"volume", "remove-brick", "dist", "h1:/srv/b1", "h2:/srv/b2", "status", "--xml"}));
}

TEST(Request, RemoveBrickRefusesWhatIsNoBrick) {
  const auto volume = *VolumeName::checked("dist");
  EXPECT_FALSE(Request::remove_brick_status(volume, {}));
  EXPECT_FALSE(Request::remove_brick_status(volume, {"commit"}));
  EXPECT_FALSE(Request::remove_brick_status(volume, {"h1:/srv/b1", "-x:/y"}));
}

TEST(Request, ThoseThatTakeTheLockSaySo) {
  const auto volume = *VolumeName::checked("rep3");
  EXPECT_EQ(Request::volume_info().cost(), Cost::query);
  EXPECT_EQ(Request::pool_list().cost(), Cost::query);
  EXPECT_EQ(Request::volume_status_all().cost(), Cost::transaction);
  EXPECT_EQ(Request::heal_count(volume).cost(), Cost::transaction);
  EXPECT_EQ(Request::heal_summary(volume).cost(), Cost::crawl);
}

}  // namespace
}  // namespace glusterfs_exporter::gluster

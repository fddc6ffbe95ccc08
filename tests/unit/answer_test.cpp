#include "gluster/cli/answer.hpp"

#include <gtest/gtest.h>

#include "support/finished.hpp"
#include "support/recorded.hpp"

namespace glusterfs_exporter::gluster {
namespace {

using test::cli_output;

VolumeName rep3() {
  return *VolumeName::checked("rep3");
}

/// The kind of the error that judging this answer gives.
std::string reason(const Request& request, const Finished& finished) {
  const auto answer = read_answer(request, finished);
  return answer ? "ok" : std::string(to_string(answer.error().kind));
}

std::string context(const Request& request, const Finished& finished) {
  return read_answer(request, finished).error().context;
}

TEST(Answer, GoodXmlIsTaken) {
  const auto answer = read_answer(Request::volume_info(), {0, cli_output("<volInfo/>"), ""});
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->nothing_there);
  EXPECT_STREQ(answer->root().first_child().name(), "opRet");
  EXPECT_TRUE(answer->root().child("volInfo"));
}

TEST(Answer, TextBeforeGoodXmlIsPassedOver) {
  EXPECT_EQ(reason(Request::volume_info(), {0, "Error : Request timed out\n" + cli_output("<volInfo/>"), ""}),
            "ok");
}

TEST(Answer, NoOutputIsAFailureAndNotAnEmptyCluster) {
  EXPECT_EQ(reason(Request::volume_info(), {0, "", ""}), "empty");
  EXPECT_EQ(reason(Request::heal_count(rep3()), {0, "", ""}), "empty");
}

TEST(Answer, NoOutputAndAnExitStatusTellsWhatStandardErrorSaid) {
  EXPECT_EQ(reason(Request::volume_info(), {1, "", "Connection failed."}), "exit");
  EXPECT_EQ(context(Request::volume_info(), {1, "", "Connection failed."}),
            "volume_info: exit status 1: Connection failed.");
}

TEST(Answer, TruncatedXmlIsAParseError) {
  const auto whole = cli_output("<volInfo><volumes/></volInfo>");
  EXPECT_EQ(reason(Request::volume_info(), {0, whole.substr(0, whole.size() / 2), ""}), "parse");
}

TEST(Answer, TextInsteadOfXmlIsAParseErrorUnlessItSaysMore) {
  EXPECT_EQ(reason(Request::volume_info(), {0, "hello\n", ""}), "parse");
  EXPECT_EQ(reason(Request::volume_info(), {0, "Error : Request timed out\n", ""}), "timeout");
  EXPECT_EQ(reason(Request::volume_info(), {0, "Error : something else\n", ""}), "exit");
}

TEST(Answer, OpRetCountsWhateverTheExitStatus) {
  EXPECT_EQ(reason(Request::volume_info(), {0, cli_output("", -1, 30800, "glusterd is ill"), ""}), "exit");
  EXPECT_EQ(context(Request::volume_info(), {0, cli_output("", -1, 30800, "glusterd is ill"), ""}),
            "volume_info: exit status 0: glusterd is ill");
}

TEST(Answer, TheExitStatusCountsWhateverOpRet) {
  EXPECT_EQ(reason(Request::volume_info(), {2, cli_output("<volInfo/>"), ""}), "exit");
}

TEST(Answer, WithoutOpRetNothingIsBelieved) {
  EXPECT_EQ(
      reason(Request::volume_info(), {0, "<?xml version=\"1.0\"?><cliOutput><volInfo/></cliOutput>", ""}),
      "parse");
}

TEST(Answer, ARecordedLockConflictIsTold) {
  const auto text = test::read_file(test::fixtures() / "gluster-10.3/single/another-transaction-profile.xml");
  EXPECT_EQ(reason(Request::profile(rep3()), {0, text, ""}), "lock");
  EXPECT_EQ(context(Request::profile(rep3()), {0, text, ""}),
            "volume_profile: Another transaction is in progress. Please try again after some time.");
}

TEST(Answer, ALockConflictIsToldByItsWordsToo) {
  EXPECT_EQ(reason(Request::volume_status_all(),
                   {0, cli_output("", -1, 30800, "Locking failed on 127.1.1.2. Please check log file."), ""}),
            "lock");
  EXPECT_EQ(reason(Request::heal_count(rep3()), {1, "", "Another transaction is in progress for rep3."}),
            "lock");
}

TEST(Answer, WhatIsNotThereIsNoFailure) {
  const auto answer = read_answer(Request::quota_list(rep3()),
                                  {0, cli_output("", -1, 0, "No quota configured on volume rep3"), ""});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->nothing_there);
}

TEST(Answer, NoGeoReplicationSessionIsTextAndAnExitStatus) {
  const auto answer =
      read_answer(Request::geo_replication_status(), {2, "geo-replication command failed\n", ""});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->nothing_there);
}

TEST(Answer, UnreachableVolfileIsAFailureDespiteTheEmptyBricks) {
  EXPECT_EQ(reason(Request::heal_summary(rep3()),
                   {0,
                    "<?xml version=\"1.0\"?><cliOutput><healInfo><bricks/></healInfo><opRet>-1</opRet>"
                    "<opErrno>107</opErrno><opErrstr>rep3: Not able to fetch volfile from "
                    "glusterd</opErrstr></cliOutput>",
                    ""}),
            "exit");
}

TEST(Answer, ReferencesToWhatIsNoCharacterAreReplaced) {
  const auto answer =
      read_answer(Request::volume_info(),
                  {0, cli_output("<volInfo><a>x&#xD800;y</a><b>z&amp;&#65;<c/></b></volInfo>"), ""});
  ASSERT_TRUE(answer);
  const auto info = answer->root().child("volInfo");
  EXPECT_STREQ(info.child_value("a"), "x\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDy");
  EXPECT_STREQ(info.child_value("b"), "z&A");
}

TEST(Answer, XmlOutlivesTheMoveOfItsAnswer) {
  auto answer =
      read_answer(Request::volume_info(), {0, "noise\n" + cli_output("<volInfo>text</volInfo>"), ""});
  ASSERT_TRUE(answer);
  const Answer moved = *std::move(answer);
  EXPECT_STREQ(moved.root().child_value("volInfo"), "text");
}

TEST(Answer, BadUtf8IsReplacedOnTheWayIn) {
  const auto answer =
      read_answer(Request::volume_info(), {0, cli_output("<volInfo><name>a\xff z</name></volInfo>"), ""});
  ASSERT_TRUE(answer);
  EXPECT_STREQ(answer->root().child("volInfo").child_value("name"), "a\xEF\xBF\xBD z");
}

}  // namespace
}  // namespace glusterfs_exporter::gluster

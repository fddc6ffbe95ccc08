#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "common/build_info.hpp"
#include "web/html.hpp"
#include "web/landing_page.hpp"

namespace glusterfs_exporter::web {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

TEST(EscapeHtml, ReplacesWhatHtmlReads) {
  EXPECT_EQ(escape_html(R"(<a href="x" title='y'>&amp;</a>)"),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
  EXPECT_EQ(escape_html("Größe 数 €"), "Größe 数 €");
  EXPECT_EQ(escape_html(""), "");
}

TEST(HumanDuration, UsesTheTwoLargestUnits) {
  EXPECT_EQ(human_duration(-5ms), "0 ms");
  EXPECT_EQ(human_duration(0ms), "0 ms");
  EXPECT_EQ(human_duration(999ms), "999 ms");
  EXPECT_EQ(human_duration(1s), "1 s");
  EXPECT_EQ(human_duration(1299ms), "1.2 s");
  EXPECT_EQ(human_duration(9099ms), "9 s");
  EXPECT_EQ(human_duration(10999ms), "10 s");
  EXPECT_EQ(human_duration(59s), "59 s");
  EXPECT_EQ(human_duration(60s), "1 min");
  EXPECT_EQ(human_duration(61s), "1 min 1 s");
  EXPECT_EQ(human_duration(59min + 59s), "59 min 59 s");
  EXPECT_EQ(human_duration(1h + 59s), "1 h");
  EXPECT_EQ(human_duration(2h + 5min), "2 h 5 min");
  EXPECT_EQ(human_duration(24h), "1 d");
  EXPECT_EQ(human_duration(24h * 400 + 23h + 59min), "400 d 23 h");
}

TEST(LandingPage, ShowsEveryCollector) {
  const std::vector<CollectorRow> rows = {
      {.name = "volume_info",
       .enabled = true,
       .source = "rpc",
       .interval = 60s,
       .last_success_age = 12s,
       .last_duration = 340ms,
       .last_run = LastRun::success,
       .reason = ""},
      {.name = "heal",
       .enabled = true,
       .interval = 5min,
       .last_success_age = 2h + 5min,
       .last_duration = 10min,
       .last_run = LastRun::failure,
       .reason = "timeout"},
      {.name = "quota",
       .enabled = true,
       .interval = 1500ms,
       .last_success_age = {},
       .last_duration = {},
       .last_run = LastRun::none,
       .reason = ""},
      {.name = "top",
       .enabled = false,
       .interval = 60s,
       .last_success_age = {},
       .last_duration = {},
       .last_run = LastRun::none,
       .reason = ""},
  };
  const auto page = render_landing_page("/metrics", rows);
  EXPECT_THAT(
      page,
      HasSubstr("<tbody>\n"
                "<tr><th scope=\"row\">volume_info</th><td>yes</td><td>1 min</td><td>rpc</td><td>12 "
                "s</td><td>340 ms</td>"
                "<td class=\"good\">ok</td></tr>\n"
                "<tr><th scope=\"row\">heal</th><td>yes</td><td>5 min</td><td>–</td><td>2 h 5 min</td><td>10 "
                "min</td>"
                "<td class=\"bad\">failed: timeout</td></tr>\n"
                "<tr><th scope=\"row\">quota</th><td>yes</td><td>1.5 s</td><td>–</td><td>–</td><td>–</td>"
                "<td>not run yet</td></tr>\n"
                "<tr class=\"disabled\"><th "
                "scope=\"row\">top</th><td>no</td><td>–</td><td>–</td><td>–</td><td>–</td>"
                "<td>–</td></tr>\n"
                "</tbody>"));
}

TEST(LandingPage, SaysWhatIsLeftToTheLeader) {
  CollectorRow row;
  row.name = "quota";
  row.standby = true;
  EXPECT_THAT(render_landing_page("/metrics", std::vector{row}),
              HasSubstr("<td>left to the leader</td></tr>"));
}

TEST(LandingPage, SaysWhatItIsAndLinksToTheRest) {
  const auto page = render_landing_page("/gluster/metrics", {});
  EXPECT_THAT(page,
              HasSubstr("<p>Prometheus exporter for GlusterFS, version " + escape_html(build_version()) +
                        ", revision " + escape_html(build_revision()) + "</p>"));
  EXPECT_THAT(page, HasSubstr("<a href=\"./gluster/metrics\">Metrics</a>"));
  EXPECT_THAT(page, HasSubstr("<a href=\"./-/healthy\">"));
  EXPECT_THAT(page, HasSubstr("<a href=\"./-/ready\">"));
  EXPECT_THAT(page, HasSubstr("<a href=\"./\">Live page</a>"));
  EXPECT_THAT(page, HasSubstr("<link rel=\"stylesheet\" href=\"assets/collectors.css\">"));
}

TEST(LandingPage, EscapesWhateverItIsGiven) {
  const std::vector<CollectorRow> rows = {{.name = "<b>\"ä\"&'</b>",
                                           .enabled = true,
                                           .interval = 1s,
                                           .last_success_age = {},
                                           .last_duration = {},
                                           .last_run = LastRun::failure,
                                           .reason = "<script>"}};
  const auto page = render_landing_page("/m\"><script>", rows);
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\">&lt;b&gt;&quot;ä&quot;&amp;&#39;&lt;/b&gt;</th>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"bad\">failed: &lt;script&gt;</td>"));
  EXPECT_THAT(page, HasSubstr("<a href=\"./m&quot;&gt;&lt;script&gt;\">"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
}

// The Content-Security-Policy allows neither.
TEST(LandingPage, HasNoInlineStyleAndNoScript) {
  const auto page = render_landing_page("/metrics", {});
  EXPECT_THAT(page, Not(HasSubstr("style=")));
  EXPECT_THAT(page, Not(HasSubstr("<style")));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
}

}  // namespace
}  // namespace glusterfs_exporter::web

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "web/header_list.hpp"
#include "web/negotiation.hpp"

namespace glusterfs_exporter::web {
namespace {

struct AcceptCase {
  std::string_view what;
  std::string_view accept;
  Format expected;
};

TEST(ChooseFormat, FollowsAccept) {
  const std::vector<AcceptCase> cases = {
      {"Prometheus 2.4", "text/plain;version=0.0.4;q=1,*/*;q=0.1", Format::text},
      {"Prometheus 2.5",
       "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       Format::openmetrics},
      {"Prometheus 2.42",
       "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       Format::openmetrics},
      {"Prometheus 2.42 with native histograms",
       "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
       "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       Format::openmetrics},
      {"Prometheus 2.55",
       "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
       "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
       Format::openmetrics},
      {"Prometheus 3.0",
       "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
       "application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.5,"
       "text/plain;version=1.0.0;escaping=allow-utf-8;escaping=allow-utf-8;q=0.4,"
       "text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2",
       Format::openmetrics},
      {"Prometheus 3.5",
       "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
       "application/openmetrics-text;version=0.0.1;q=0.5,"
       "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
       Format::openmetrics},
      {"Prometheus 3.5, scrape_protocols: [PrometheusText0.0.4]", "text/plain;version=0.0.4;q=0.6,*/*;q=0.5",
       Format::text},
      {"Prometheus 3.5, scrape_protocols: [PrometheusText1.0.0, OpenMetricsText1.0.0]",
       "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,"
       "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.4",
       Format::text},
      {"Prometheus 3.5, scrape_protocols: [PrometheusProto]",
       "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
       "*/*;q=0.5",
       Format::text},
      {"a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
       Format::text},
      {"curl", "*/*", Format::text},
      {"no header", "", Format::text},
      {"no version", "application/openmetrics-text", Format::openmetrics},
      {"case and blanks", "Application/OpenMetrics-Text ; Version=1.0.0 ; Q=0.3", Format::openmetrics},
      {"quotes", R"(application/openmetrics-text;version="1.0.0";x="a,b;c";q="0.3", text/plain;q=0.2)",
       Format::openmetrics},
      {"a version that isn't served", "application/openmetrics-text;version=2.0.0", Format::text},
      {"OpenMetrics refused", "application/openmetrics-text;q=0,*/*;q=0.1", Format::text},
      {"text preferred", "application/openmetrics-text;q=0.4,text/plain;q=0.5", Format::text},
      {"anything preferred", "application/openmetrics-text;q=0.4,*/*", Format::text},
      {"both alike, text first", "text/plain,application/openmetrics-text", Format::text},
      {"both alike, OpenMetrics first", "application/openmetrics-text,text/*", Format::openmetrics},
      {"quality above 1", "application/openmetrics-text;q=2", Format::text},
      {"quality not a number", "application/openmetrics-text;q=nan,text/plain;q=0.1", Format::text},
      {"quality empty", "application/openmetrics-text;q=", Format::text},
      {"garbage", R"(;;,,=")", Format::text},
      {"an open quote", R"(text/plain;x="y, application/openmetrics-text)", Format::text},
      {"a backslash at the end", R"(text/plain;x="y\)", Format::text},
  };
  for (const auto& [what, accept, expected] : cases) {
    EXPECT_EQ(choose_format(accept), expected) << what;
  }
}

TEST(AcceptsGzip, FollowsAcceptEncoding) {
  struct Case {
    std::string_view accept_encoding;
    bool expected;
  };
  const std::vector<Case> cases = {
      {"gzip", true},
      {"", false},
      {"identity", false},
      {"gzip, deflate, br, zstd", true},
      {"br;q=1.0, GZIP;q=0.8, *;q=0.1", true},
      {"x-gzip", true},
      {"gzip;q=0", false},
      {"gzip; q=0.000, deflate", false},
      {"*", true},
      {"*;q=0", false},
      {"gzip;q=0, *", false},
      {"identity;q=0, *;q=0.5", true},
      {"identity, gzip;q=0.5", false},
      {"identity, gzip", true},
      {"identity;q=0.5, gzip;q=0.6", true},
      {"deflate, br", false},
      {"gzipped", false},
      {"gzip;q=yes", false},
  };
  for (const auto& [accept_encoding, expected] : cases) {
    EXPECT_EQ(accepts_gzip(accept_encoding), expected) << accept_encoding;
  }
}

TEST(WebContentType, IsWhatPrometheusExpects) {
  EXPECT_EQ(content_type(Format::text), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(content_type(Format::openmetrics), "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

TEST(ParseHeaderList, ReadsElementsAndParameters) {
  const auto elements = parse_header_list(" a/b ; Version = \"1;2\" ;q=0.25 , , ;c=d, e;q=1 ");
  ASSERT_EQ(elements.size(), 2U);
  EXPECT_EQ(elements[0].value, "a/b");
  EXPECT_EQ(elements[0].parameter("version"), "1;2");
  EXPECT_EQ(elements[0].parameter("q"), "");
  EXPECT_DOUBLE_EQ(elements[0].quality, 0.25);
  EXPECT_EQ(elements[1].value, "e");
  EXPECT_DOUBLE_EQ(elements[1].quality, 1);
  EXPECT_EQ(elements[1].parameters.size(), 0U);
}

}  // namespace
}  // namespace glusterfs_exporter::web

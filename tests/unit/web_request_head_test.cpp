#include <gtest/gtest.h>

#include "web/request_head.hpp"

namespace glusterfs_exporter::web {
namespace {

TEST(WebRequestHead, DecodesAPathOnce) {
  EXPECT_EQ(decode_path("/metrics"), "/metrics");
  EXPECT_EQ(decode_path("/%6detri%63s"), "/metrics");
  EXPECT_EQ(decode_path("/%2e%2E/%2Fetc"), "/..//etc");
  EXPECT_EQ(decode_path("/%252e"), "/%2e");
  EXPECT_EQ(decode_path("/..;/a\\b+c"), "/..;/a\\b+c");
  EXPECT_EQ(decode_path("/%c3%bc\xc0\xaf"), "/\u00fc\xc0\xaf");
  EXPECT_EQ(decode_path(""), "");
}

TEST(WebRequestHead, RefusesEscapesThatStandForNoCharacter) {
  for (const auto* path :
       {"/%", "/%4", "/%zz", "/%4g", "/%-1", "/%+1", "/% 1", "/%00", "/a%0ab", "/%1f", "/%7f"}) {
    EXPECT_EQ(decode_path(path), std::nullopt) << path;
  }
}

std::string_view problem_of(std::initializer_list<std::pair<const char*, const char*>> headers) {
  Request request;
  for (const auto& [name, value] : headers) {
    request.add_header(name, value);
  }
  return framing_problem(request);
}

TEST(WebRequestHead, KnowsWhereABodyEnds) {
  EXPECT_EQ(problem_of({}), "");
  EXPECT_EQ(problem_of({{"Content-Length", "0"}}), "");
  EXPECT_EQ(problem_of({{"content-length", "99999999999999999999999"}}), "");  // too large: for read_body()
  EXPECT_EQ(problem_of({{"Transfer-Encoding", "chunked"}}), "");
  for (const auto* length : {"", "+1", "-1", "0x1", "1 ", "1,1", "1e3", "\xd9\xa1"}) {
    EXPECT_EQ(problem_of({{"Content-Length", length}}), "the Content-Length is not a number.") << length;
  }
  EXPECT_EQ(problem_of({{"Content-Length", "4"}, {"Content-Length", "4"}}),
            "the Content-Length is not a number.");
  EXPECT_EQ(problem_of({{"Content-Length", "0"}, {"Transfer-Encoding", ""}}),
            "a request has a Content-Length or a Transfer-Encoding, not both.");
}

}  // namespace
}  // namespace glusterfs_exporter::web

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include "support/source_dir.hpp"
#include "web/assets.hpp"

namespace glusterfs_exporter::web {
namespace {

using testing::HasSubstr;
using testing::Not;

Router asset_router() {
  Router router;
  add_asset_routes(router);
  return router;
}

Response get(std::string path, std::string_view if_none_match = "") {
  Request request;
  request.method = "GET";
  request.path = std::move(path);
  if (!if_none_match.empty()) {
    request.add_header("If-None-Match", if_none_match);
  }
  return asset_router().answer(request);
}

std::string header(const Response& response, std::string_view name) {
  const auto found = std::ranges::find(response.headers, name, &std::pair<std::string, std::string>::first);
  return found == response.headers.end() ? "" : found->second;
}

std::string source_of(std::string_view name) {
  std::ifstream file(test::source_dir() / "src/web/assets" / name);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(WebAssets, AreTheFilesByteForByte) {
  std::set<std::string_view> names;
  for (const auto& asset : assets()) {
    names.insert(asset.name);
    if (asset.name != "index.html") {
      EXPECT_EQ(std::string(asset.bytes), source_of(asset.name)) << asset.name;
    }
  }
  EXPECT_EQ(names.size(), assets().size());
  for (const auto* name : {"collectors.css", "icon.svg", "index.html", "main.js", "views/bricks.js"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(WebAssets, HaveDifferentHashes) {
  std::set<std::string_view> hashes;
  for (const auto& asset : assets()) {
    EXPECT_EQ(asset.hash.size(), 16U) << asset.name;
    hashes.insert(asset.hash);
  }
  EXPECT_EQ(hashes.size(), assets().size());
}

TEST(WebAssets, ThePageKnowsItsVersion) {
  EXPECT_THAT(std::string(page_version()), testing::MatchesRegex("[0-9a-f]{16}"));
  const auto page = *get("/").body;
  EXPECT_THAT(page,
              HasSubstr("<meta name=\"page-version\" content=\"" + std::string(page_version()) + "\">"));
  EXPECT_THAT(page, Not(HasSubstr("@PAGE_VERSION@")));
}

TEST(WebAssets, AreServedWithTheirTypes) {
  const auto page = get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(get("/assets/index.html").content_type, "text/html; charset=utf-8");
  EXPECT_EQ(get("/assets/page.css").content_type, "text/css; charset=utf-8");
  EXPECT_EQ(get("/assets/views/bricks.js").content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(get("/assets/icon.svg").content_type, "image/svg+xml");
  EXPECT_EQ(asset_content_type("LICENSE"), "application/octet-stream");
}

TEST(WebAssets, AreAskedForAnewAndSentOnce) {
  const auto first = get("/assets/main.js");
  EXPECT_EQ(header(first, "Cache-Control"), "no-cache");
  const auto etag = header(first, "ETag");
  EXPECT_THAT(etag, testing::MatchesRegex("\"[0-9a-f]{16}\""));
  const auto again = get("/assets/main.js", etag);
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, nullptr);
  EXPECT_EQ(header(again, "ETag"), etag);
  EXPECT_EQ(get("/assets/page.css", etag).status, 200) << "the ETag of another file";
}

TEST(WebAssets, AreNothingElse) {
  for (const auto* path :
       {"/assets/", "/assets/none.js", "/assets//main.js", "/assets/views/", "/assets/../main.js"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
}

// The Content-Security-Policy allows neither, and the page must work without the internet and below any path.
TEST(WebAssets, TheHtmlNeedsNothingFromElsewhere) {
  const auto page = *get("/").body;
  for (const auto* part : {"style=", "<style", "onclick", "http:", "https:", "href=\"/", "src=\"/"}) {
    EXPECT_THAT(page, Not(HasSubstr(part)));
  }
  for (const auto& asset : assets()) {
    if (asset.name.ends_with(".js")) {
      for (const auto* part : {"innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write"}) {
        EXPECT_THAT(std::string(asset.bytes), Not(HasSubstr(part))) << asset.name;
      }
    }
  }
}

}  // namespace
}  // namespace glusterfs_exporter::web

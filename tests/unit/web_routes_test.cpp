#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hub/gunzip.hpp"
#include "web/routes.hpp"

namespace glusterfs_exporter::web {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

std::shared_ptr<const std::string> bytes(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

std::shared_ptr<const Pieces> pieces(std::string text) {
  return std::make_shared<const Pieces>(std::move(text));
}

const metrics::Page full_page = {.text = pieces("text"),
                                 .openmetrics = pieces("openmetrics"),
                                 .text_gzip = bytes("text.gz"),
                                 .openmetrics_gzip = bytes("openmetrics.gz")};

Sources sources_with(std::shared_ptr<const metrics::Page> page, std::vector<std::string> not_ready = {}) {
  return {.page = [page = std::move(page)] { return page; },
          .not_ready = [not_ready = std::move(not_ready)] { return not_ready; },
          .ending = [] { return false; },
          .collectors =
              [] {
                CollectorRow row;
                row.name = "volume_info";
                return std::vector<CollectorRow>{row};
              },
          .node_document = [] { return nullptr; },
          .news = [] {},
          .service_discovery = [] { return std::nullopt; }};
}

Sources sources_with(const metrics::Page& page) {
  return sources_with(std::make_shared<const metrics::Page>(page));
}

Response get(const Router& router, std::string path, std::string_view accept = "",
             std::string_view accept_encoding = "") {
  Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.add_header("Accept", accept);
  request.add_header("Accept-Encoding", accept_encoding);
  return router.answer(request);
}

TEST(WebMetrics, AreServedAsAskedFor) {
  const auto router = make_router("/metrics", sources_with(full_page));

  const auto text = get(router, "/metrics");
  EXPECT_EQ(text.status, 200);
  EXPECT_EQ(text.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(text.headers, (Headers{{"Vary", "Accept, Accept-Encoding"}}));
  EXPECT_EQ(text.pieces, full_page.text) << "the same bytes, not a copy";

  const auto text_gzip = get(router, "/metrics", "*/*", "gzip");
  EXPECT_EQ(text_gzip.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(text_gzip.headers, (Headers{{"Vary", "Accept, Accept-Encoding"}, {"Content-Encoding", "gzip"}}));
  EXPECT_EQ(text_gzip.body, full_page.text_gzip);

  const auto openmetrics = get(router, "/metrics", "application/openmetrics-text");
  EXPECT_EQ(openmetrics.content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_EQ(openmetrics.headers, (Headers{{"Vary", "Accept, Accept-Encoding"}}));
  EXPECT_EQ(openmetrics.pieces, full_page.openmetrics);

  const auto openmetrics_gzip = get(router, "/metrics", "application/openmetrics-text", "gzip");
  EXPECT_EQ(openmetrics_gzip.headers,
            (Headers{{"Vary", "Accept, Accept-Encoding"}, {"Content-Encoding", "gzip"}}));
  EXPECT_EQ(openmetrics_gzip.body, full_page.openmetrics_gzip);
}

TEST(WebMetrics, AreCompressedForWhoeverAsksWhenTheyAreFew) {
  auto page = full_page;
  page.openmetrics_gzip = nullptr;
  const auto response =
      get(make_router("/metrics", sources_with(page)), "/metrics", "application/openmetrics-text", "gzip");
  EXPECT_EQ(response.headers, (Headers{{"Vary", "Accept, Accept-Encoding"}, {"Content-Encoding", "gzip"}}));
  EXPECT_EQ(hub::gunzip(*response.body, 100), "openmetrics");
}

TEST(WebMetrics, ArePlainWhileMuchIsBeingCompressed) {
  auto page = full_page;
  page.text = pieces(std::string(metrics::kCompressedAheadBytes + 1, '#'));
  page.text_gzip = nullptr;
  const auto response = get(make_router("/metrics", sources_with(page)), "/metrics", "", "gzip");
  EXPECT_EQ(response.headers, (Headers{{"Vary", "Accept, Accept-Encoding"}}));
  EXPECT_EQ(response.pieces, page.text);
}

TEST(WebMetrics, OfOnePageAreCompressedTogether) {
  metrics::Page page = {.text = pieces(std::string(metrics::kCompressedAheadBytes, '#')),
                        .openmetrics = pieces(std::string(metrics::kCompressedAheadBytes, '#')),
                        .text_gzip = nullptr,
                        .openmetrics_gzip = nullptr};
  EXPECT_FALSE(is_compressed_ahead(page));
  page.openmetrics = pieces(std::string(metrics::kCompressedAheadBytes + 1, '#'));
  EXPECT_TRUE(is_compressed_ahead(page)) << "one form is large";
  EXPECT_EQ(get(make_router("/metrics", sources_with(page)), "/metrics", "", "gzip").pieces, page.text);
}

TEST(WebMetrics, AreUnavailableBeforeTheFirstPage) {
  const auto response = get(make_router("/metrics", sources_with(nullptr)), "/metrics");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(*response.body, "503 no metrics yet: the first run of the collectors has not ended.\n");
}

TEST(WebMetrics, CanBeElsewhereAndInPlaceOfTheLandingPage) {
  const auto elsewhere = make_router("/gluster", sources_with(full_page));
  EXPECT_EQ(get(elsewhere, "/gluster").pieces->joined(), "text");
  EXPECT_EQ(get(elsewhere, "/metrics").status, 404);
  EXPECT_EQ(get(make_router("/", sources_with(full_page)), "/").pieces->joined(), "text");
}

TEST(WebHealthy, IsAlwaysSo) {
  const auto response = get(make_router("/metrics", sources_with(nullptr, {"volume_info"})), "/-/healthy");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(*response.body, "healthy\n");
}

TEST(WebReady, NamesTheCollectorsThatHaveNotRun) {
  const auto waiting =
      get(make_router("/metrics", sources_with(nullptr, {"volume_info", "heal"})), "/-/ready");
  EXPECT_EQ(waiting.status, 503);
  EXPECT_EQ(*waiting.body, "503 not ready. Collectors that have not run yet:\n  volume_info\n  heal\n");

  const auto ready = get(make_router("/metrics", sources_with(full_page)), "/-/ready");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(*ready.body, "ready\n");

  auto sources = sources_with(full_page);
  sources.ending = [] { return true; };
  const auto ending = get(make_router("/metrics", sources), "/-/ready");
  EXPECT_EQ(ending.status, 503);
  EXPECT_EQ(*ending.body, "503 ending.\n");
}

TEST(WebCollectors, AreAPageInHtml) {
  const auto page = get(make_router("/metrics", sources_with(full_page)), "/collectors");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(*page.body, testing::StartsWith("<!DOCTYPE html>\n<html lang=\"en\">\n"));
  EXPECT_THAT(*page.body, testing::HasSubstr("<th scope=\"row\">volume_info</th>"));
}

TEST(WebNodeDocument, IsTheNewestAndShared) {
  auto document = bytes("{\"first\":1}");
  auto sources = sources_with(full_page);
  sources.node_document = [&document] { return document; };
  const auto router = make_router("/metrics", sources);

  const auto first = get(router, "/api/v1/node");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.content_type, "application/json");
  EXPECT_EQ(first.body, document) << "the same bytes, not a copy";
  document = bytes("{\"second\":2}");
  EXPECT_EQ(get(router, "/api/v1/node").body, document);
}

TEST(WebNews, ArePassedOn) {
  int news = 0;
  auto sources = sources_with(full_page);
  sources.news = [&news] { ++news; };
  const auto router = make_router("/metrics", sources);
  EXPECT_EQ(get(router, "/api/v1/news").status, 200);
  EXPECT_EQ(news, 1);
}

TEST(WebNodeDocument, IsUnavailableBeforeTheFirst) {
  const auto response = get(make_router("/metrics", sources_with(full_page)), "/api/v1/node");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(*response.body, "503 nothing is known of this node yet.\n");
}

TEST(WebServiceDiscovery, IsServedAsJson) {
  auto sources = sources_with(full_page);
  sources.service_discovery = [] { return std::optional<std::string>("[]"); };
  const auto response = get(make_router("/metrics", sources), "/sd");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(*response.body, "[]") << "a cluster without peers is not one whose peers are unknown";
}

TEST(WebServiceDiscovery, IsUnavailableWhilePeersAreNotKnown) {
  const auto response = get(make_router("/metrics", sources_with(full_page)), "/sd");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(*response.body, "503 the peers of the cluster are not known now.\n");
}

TEST(WebUnknownPath, ListsEverything) {
  EXPECT_EQ(*get(make_router("/metrics", sources_with(full_page)), "/x").body,
            "404 not found. There is:\n  /\n  /-/healthy\n  /-/ready\n  /api/v1/news\n  /api/v1/node\n  "
            "/assets/\n  /collectors\n"
            "  /metrics\n  /sd\n");
}

}  // namespace
}  // namespace glusterfs_exporter::web

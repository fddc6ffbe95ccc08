#include "web/assets.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

namespace glusterfs_exporter::web {
namespace {

constexpr std::string_view kPrefix = "/assets/";

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kContentTypes = {{
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
}};

Response asset_response(const Request& request, const Asset& asset) {
  const std::string etag = "\"" + std::string(asset.hash) + "\"";
  Response response{.status = 200,
                    .content_type = std::string(asset_content_type(asset.name)),
                    .headers = {{"ETag", etag}, {"Cache-Control", "no-cache"}},
                    .body = nullptr};
  if (request.header("If-None-Match") == etag) {
    response.status = 304;
  } else {
    response.body = std::make_shared<const std::string>(asset.bytes);
  }
  return response;
}

const Asset* find_asset(std::string_view name) {
  const auto all = assets();
  const auto found = std::ranges::find(all, name, &Asset::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::string_view asset_content_type(std::string_view name) {
  const auto* const found =
      std::ranges::find_if(kContentTypes, [name](const auto& type) { return name.ends_with(type.first); });
  return found == kContentTypes.end() ? "application/octet-stream" : found->second;
}

void add_asset_routes(Router& router) {
  router.get("/", [index = find_asset("index.html")](const Request& request) {
    return asset_response(request, *index);
  });
  router.get_below(std::string(kPrefix), [](const Request& request) {
    const auto name = std::string_view(request.path).substr(kPrefix.size());
    if (const auto* asset = find_asset(name)) {
      return asset_response(request, *asset);
    }
    return text_response(404, "404 not found. The page has no such file.\n");
  });
}

void add_hub_page(Router& router) {
  constexpr std::string_view kNoHub = R"(<meta name="hub" content="no">)";
  const auto* index = find_asset("index.html");
  auto page = std::make_shared<std::string>(index->bytes);
  page->replace(page->find(kNoHub), kNoHub.size(), R"(<meta name="hub" content="yes">)");
  router.get("/",
             [index, page = std::shared_ptr<const std::string>(std::move(page))](const Request& request) {
               auto response = asset_response(request, *index);
               const auto etag = "\"" + std::string(index->hash) + "-hub\"";
               response.headers.front().second = etag;
               response.status = request.header("If-None-Match") == etag ? 304 : 200;
               response.body = response.status == 200 ? page : nullptr;
               return response;
             });
}

}  // namespace glusterfs_exporter::web

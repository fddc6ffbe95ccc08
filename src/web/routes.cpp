#include "web/routes.hpp"

#include <utility>

#include "common/gzip.hpp"
#include "web/assets.hpp"
#include "web/negotiation.hpp"

namespace glusterfs_exporter::web {
namespace {

Response metrics_response(const Request& request, const std::shared_ptr<const metrics::Page>& page) {
  if (!page) {
    return text_response(503, "503 no metrics yet: the first run of the collectors has not ended.\n");
  }
  const auto format = choose_format(request.header("Accept"));
  const bool openmetrics = format == Format::openmetrics;
  const auto& plain = openmetrics ? page->openmetrics : page->text;
  std::shared_ptr<const std::string> compressed;
  if (accepts_gzip(request.header("Accept-Encoding"))) {
    compressed = openmetrics ? page->openmetrics_gzip : page->text_gzip;
    // While a large page is being compressed its plain bytes are sent.
    if (!compressed && !metrics::is_compressed_ahead(*page)) {
      compressed = std::make_shared<const std::string>(gzip(*plain));
    }
  }

  Response response{.status = 200,
                    .content_type = std::string(content_type(format)),
                    .headers = {{"Vary", "Accept, Accept-Encoding"}},
                    .body = nullptr};
  if (compressed) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = std::move(compressed);
  } else {
    response.pieces = plain;
  }
  return response;
}

Response ready_response(const std::vector<std::string>& not_ready) {
  if (not_ready.empty()) {
    return text_response(200, "ready\n");
  }
  std::string text = "503 not ready. Collectors that have not run yet:\n";
  for (const auto& name : not_ready) {
    text.append("  ").append(name).append("\n");
  }
  return text_response(503, std::move(text));
}

Response node_response(std::shared_ptr<const std::string> document) {
  return document ? json_response(std::move(document))
                  : text_response(503, "503 nothing is known of this node yet.\n");
}

/// With any status but 200 Prometheus keeps the targets it has, which an empty list would remove.
Response service_discovery_response(std::optional<std::string> groups) {
  return groups ? json_response(std::make_shared<const std::string>(*std::move(groups)))
                : text_response(503, "503 the peers of the cluster are not known now.\n");
}

}  // namespace

Router make_router(const std::string& telemetry_path, const Sources& sources) {
  Router router;
  router.get("/collectors", [telemetry_path, collectors = sources.collectors](const Request&) {
    return Response{
        .status = 200,
        .content_type = "text/html; charset=utf-8",
        .headers = {},
        .body = std::make_shared<const std::string>(render_landing_page(telemetry_path, collectors()))};
  });
  add_asset_routes(router);
  router.get("/-/healthy", [](const Request&) { return text_response(200, "healthy\n"); });
  router.get("/-/ready", [not_ready = sources.not_ready, ending = sources.ending](const Request&) {
    return ending() ? text_response(503, "503 ending.\n") : ready_response(not_ready());
  });
  router.get("/api/v1/node",
             [document = sources.node_document](const Request&) { return node_response(document()); });
  // Changes nothing but when the others are asked again, and no more often than the scheduler allows.
  router.get("/api/v1/news", [news = sources.news](const Request&) {
    news();
    return text_response(200, "thanks\n");
  });
  router.get("/sd", [groups = sources.service_discovery](const Request&) {
    return service_discovery_response(groups());
  });
  router.get(telemetry_path,
             [page = sources.page](const Request& request) { return metrics_response(request, page()); });
  return router;
}

}  // namespace glusterfs_exporter::web

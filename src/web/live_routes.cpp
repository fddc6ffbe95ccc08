#include "web/live_routes.hpp"

#include <algorithm>
#include <utility>

#include "live/state_document.hpp"

namespace glusterfs_exporter::web {

namespace {

/// What one viewer gets: the state or the changes that follow what it has, and a sign of life now and then.
class FeedStream final : public BodyStream {
 public:
  FeedStream(const live::Feed& feed, std::string last_id) : feed_(feed), last_id_(std::move(last_id)) {}

  std::optional<Chunk> next() override {
    auto news = feed_.next(last_id_);
    const auto now = std::chrono::steady_clock::now();
    if (news.bytes == nullptr && now < heartbeat_at_) {
      return nullptr;
    }
    heartbeat_at_ = now + live::kHeartbeatInterval;
    if (news.bytes == nullptr) {
      return std::make_shared<const std::string>(live::kHeartbeat);
    }
    last_id_ = std::move(news.id);
    return news.bytes;
  }

  [[nodiscard]] Chunk farewell() const override {
    static const auto kFarewell = std::make_shared<const std::string>(live::kFarewell);
    return kFarewell;
  }

 private:
  const live::Feed& feed_;
  std::string last_id_;
  std::chrono::steady_clock::time_point heartbeat_at_ =
      std::chrono::steady_clock::now() + live::kHeartbeatInterval;
};

}  // namespace

Response state_response(const live::Feed& feed, const Request& request) {
  const auto state = feed.state();
  if (state.bytes == nullptr) {
    return text_response(503, "503 nothing is known yet.\n");
  }
  const auto etag = "\"" + state.id + "\"";
  if (request.header("If-None-Match") == etag) {
    return {.status = 304, .content_type = "application/json", .headers = {{"ETag", etag}}, .body = nullptr};
  }
  auto response = json_response(std::make_shared<const std::string>(state.json));
  response.headers.emplace_back("ETag", etag);
  return response;
}

Response stream_response(const live::Feed& feed, const Request& request) {
  Response response{.status = 200, .content_type = "text/event-stream", .headers = {}, .body = nullptr};
  response.stream = std::make_shared<FeedStream>(feed, std::string(request.header("Last-Event-ID")));
  return response;
}

void add_exporter_route(Router& router, std::function<nlohmann::json()> make) {
  router.get("/api/v1/exporter", [make = std::move(make)](const Request&) {
    return json_response(std::make_shared<const std::string>(live::to_text(make())));
  });
}

void add_live_routes(Router& router, const live::Feed& feed, const live::EventLog& events) {
  router.get("/api/v1/state", [&feed](const Request& request) { return state_response(feed, request); });
  router.get("/api/v1/events", [&events](const Request&) {
    return json_response(
        std::make_shared<const std::string>(live::to_text(live::events_document(events.events()))));
  });
  router.get("/api/v1/stream", [&feed](const Request& request) { return stream_response(feed, request); });
}

}  // namespace glusterfs_exporter::web

#include "web/receive_routes.hpp"

#include <memory>
#include <string>
#include <utility>

#include "live/state_document.hpp"

namespace glusterfs_exporter::web {
namespace {

constexpr int kUnauthorized = 401;
constexpr int kTooManyRequests = 429;

}  // namespace

receive::Post post_of(const Request& request) {
  return {.remote_address = request.remote_address,
          .authorization = request.header("Authorization"),
          // Browsers name the page's site whenever they post; programs do not.
          .from_web_page = !request.header("Origin").empty(),
          .body = request.body,
          .admitted = request.admitted,
          .needs_token = request.needs_token};
}

Response response_of(receive::Reply reply) {
  auto response = text_response(reply.status, std::move(reply.text));
  if (reply.status == kUnauthorized) {
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
  }
  if (reply.status == kTooManyRequests) {
    response.headers.emplace_back("Retry-After", "1");
  }
  return response;
}

void add_receive_routes(Router& router, const Receivers& receivers) {
  router.post(
      kGlusterEventsPath,
      [take = receivers.gluster_events](const Request& request) {
        return response_of(take(post_of(request)));
      },
      kMaxNotificationBytes);
  router.post(
      kAlertsPath,
      [take = receivers.alerts](const Request& request) { return response_of(take(post_of(request))); },
      kMaxNotificationBytes);
  router.get(kAlertsPath, [document = receivers.alerts_document](const Request&) {
    return json_response(std::make_shared<const std::string>(live::to_text(document())));
  });
}

}  // namespace glusterfs_exporter::web

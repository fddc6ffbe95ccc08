#include "web/reload_route.hpp"

#include <mutex>
#include <utility>

namespace glusterfs_exporter::web {

void add_reload_route(Router& router,
                      std::function<std::optional<std::expected<std::string, std::string>>()> reload) {
  // Whoever waits holds one of the server's few threads.
  auto one_at_a_time = std::make_shared<std::mutex>();
  router.post(
      kReloadPath,
      [reload = std::move(reload), one_at_a_time](const Request&) {
        const std::unique_lock lock(*one_at_a_time, std::try_to_lock);
        if (!lock.owns_lock()) {
          auto busy = text_response(503, "503 the configuration is being read. Try again in a second.\n");
          busy.headers.emplace_back("Retry-After", "1");
          return busy;
        }
        const auto outcome = reload();
        if (!outcome) {
          return text_response(503, "503 the configuration is still being read: the log will tell.\n");
        }
        return *outcome
                   ? text_response(200, **outcome + "\n")
                   : text_response(500, "500 refused, and nothing has changed: " + outcome->error() + "\n");
      },
      0);
}

}  // namespace glusterfs_exporter::web

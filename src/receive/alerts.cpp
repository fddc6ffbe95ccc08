#include "receive/alerts.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace glusterfs_exporter::receive {

Reply Alerts::take(const Post& post, std::chrono::system_clock::time_point now) {
  const auto admitted = gate_.get()->admit(post, now);
  if (!admitted) {
    return admitted.error();
  }
  const auto notification = read_notification(post.body);
  if (!notification) {
    return malformed(notification.error().context);
  }
  const auto changes = parts_.list.take(*notification, now);
  if (notification->truncated > 0) {
    parts_.log->warn("Alertmanager left {} alerts out of a notification: raise max_alerts of its receiver",
                     notification->truncated);
  }
  if (changes.no_room > 0) {
    parts_.log->warn("{} alerts that fire are not listed: there is room for {}, and for {} MiB of text",
                     changes.no_room, AlertList::kMaxAlerts, AlertList::kMaxBytes / (1024UL * 1024));
  }
  if (changes.begun + changes.ended + changes.repeated > 0) {
    parts_.on_news();
  }
  if (changes.begun + changes.ended == 0 && changes.repeated > 0) {
    return duplicate("told already\n");
  }
  return accepted(fmt::format("accepted: {} alerts began, {} ended\n", changes.begun, changes.ended));
}

}  // namespace glusterfs_exporter::receive

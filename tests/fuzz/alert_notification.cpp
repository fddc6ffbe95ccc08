/// Input: the body of what an Alertmanager posts.
#include "receive/alert.hpp"
#include "receive/alert_list.hpp"
#include "support/fuzz.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

using namespace std::chrono_literals;

void require_texts(const std::map<std::string, std::string>& texts, std::size_t most, std::size_t longest) {
  require(texts.size() <= most, "labels and annotations are few");
  for (const auto& [name, value] : texts) {
    Texts().add(name);
    Texts().add(value);
    require(name.size() <= 128 && value.size() <= longest, "text is bounded");
  }
}

void run(std::string_view body) {
  const auto notification = receive::read_notification(body);
  if (!notification) {
    require_error(notification.error());
    return;
  }
  for (const auto& alert : notification->alerts) {
    require(!alert.fingerprint.empty() && alert.fingerprint.size() <= 64, "an alert has a fingerprint");
    require_texts(alert.labels, 32, 256);
    require_texts(alert.annotations, 16, 1024);
  }
  live::EventLog log;
  receive::AlertList list(log, 6h);
  const model::Time now{std::chrono::seconds(1795262400)};
  const auto changes = list.take(*notification, now);
  require(changes.begun + changes.ended + changes.repeated + changes.no_room == notification->alerts.size(),
          "each alert is counted once");
  require(list.json().size() == changes.begun - changes.ended, "what began and did not end is listed");
  const auto again = list.take(*notification, now);
  require(list.json().size() <= receive::AlertList::kMaxAlerts, "the list is bounded");
  static_cast<void>(again);
  for (const auto& event : log.events()) {
    Texts().add(event.text);
    require(event.text.size() <= 512, "sentences are bounded");
  }
  static_cast<void>(list.expire(now + 24h * 365 * 200));
  require(list.json().empty(), "everything ends");
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}

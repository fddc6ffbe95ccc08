#include "receive/alert_list.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "common/text.hpp"
#include "live/json_put.hpp"

namespace glusterfs_exporter::receive {
namespace {

constexpr std::size_t kMaxSentence = 512;

std::string_view value_of(const std::map<std::string, std::string>& texts, const char* name) {
  const auto found = texts.find(name);
  return found == texts.end() ? std::string_view() : std::string_view(found->second);
}

/// A rule without a name cannot be in Prometheus, but anybody may post an alert to Alertmanager.
std::string_view name_of(const Alert& alert) {
  const auto name = value_of(alert.labels, "alertname");
  return name.empty() ? "unnamed" : name;
}

std::size_t bytes_of(const std::map<std::string, std::string>& texts) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : texts) {
    bytes += name.size() + value.size();
  }
  return bytes;
}

std::size_t bytes_of(const Alert& alert) {
  return alert.fingerprint.size() + alert.generator_url.size() + bytes_of(alert.labels) +
         bytes_of(alert.annotations);
}

/// "alert NAME (critical) fires: its summary"
std::string sentence_of(const Alert& alert, std::string_view what) {
  const auto severity = value_of(alert.labels, "severity");
  auto summary = value_of(alert.annotations, "summary");
  if (summary.empty()) {
    summary = value_of(alert.annotations, "description");
  }
  auto text = fmt::format("alert {}", name_of(alert));
  if (!severity.empty()) {
    text += fmt::format(" ({})", severity);
  }
  text.append(" ").append(what);
  if (!summary.empty()) {
    text.append(": ").append(summary);
  }
  return shown(text, kMaxSentence);
}

}  // namespace

AlertList::Changes AlertList::take(const Notification& notification, model::Time now) {
  const std::scoped_lock lock(mutex_);
  forget_expired(now);
  Changes changes;
  for (const auto& alert : notification.alerts) {
    if (alert.firing) {
      begin(alert, now, changes);
    } else {
      end(alert, now, changes);
    }
  }
  return changes;
}

void AlertList::begin(const Alert& alert, model::Time now, Changes& changes) {
  const auto before = alerts_.find(alert.fingerprint);
  const bool is_new = before == alerts_.end();
  const auto bytes = bytes_of(alert);
  const auto bytes_without = bytes_ - (is_new ? 0 : before->second.bytes);
  if ((is_new && alerts_.size() >= kMaxAlerts) || bytes_without + bytes > kMaxBytes) {
    ++changes.no_room;
    return;
  }
  bytes_ = bytes_without + bytes;
  alerts_.insert_or_assign(alert.fingerprint, Standing{.alert = alert, .received_at = now, .bytes = bytes});
  if (is_new) {
    ++changes.begun;
    log_.add("alert_firing", sentence_of(alert, "fires"), alert.labels, now);
  } else {
    ++changes.repeated;
  }
}

void AlertList::end(const Alert& alert, model::Time now, Changes& changes) {
  const auto standing = alerts_.find(alert.fingerprint);
  // Of two Alertmanagers one may tell late of an end that came before the alert began anew. Not by how much
  // times differ that were rounded, though.
  constexpr auto kRounding = std::chrono::minutes(1);
  if (standing == alerts_.end() ||
      (alert.ends_at && *alert.ends_at + kRounding < standing->second.alert.starts_at)) {
    ++changes.repeated;
    return;
  }
  bytes_ -= standing->second.bytes;
  alerts_.erase(standing);
  ++changes.ended;
  log_.add("alert_resolved", sentence_of(alert, "is resolved"), alert.labels, now);
}

bool AlertList::expire(model::Time now) {
  const std::scoped_lock lock(mutex_);
  return forget_expired(now);
}

bool AlertList::forget_expired(model::Time now) {
  const auto before = alerts_.size();
  for (auto entry = alerts_.begin(); entry != alerts_.end();) {
    const auto& [alert, received_at, bytes] = entry->second;
    const bool end_is_told = alert.ends_at && *alert.ends_at > received_at;
    if ((end_is_told ? *alert.ends_at : received_at + expire_after_.load()) > now) {
      ++entry;
      continue;
    }
    log_.add("alert_expired", sentence_of(alert, "was not told of again and is taken for over"), alert.labels,
             now);
    bytes_ -= bytes;
    entry = alerts_.erase(entry);
  }
  return alerts_.size() != before;
}

nlohmann::json AlertList::json() const {
  const std::scoped_lock lock(mutex_);
  using Json = nlohmann::json;  // json is this function here
  auto all = Json::object();
  for (const auto& [fingerprint, standing] : alerts_) {
    const auto& alert = standing.alert;
    Json one = {{"name", name_of(alert)},
                {"labels", alert.labels},
                {"annotations", alert.annotations},
                {"starts_at", write_time(alert.starts_at)},
                {"received_at", write_time(standing.received_at)}};
    live::put_text(one, "severity", value_of(alert.labels, "severity"));
    live::put_text(one, "generator_url", alert.generator_url);
    all[fingerprint] = std::move(one);
  }
  return all;
}

nlohmann::json alerts_document(const AlertList& alerts) {
  return {{"schema", "glusterfs_exporter/alerts/v1"}, {"alerts", alerts.json()}};
}

}  // namespace glusterfs_exporter::receive

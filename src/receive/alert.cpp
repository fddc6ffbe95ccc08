#include "receive/alert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/text.hpp"
#include "common/time_text.hpp"
#include "input/json_fields.hpp"
#include "input/strict_json.hpp"

namespace glusterfs_exporter::receive {
namespace {

using input::Fields;
using input::parse_strictly;

constexpr std::size_t kMaxAlerts = 10'000;  // of one notification, most of which may be resolved
constexpr std::size_t kMaxLabels = 32;
constexpr std::size_t kMaxAnnotations = 16;
constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxLabel = 256;
constexpr std::size_t kMaxAnnotation = 1024;
constexpr std::size_t kMaxUrl = 1024;
constexpr std::size_t kMaxFingerprint = 64;

/// A time in any zone, as Go writes it: "2026-11-21T12:00:00.5+01:00".
std::optional<model::Time> read_zoned_time(std::string_view text) {
  constexpr std::string_view kZone = "+00:00";
  if (text.ends_with('Z') || text.size() < kZone.size()) {
    return read_time(text);
  }
  const auto zone = text.substr(text.size() - kZone.size());
  const auto digit = [&](std::size_t place) { return zone[place] - '0'; };
  const bool good = (zone[0] == '+' || zone[0] == '-') && zone[3] == ':' &&
                    std::ranges::all_of(std::string{zone[1], zone[2], zone[4], zone[5]},
                                        [](char c) { return c >= '0' && c <= '9'; });
  const auto local = read_time(std::string(text.substr(0, text.size() - kZone.size())) + "Z");
  if (!good || !local) {
    return std::nullopt;
  }
  const auto offset =
      std::chrono::hours(digit(1) * 10 + digit(2)) + std::chrono::minutes(digit(4) * 10 + digit(5));
  return zone[0] == '+' ? *local - offset : *local + offset;
}

/// Nothing for Go's zero time, which stands for no time.
std::optional<model::Time> read_time_of(const Fields& fields, const char* name) {
  const auto text = fields.optional_text(name);
  if (text.empty() || text.starts_with("0001-01-01T")) {
    return std::nullopt;
  }
  const auto time = read_zoned_time(text);
  if (!time) {
    fields.fail(name, "must be a time like 2026-11-21T03:14:35.123Z");
  }
  return time;
}

std::map<std::string, std::string> read_texts(const Fields& fields, const char* name, std::size_t most,
                                              std::size_t longest) {
  std::map<std::string, std::string> texts;
  fields.texts(name, [&](std::string_view key, std::string_view value) {
    if (texts.size() < most) {
      texts.insert_or_assign(shown(key, kMaxName), shown(value, longest));
    }
  });
  return texts;
}

bool is_fingerprint(std::string_view text) {
  return !text.empty() && text.size() <= kMaxFingerprint && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

Alert read_alert(const Fields& fields) {
  Alert alert;
  const auto status = fields.text("status");
  if (status != "firing" && status != "resolved") {
    fields.fail("status", "must be firing or resolved");
  }
  alert.firing = status == "firing";
  alert.fingerprint = fields.text("fingerprint");
  if (!is_fingerprint(alert.fingerprint)) {
    fields.fail("fingerprint", fmt::format("must be 1 to {} letters and digits", kMaxFingerprint));
  }
  if (!fields.has("labels")) {
    fields.fail("labels", "is missing");
  }
  alert.labels = read_texts(fields, "labels", kMaxLabels, kMaxLabel);
  alert.annotations = read_texts(fields, "annotations", kMaxAnnotations, kMaxAnnotation);
  const auto starts_at = read_time_of(fields, "startsAt");
  if (!starts_at) {
    fields.fail("startsAt", "is missing");
  }
  alert.starts_at = starts_at.value_or(model::Time{});
  alert.ends_at = read_time_of(fields, "endsAt");
  alert.generator_url = shown(fields.optional_text("generatorURL"), kMaxUrl);
  return alert;
}

}  // namespace

Result<Notification> read_notification(std::string_view body) {
  const auto document = parse_strictly(body);
  if (!document) {
    return std::unexpected(document.error());
  }
  std::optional<Error> error;
  const Fields fields(*document, {}, error);
  Notification notification;
  if (fields.text("version") != "4") {
    fields.fail("version", "must be \"4\", the one that Alertmanager's webhook has");
  }
  notification.truncated = fields.optional_whole("truncatedAlerts").value_or(0);
  fields.list("alerts", kMaxAlerts,
              [&](const Fields& alert) { notification.alerts.push_back(read_alert(alert)); });
  if (error) {
    return std::unexpected(*std::move(error));
  }
  return notification;
}

}  // namespace glusterfs_exporter::receive

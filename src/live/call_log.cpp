#include "live/call_log.hpp"

#include <algorithm>

#include "common/text.hpp"
#include "common/time_text.hpp"
#include "live/json_put.hpp"

namespace glusterfs_exporter::live {
namespace {

using Json = nlohmann::json;

std::string shortened(std::string_view text) {
  return clean_utf8(text.substr(0, CallLog::kMaxTextBytes));
}

std::size_t index_of(Asked by) {
  return static_cast<std::size_t>(by);
}

}  // namespace

void CallLog::add(const Call& call, model::Time now) {
  if (call.error != nullptr && call.error->kind == ErrorKind::cancelled) {
    return;
  }
  const std::scoped_lock lock(mutex_);
  auto& entry = calls_.emplace_back(Entry{.id = ++last_id_,
                                          .at = now,
                                          .by = call.by,
                                          .what = shortened(call.what),
                                          .duration = call.duration,
                                          .result = "ok",
                                          .text = {}});
  if (call.error != nullptr) {
    entry.result = to_string(call.error->kind);
    entry.text = shortened(call.error->context);
    if (call.by != Asked::exporter || call.error->kind != ErrorKind::connect) {
      count_error(*call.error, entry.what, now);
    }
  }
  ++calls_by_[index_of(call.by)];
  if (calls_.size() > kMaxCalls) {
    const auto most = static_cast<std::size_t>(std::ranges::max_element(calls_by_) - calls_by_.begin());
    calls_.erase(std::ranges::find(calls_, static_cast<Asked>(most), &Entry::by));
    --calls_by_[most];
  }
}

void CallLog::add_failure(std::string_view collector, const Error& error, model::Time now) {
  const std::scoped_lock lock(mutex_);
  count_error(error, "collector " + std::string(collector), now);
}

void CallLog::count_error(const Error& error, std::string about, model::Time now) {
  ErrorKey key(to_string(error.kind), std::move(about));
  if (!errors_.contains(key) && errors_.size() >= kMaxErrors) {
    errors_.erase(std::ranges::min_element(
        errors_, {}, [](const auto& known) { return std::pair(known.second.last_at, known.second.count); }));
  }
  auto& errors = errors_[std::move(key)];
  ++errors.count;
  errors.last_at = now;
  errors.last_text = shortened(error.context);
}

Json CallLog::document(const Identity& identity, model::Time now) const {
  std::deque<Entry> calls;
  std::vector<std::pair<ErrorKey, Errors>> errors;
  {
    const std::scoped_lock lock(mutex_);
    calls = calls_;
    errors.assign(errors_.begin(), errors_.end());
  }
  std::ranges::stable_sort(errors, std::ranges::greater{}, [](const auto& known) {
    return std::pair(known.second.count, known.second.last_at);
  });
  Json json = {{"schema", "glusterfs_exporter/exporter/v1"},
               {"host", identity.host},
               {"version", identity.version},
               {"started_at", write_time(identity.started_at)},
               {"taken_at", write_time(now)}};
  auto& error_list = json["errors"] = Json::array();
  for (const auto& [key, known] : errors) {
    error_list.push_back({{"kind", key.first},
                          {"about", key.second},
                          {"count", known.count},
                          {"last_at", write_time(known.last_at)},
                          {"last_text", known.last_text}});
  }
  auto& call_list = json["calls"] = Json::array();
  for (const auto& call : calls) {
    Json entry = {{"id", call.id},
                  {"at", write_time(call.at)},
                  {"by", kAskedNames[index_of(call.by)]},
                  {"what", call.what},
                  {"result", call.result}};
    put_measured(entry, "duration_seconds", call.duration.count());
    put_text(entry, "text", call.text);
    call_list.push_back(std::move(entry));
  }
  return json;
}

}  // namespace glusterfs_exporter::live

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/call.hpp"
#include "common/error.hpp"
#include "model/snapshot.hpp"

namespace glusterfs_exporter::live {

/// What this exporter asked lately, and what went wrong since it started. Thread-safe; costs about a
/// microsecond a call.
class CallLog {
 public:
  static constexpr std::size_t kMaxCalls = 100;
  static constexpr std::size_t kMaxErrors = 50;
  static constexpr std::size_t kMaxTextBytes = 300;  ///< of each text

  /// Whoever is asked most often makes room first: a thousand calls to bricks leave the few commands there.
  /// Questions that ended because the program does are left out. A node without an exporter is no error.
  void add(const Call& call, model::Time now);

  /// An error of a collector, which may be one of a call that was told before.
  void add_failure(std::string_view collector, const Error& error, model::Time now);

  struct Identity {
    std::string host;
    std::string version;
    model::Time started_at;
  };
  /// What GET /api/v1/exporter answers: `glusterfs_exporter/exporter/v1`.
  [[nodiscard]] nlohmann::json document(const Identity& identity, model::Time now) const;

 private:
  struct Entry {
    std::uint64_t id = 0;
    model::Time at;
    Asked by = Asked::cli;
    std::string what;
    std::chrono::duration<double> duration{};
    std::string_view result;  // "ok" or a kind of error: constants
    std::string text;
  };
  struct Errors {
    std::uint64_t count = 0;
    model::Time last_at;
    std::string last_text;
  };
  using ErrorKey = std::pair<std::string_view, std::string>;  // kind, and what it is about

  void count_error(const Error& error, std::string about, model::Time now);  // with the lock

  mutable std::mutex mutex_;
  std::deque<Entry> calls_;
  std::array<std::size_t, kAskedNames.size()> calls_by_{};
  std::uint64_t last_id_ = 0;
  std::map<ErrorKey, Errors> errors_;
};

}  // namespace glusterfs_exporter::live

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace glusterfs_exporter::web {

/// How a collector's last run ended.
enum class LastRun : std::uint8_t {
  none,  ///< it has not run yet
  success,
  failure,
};

/// One collector as the landing page shows it.
struct CollectorRow {
  std::string name;
  bool enabled = true;
  bool standby = false;  ///< left to the exporter that leads
  /// Which way the last run asked; empty when it asked nobody.
  std::string source = {};
  std::chrono::milliseconds interval{};
  std::optional<std::chrono::milliseconds>
      last_success_age;  ///< since the last success; none when there was none
  std::optional<std::chrono::milliseconds> last_duration;  ///< how long the last run took
  LastRun last_run = LastRun::none;
  std::string reason;  ///< why the last run failed; shown after a failure only
};

/// The page at "/collectors", in HTML: what this is, where the rest is, and how the collectors fare. Works
/// without JavaScript, and below a path of a reverse proxy. `telemetry_path` begins with a slash.
std::string render_landing_page(std::string_view telemetry_path, std::span<const CollectorRow> collectors);

}  // namespace glusterfs_exporter::web

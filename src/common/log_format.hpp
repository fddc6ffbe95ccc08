#pragma once

#include <cstdint>

namespace glusterfs_exporter {

/// How a line of the log is written.
enum class LogFormat : std::uint8_t {
  logfmt,  ///< ts=2026-11-21T03:14:35.123Z level=info msg="..."
  json,    ///< {"ts":"2026-11-21T03:14:35.123Z","level":"info","msg":"..."}
};

}  // namespace glusterfs_exporter

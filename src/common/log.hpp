#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string_view>

#include "common/log_format.hpp"

namespace glusterfs_exporter {

/// The level of this name: debug, info, warn or error. Any other name means info.
/// Fit for spdlog::logger::set_level, which may be called while other threads log.
spdlog::level::level_enum log_level(std::string_view name);

/// Has it write lines of another kind from now on; may be called while other threads log.
void set_log_format(spdlog::logger& logger, LogFormat format);

/// A logger that writes one line per message to `sink`, with the fields ts (UTC, milliseconds), level and
/// msg.
///
/// Each line is valid logfmt or JSON whatever the message holds: quotes and control characters are escaped as
/// JSON does it, ill-formed UTF-8 becomes U+FFFD. The sink's formatter is replaced, so a sink belongs to one
/// logger. The logger is not registered anywhere: pass it on. As safe for several threads as the sink is (use
/// the _mt sinks).
std::shared_ptr<spdlog::logger> make_logger(std::string_view level, LogFormat format, spdlog::sink_ptr sink);

}  // namespace glusterfs_exporter

#include "common/log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/formatter.h>

#include <chrono>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace glusterfs_exporter {
namespace {

std::string_view level_name(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return "debug";
    case spdlog::level::info:
      return "info";
    case spdlog::level::warn:
      return "warn";
    default:
      return "error";
  }
}

std::string timestamp(spdlog::log_clock::time_point time) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const auto second = std::chrono::floor<seconds>(time);
  const auto fraction = std::chrono::floor<milliseconds>(time - second);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(spdlog::log_clock::to_time_t(second)),
                     fraction.count());
}

/// `message` with quotes around it. Parsers of logfmt unquote what is quoted the way JSON does.
std::string quoted(std::string_view message) {
  return nlohmann::json(message).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(LogFormat format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string time = timestamp(message.time);
    const std::string_view level = level_name(message.level);
    const std::string text = quoted(std::string_view(message.payload.data(), message.payload.size()));
    if (format_ == LogFormat::json) {
      fmt::format_to(std::back_inserter(out), "{{\"ts\":\"{}\",\"level\":\"{}\",\"msg\":{}}}\n", time, level,
                     text);
    } else {
      fmt::format_to(std::back_inserter(out), "ts={} level={} msg={}\n", time, level, text);
    }
  }

  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<LineFormatter>(format_);
  }

 private:
  LogFormat format_;
};

}  // namespace

spdlog::level::level_enum log_level(std::string_view name) {
  if (name == "debug") {
    return spdlog::level::debug;
  }
  if (name == "warn") {
    return spdlog::level::warn;
  }
  if (name == "error") {
    return spdlog::level::err;
  }
  return spdlog::level::info;
}

void set_log_format(spdlog::logger& logger, LogFormat format) {
  logger.set_formatter(std::make_unique<LineFormatter>(format));
}

std::shared_ptr<spdlog::logger> make_logger(std::string_view level, LogFormat format, spdlog::sink_ptr sink) {
  auto logger = std::make_shared<spdlog::logger>("glusterfs_exporter", std::move(sink));
  set_log_format(*logger, format);
  logger->set_level(log_level(level));
  return logger;
}

}  // namespace glusterfs_exporter

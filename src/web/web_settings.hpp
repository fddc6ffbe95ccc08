#pragma once

#include <spdlog/logger.h>

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <string>

#include "config/web_config.hpp"
#include "web/tls_context.hpp"

namespace glusterfs_exporter::web {

/// What a web config file says, ready for use. Immutable.
struct WebSettings {
  config::WebConfig config;
  TlsContext tls;  ///< null: plain HTTP
};

/// Reads the file at `path` and those that it names.
std::expected<WebSettings, config::ConfigError> load_web_settings(const std::string& path);

/// The web config file, read again when it or one of the files that it names changed. A change that cannot be
/// used is refused with a line in the log, and what was read before stays. So is one that turns TLS on or off
/// or removes the last user: whoever empties a file by mistake must not let everybody in. That takes a
/// restart.
class WebSettingsFile {
 public:
  using Settings = std::shared_ptr<const WebSettings>;

  static std::expected<std::unique_ptr<WebSettingsFile>, config::ConfigError> open(
      std::string path, std::shared_ptr<spdlog::logger> log);

  /// Looks for changes, which takes a few microseconds, and gives what holds. Never null. For any thread.
  Settings current();

 private:
  /// What tells a file from the one that was there before.
  struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = -1;  ///< no file
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  /// Of the file itself, the certificate, the key and the clients' authorities.
  using Stamps = std::array<Stamp, 4>;

  WebSettingsFile(std::string path, std::shared_ptr<spdlog::logger> log)
      : path_(std::move(path)), log_(std::move(log)) {}

  static Stamp stamp_of(const std::string& path);
  [[nodiscard]] Stamps stamps_of(const config::WebConfig& config) const;
  void reload();

  const std::string path_;
  const std::shared_ptr<spdlog::logger> log_;
  std::mutex mutex_;
  Settings settings_;
  config::WebConfig::Tls watched_;  ///< the files named by what was read last, good or not
  Stamps stamps_{};
};

}  // namespace glusterfs_exporter::web

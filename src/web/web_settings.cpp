#include "web/web_settings.hpp"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <utility>

#include "config/read_file.hpp"
#include "config/values.hpp"

namespace glusterfs_exporter::web {
namespace {

using config::ConfigError;

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

std::expected<config::WebConfig, ConfigError> read(const std::string& path) {
  const auto text = config::read_file(path);
  if (!text) {
    return std::unexpected(text.error());
  }
  return config::read_web_config(*text, path);
}

std::expected<WebSettings, ConfigError> complete(config::WebConfig config, const std::string& path) {
  WebSettings settings{.config = std::move(config), .tls = nullptr};
  if (settings.config.tls) {
    auto tls = make_tls_context(*settings.config.tls);
    if (!tls) {
      return std::unexpected(ConfigError{config::printable(path), "tls_server_config: " + tls.error()});
    }
    settings.tls = *std::move(tls);
  }
  return settings;
}

/// What only a restart may change; null for nothing.
const char* forbidden_change(const config::WebConfig& before, const config::WebConfig& after) {
  if (before.tls.has_value() != after.tls.has_value()) {
    return "turns TLS on or off, which takes a restart";
  }
  if (!before.users.empty() && after.users.empty()) {
    return "has no users any more, which would let everybody in and takes a restart";
  }
  return nullptr;
}

}  // namespace

std::expected<WebSettings, ConfigError> load_web_settings(const std::string& path) {
  auto config = read(path);
  if (!config) {
    return std::unexpected(std::move(config.error()));
  }
  return complete(*std::move(config), path);
}

std::expected<std::unique_ptr<WebSettingsFile>, ConfigError> WebSettingsFile::open(
    std::string path, std::shared_ptr<spdlog::logger> log) {
  std::unique_ptr<WebSettingsFile> file(new WebSettingsFile(std::move(path), std::move(log)));
  auto config = read(file->path_);
  if (!config) {
    return std::unexpected(std::move(config.error()));
  }
  file->watched_ = config->tls.value_or(config::WebConfig::Tls());
  file->stamps_ = file->stamps_of(*config);
  auto settings = complete(*std::move(config), file->path_);
  if (!settings) {
    return std::unexpected(std::move(settings.error()));
  }
  file->settings_ = std::make_shared<const WebSettings>(*std::move(settings));
  return file;
}

WebSettingsFile::Stamp WebSettingsFile::stamp_of(const std::string& path) {
  struct stat status {};
  if (path.empty() || ::stat(path.c_str(), &status) != 0) {
    return {};
  }
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = status.st_size,
          .modified_ns = status.st_mtim.tv_sec * kNsPerSecond + status.st_mtim.tv_nsec,
          .changed_ns = status.st_ctim.tv_sec * kNsPerSecond + status.st_ctim.tv_nsec};
}

WebSettingsFile::Stamps WebSettingsFile::stamps_of(const config::WebConfig& config) const {
  const auto tls = config.tls.value_or(config::WebConfig::Tls());
  return {stamp_of(path_), stamp_of(tls.cert_file), stamp_of(tls.key_file), stamp_of(tls.client_ca_file)};
}

WebSettingsFile::Settings WebSettingsFile::current() {
  const std::scoped_lock lock(mutex_);
  const Stamps now = {stamp_of(path_), stamp_of(watched_.cert_file), stamp_of(watched_.key_file),
                      stamp_of(watched_.client_ca_file)};
  if (now != stamps_) {
    // Taken before the files are read: what is written meanwhile is seen the next time.
    stamps_ = now;
    reload();
  }
  return settings_;
}

void WebSettingsFile::reload() {
  auto config = read(path_);
  if (config) {
    // From now on the files that it names count, even while it cannot be used: they may be what is wrong.
    watched_ = config->tls.value_or(config::WebConfig::Tls());
    const auto own = stamps_.front();
    stamps_ = stamps_of(*config);
    stamps_.front() = own;
    if (const auto* const problem = forbidden_change(settings_->config, *config)) {
      log_->error("{} was changed and is not used: it {}", config::printable(path_), problem);
      return;
    }
  }
  auto settings = config ? complete(*std::move(config), path_)
                         : std::expected<WebSettings, ConfigError>(std::unexpected(config.error()));
  if (!settings) {
    log_->error("the web config was changed and is not used: {}: {}", settings.error().place,
                settings.error().message);
    return;
  }
  settings_ = std::make_shared<const WebSettings>(*std::move(settings));
  log_->info("{} was read again", config::printable(path_));
}

}  // namespace glusterfs_exporter::web

#include "webhook/keys.hpp"

#include <array>
#include <utility>

#include "config/key_file.hpp"
#include "config/read_file.hpp"
#include "config/values.hpp"
#include "webhook/signature.hpp"

namespace glusterfs_exporter::webhook {
namespace {

using config::ConfigError;

std::expected<Credentials, ConfigError> read_target(const config::Config& config, const std::string& setting,
                                                    const config::WebhookTarget& target) {
  constexpr std::size_t kAnyLength = 1;  // it is the other side that chose it
  auto token =
      config::read_key_file(config, setting + ".bearer_token_file", target.bearer_token_file, kAnyLength);
  if (!token) {
    return std::unexpected(std::move(token.error()));
  }
  auto password =
      config::read_key_file(config, setting + ".basic_auth.password_file", target.password_file, kAnyLength);
  if (!password) {
    return std::unexpected(std::move(password.error()));
  }
  const auto secret_setting = setting + ".signing_secret_file";
  const auto secret = config::read_key_file(config, secret_setting, target.signing_secret_file);
  if (!secret) {
    return std::unexpected(secret.error());
  }
  auto key = signing_key(*secret);
  if (key.empty() && !secret->empty()) {
    return std::unexpected(ConfigError{config.origin(secret_setting),
                                       secret_setting + ": " + config::printable(target.signing_secret_file) +
                                           " must hold base64 after whsec_"});
  }
  const std::array<std::pair<const char*, const std::string*>, 3> tls_files = {
      {{".tls_config.ca_file", &target.ca_file},
       {".tls_config.cert_file", &target.cert_file},
       {".tls_config.key_file", &target.key_file}}};
  for (const auto& [name, path] : tls_files) {
    if (const auto text = path->empty() ? "" : config::read_file(*path); !text) {
      return std::unexpected(
          ConfigError{config.origin(setting + name),
                      setting + name + ": " + config::printable(*path) + " " + text.error().message});
    }
  }
  return Credentials{*std::move(token), *std::move(password), std::move(key)};
}

}  // namespace

std::expected<CredentialsByTarget, ConfigError> read_credentials(const config::Config& config) {
  CredentialsByTarget all;
  for (const auto& [name, target] : config.webhook.targets) {
    auto credentials = read_target(config, "webhook.targets." + name, target);
    if (!credentials) {
      return std::unexpected(std::move(credentials.error()));
    }
    all.emplace(name, *std::move(credentials));
  }
  return all;
}

}  // namespace glusterfs_exporter::webhook

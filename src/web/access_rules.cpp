#include "web/access_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "config/key_file.hpp"
#include "config/values.hpp"

namespace glusterfs_exporter::web {
namespace {

using config::Config;
using config::ConfigError;
using Checked = std::expected<void, ConfigError>;

bool is_word(std::string_view name) {
  constexpr std::array kWords = {config::kAnyone, config::kSignedIn, config::kLoopback};
  return std::ranges::find(kWords, name) != kWords.end();
}

Checked read_tokens(const Config& config, AccessRules& rules) {
  std::map<std::string, std::string, std::less<>> setting_of_token;
  const auto read = [&](const std::string& setting, const std::string& path, std::string& token) -> Checked {
    auto text = config::read_key_file(config, setting, path, kLeastTokenBytes);
    if (!text) {
      return std::unexpected(std::move(text.error()));
    }
    token = *std::move(text);
    if (token.empty()) {
      return {};
    }
    const auto [other, is_new] = setting_of_token.emplace(token, setting);
    if (!is_new) {
      return std::unexpected(
          ConfigError{config.origin(setting),
                      fmt::format("{} and {} have the same token, which says who it is; give each its own",
                                  other->second, setting)});
    }
    return {};
  };
  if (auto done = read("cluster.token_file", config.cluster.token_file, rules.cluster_token); !done) {
    return done;
  }
  for (const auto& [name, path] : config.access.token_files) {
    if (auto done = read("access.tokens." + name, path, rules.tokens[name]); !done) {
      return done;
    }
  }
  return {};
}

Checked check_names(const Config& config, const AccessRules& rules, const PasswordCheck::Users& users,
                    std::string_view what, const Config::Access::Lists& lists) {
  for (const auto& [group, names] : lists) {
    const auto setting = fmt::format("access.{}.{}", what, group);
    for (const auto& name : names) {
      if (name == config::kCluster && rules.cluster_token.empty()) {
        return std::unexpected(
            ConfigError{config.origin(setting), setting + ": cluster needs cluster.token_file"});
      }
      if (name != config::kCluster && !is_word(name) && !rules.tokens.contains(name) &&
          !users.contains(name)) {
        return std::unexpected(
            ConfigError{config.origin(setting),
                        fmt::format("{}: {} is neither a user of the web config nor one of access.tokens",
                                    setting, config::quote(name))});
      }
    }
  }
  return {};
}

}  // namespace

std::expected<AccessRules, ConfigError> read_access_rules(const Config& config,
                                                          const PasswordCheck::Users& users) {
  AccessRules rules{.telemetry_path = config.web.telemetry_path,
                    .tokens = {},
                    .cluster_token = {},
                    .read = config.access.read,
                    .post = config.access.post};
  auto done = read_tokens(config, rules);
  if (done) {
    done = check_names(config, rules, users, "read", rules.read);
  }
  if (done) {
    done = check_names(config, rules, users, "post", rules.post);
  }
  if (!done) {
    return std::unexpected(std::move(done.error()));
  }
  return rules;
}

}  // namespace glusterfs_exporter::web

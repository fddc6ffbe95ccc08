#include "setup.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "collect/table.hpp"
#include "gluster/cli/process.hpp"
#include "gluster/default_socket.hpp"
#include "web/web_settings.hpp"

namespace glusterfs_exporter {
namespace {

using config::ConfigError;
using Checked = std::expected<void, ConfigError>;

/// Puts what was read into its place, or gives the error.
template <class T>
Checked keep(std::expected<T, ConfigError> read, T& place) {
  if (!read) {
    return std::unexpected(std::move(read.error()));
  }
  place = *std::move(read);
  return {};
}

/// Who may read and post; looks at the web config, too.
std::expected<web::AccessRules, ConfigError> read_access(const config::Config& config) {
  if (config.web.config_file.empty()) {
    return web::read_access_rules(config, {});
  }
  const auto settings = web::load_web_settings(config.web.config_file);
  if (!settings) {
    return std::unexpected(settings.error());
  }
  return web::read_access_rules(config, settings->config.users);
}

/// Whether there may be a Gluster on this machine: the program that `config` names, or glusterd's socket.
bool finds_gluster(const config::Config& config) {
  const auto& socket = config.gluster.socket;
  std::error_code ignored;
  return gluster::find_program(config.gluster.path).has_value() ||
         std::filesystem::exists(socket.empty() ? gluster::kDefaultSocket : std::string_view(socket),
                                 ignored);
}

Checked find_gluster(Setup& setup) {
  auto& config = setup.config;
  setup.only_pushed = config.hub && !finds_gluster(config);
  if (setup.only_pushed) {
    for (auto& [name, collector] : config.collectors) {
      collector.enabled = false;
    }
    return {};
  }
  if (config.gluster.source == config::SourceChoice::rpc) {
    return {};
  }
  const auto found = gluster::find_program(config.gluster.path);
  if (!found) {
    return std::unexpected(ConfigError{config.origin("gluster.path"), found.error().context});
  }
  setup.gluster_program = *found;
  return {};
}

}  // namespace

std::expected<Setup, ConfigError> read_setup(int argc, const char* const* argv) {
  const auto collectors = collect::collector_defaults();
  auto invocation = config::read_invocation(argc, argv, collectors);
  if (!invocation) {
    return std::unexpected(std::move(invocation.error()));
  }
  Setup setup{.action = invocation->action,
              .text = std::move(invocation->text),
              .config = std::move(invocation->config),
              .secrets = {},
              .gluster_program = {},
              .only_pushed = false};
  if (setup.action == config::Invocation::Action::print) {
    return setup;
  }
  auto& secrets = setup.secrets;
  auto checked = collect::check_collectors(setup.config);
  if (checked) {
    checked = keep(receive::read_keys(setup.config), secrets.receive);
  }
  if (checked) {
    checked = keep(webhook::read_credentials(setup.config), secrets.webhook);
  }
  if (checked) {
    checked = keep(exchange::read_cluster_credentials(setup.config), secrets.cluster);
  }
  if (checked) {
    checked = keep(read_access(setup.config), secrets.access);
  }
  if (checked) {
    checked = find_gluster(setup);
  }
  if (!checked) {
    return std::unexpected(std::move(checked.error()));
  }
  return setup;
}

}  // namespace glusterfs_exporter

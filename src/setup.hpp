#pragma once

#include <expected>
#include <string>

#include "config/config.hpp"
#include "exchange/credentials.hpp"
#include "receive/keys.hpp"
#include "web/access_rules.hpp"
#include "webhook/keys.hpp"

namespace glusterfs_exporter {

/// What the files hold that the configuration names.
struct Secrets {
  receive::Keys receive;
  webhook::CredentialsByTarget webhook;
  web::AccessRules access;
  exchange::ClusterCredentials cluster;
};

/// All that is told to the program from outside before it works: the command line, the configuration, the
/// files it names and what is installed, each checked.
struct Setup {
  config::Invocation::Action action = config::Invocation::Action::serve;
  std::string text;  ///< to print, for Action::print; then nothing else is set
  config::Config config;
  Secrets secrets;
  std::string gluster_program;  ///< absolute path of the CLI; empty when it is never asked
  bool only_pushed = false;     ///< a hub where there is no Gluster: no collector is enabled
};

/// Reads and checks. The web config is checked, too, but not kept.
std::expected<Setup, config::ConfigError> read_setup(int argc, const char* const* argv);

}  // namespace glusterfs_exporter

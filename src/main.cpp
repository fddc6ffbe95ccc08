#include <malloc.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <csignal>
#include <expected>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "app.hpp"
#include "collect/table.hpp"
#include "common/build_info.hpp"
#include "common/init_process.hpp"
#include "common/log.hpp"
#include "common/service_manager.hpp"
#include "config/config.hpp"
#include "exchange/credentials.hpp"
#include "gluster/cli/process.hpp"
#include "receive/keys.hpp"
#include "web/access_rules.hpp"
#include "web/lent_listener.hpp"
#include "web/listen_address.hpp"
#include "web/web_settings.hpp"
#include "webhook/keys.hpp"

namespace {

using namespace glusterfs_exporter;

constexpr int kFailed = 1;
constexpr int kBadConfiguration = 2;

int refuse(const config::ConfigError& error) {
  std::cerr << error.place << ": " << error.message << '\n';
  return kBadConfiguration;
}

/// SIGTERM and SIGINT are waited for by the main thread alone; every thread started later inherits the mask.
/// SIGCHLD may have been ignored by whoever started this program; then children could not be waited for.
sigset_t set_up_signals() {
  std::signal(SIGCHLD, SIG_DFL);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// Answers and pages are large and short-lived. Left to itself glibc keeps tens of MiB of them in every
/// thread's arena; mapped on their own they go back to the system when they are freed.
void return_large_blocks_to_the_system() {
  constexpr int kLargeBytes = 256 * 1024;
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  mallopt(M_TRIM_THRESHOLD, 2 * kLargeBytes);
}

/// Who may read and post; looks at the web config, too.
std::expected<web::AccessRules, config::ConfigError> read_access(const config::Config& config) {
  if (config.web.config_file.empty()) {
    return web::read_access_rules(config, {});
  }
  const auto settings = web::load_web_settings(config.web.config_file);
  if (!settings) {
    return std::unexpected(settings.error());
  }
  return web::read_access_rules(config, settings->config.users);
}

int print_once(App& app) {
  const auto once = app.run_once();
  std::cout << once.page;
  if (!once.gluster_answered) {
    std::cerr << "glusterd did not answer: see glusterfs_up and the log lines above\n";
  }
  return once.gluster_answered && std::cout.flush() ? EXIT_SUCCESS : kFailed;
}

/// The socket that the service manager listens on in place of this program, if there is one; then its address
/// is in `config`.
std::expected<std::optional<UniqueFd>, config::ConfigError> take_listener(config::Config& config) {
  const auto wrong = [](const std::string& what) {
    return std::unexpected(config::ConfigError{"socket activation", what});
  };
  auto listener = service_manager::take_listener();
  if (!listener) {
    return wrong(listener.error());
  }
  if (*listener) {
    const auto address = web::address_of((*listener)->get());
    if (!address) {
      return wrong(address.error());
    }
    config.web.listen_address = web::to_string(*address);
    config.origins.insert_or_assign("web.listen_address", "socket activation");
  }
  return std::move(*listener);
}

/// Proves to the service manager, where it wants that, that the program lives.
std::unique_ptr<Watchdog> start_watchdog(const App& app, spdlog::logger& log) {
  const auto patience = service_manager::watchdog_patience();
  if (!patience) {
    return nullptr;
  }
  const auto for_proof = std::chrono::duration_cast<std::chrono::milliseconds>(*patience / 4);
  return std::make_unique<Watchdog>(
      *patience, Watchdog::Questions{[&app, for_proof] { return app.what_hangs(for_proof); },
                                     [&app] { return app.status(); },
                                     [&log](const std::optional<std::string>& what) {
                                       if (what) {
                                         log.error("hangs: {}", *what);
                                       } else {
                                         log.info("what hung goes on");
                                       }
                                     }});
}

int serve(App& app, const config::Config& config, spdlog::logger& log, std::optional<UniqueFd> listener,
          const sigset_t& ending_signals) {
  if (const auto started = app.start(listener ? listener->get() : -1); !started) {
    return refuse(started.error());
  }
  listener.reset();  // the server has its own copy
  log.info("glusterfs_exporter {} serves {} on {}", build_version(), config.web.telemetry_path,
           config.web.listen_address);
  service_manager::tell_ready(app.status());
  auto watchdog = start_watchdog(app, log);
  int signal = 0;
  sigwait(&ending_signals, &signal);
  log.info("ending after signal {}", signal);
  service_manager::tell_stopping();
  watchdog.reset();
  app.stop();
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  const auto ending_signals = set_up_signals();
  return_large_blocks_to_the_system();

  const auto collectors = collect::collector_defaults();
  auto invocation = config::read_invocation(argc, argv, collectors);
  if (!invocation) {
    return refuse(invocation.error());
  }
  auto& config = invocation->config;
  if (invocation->action == config::Invocation::Action::print) {
    std::cout << invocation->text;
    return EXIT_SUCCESS;
  }

  if (const auto refused = collect::check_collectors(config); !refused) {
    return refuse(refused.error());
  }
  auto keys = receive::read_keys(config);
  if (!keys) {
    return refuse(keys.error());
  }
  auto credentials = webhook::read_credentials(config);
  if (!credentials) {
    return refuse(credentials.error());
  }
  auto cluster = exchange::read_cluster_credentials(config);
  if (!cluster) {
    return refuse(cluster.error());
  }
  auto access = read_access(config);
  if (!access) {
    return refuse(access.error());
  }
  const bool only_pushed = config.hub && !finds_gluster(config);
  if (only_pushed) {
    for (auto& [name, collector] : config.collectors) {
      collector.enabled = false;
    }
  }
  std::string program;
  if (!only_pushed && config.gluster.source != config::SourceChoice::rpc) {
    const auto found = gluster::find_program(config.gluster.path);
    if (!found) {
      return refuse({config.origin("gluster.path"), found.error().context});
    }
    program = *found;
  }
  if (invocation->action == config::Invocation::Action::check_config) {
    std::cout << "configuration is good\n";
    return EXIT_SUCCESS;
  }

  // --once is for scripts: where all is well it has nothing to say beside its page, unless somebody asks for
  // more.
  const bool once = invocation->action == config::Invocation::Action::once;
  const bool quiet = once && !config.origins.contains("log.level");
  const auto log = make_logger(quiet ? "warn" : config.log.level, config.log.format,
                               std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (only_pushed) {
    log->info("there is no Gluster on this machine: only clusters that are pushed here are shown");
  }
  std::optional<UniqueFd> listener;
  if (!once) {
    if (const auto status = run_below_init()) {
      return *status;
    }
    auto given = take_listener(config);
    if (!given) {
      return refuse(given.error());
    }
    listener = *std::move(given);
  }
  App app(config, std::move(program),
          {*std::move(keys), *std::move(credentials), *std::move(access), *std::move(cluster)}, log);
  return once ? print_once(app) : serve(app, config, *log, std::move(listener), ending_signals);
}

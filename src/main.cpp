#include <fmt/ranges.h>
#include <malloc.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <expected>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app.hpp"
#include "common/build_info.hpp"
#include "common/init_process.hpp"
#include "common/log.hpp"
#include "common/service_manager.hpp"
#include "config/config.hpp"
#include "reload_requests.hpp"
#include "setup.hpp"
#include "web/lent_listener.hpp"
#include "web/listen_address.hpp"

namespace {

using namespace glusterfs_exporter;

constexpr int kFailed = 1;
constexpr int kBadConfiguration = 2;

int refuse(const config::ConfigError& error) {
  std::cerr << error.place << ": " << error.message << '\n';
  return kBadConfiguration;
}

/// SIGTERM, SIGINT and SIGHUP are waited for by the main thread alone; every thread started later inherits
/// the mask. SIGCHLD may have been ignored by whoever started this program; then children could not be waited
/// for.
sigset_t set_up_signals() {
  std::signal(SIGCHLD, SIG_DFL);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// Answers and pages are large and short-lived. Left to itself glibc keeps tens of MiB of them in every
/// thread's arena. Mapped on their own they go back to the system when they are freed, and what the threads
/// have beside them fits into one arena: they mostly wait.
void keep_little_memory() {
  constexpr int kLargeBytes = 256 * 1024;
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  mallopt(M_TRIM_THRESHOLD, 2 * kLargeBytes);
  mallopt(M_ARENA_MAX, 1);
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

/// The command line and the files it names, read anew.
class Rereading {
 public:
  /// `lent_address`: of the socket that is served in place of web.listen_address, if there is one.
  Rereading(int argc, const char* const* argv, std::optional<std::string> lent_address)
      : argc_(argc), argv_(argv), lent_address_(std::move(lent_address)) {}

  /// The error is a line that says where and what.
  ReloadRequests::Outcome apply_to(App& app, spdlog::logger& log) const {
    const auto refused = [&log](const config::ConfigError& error) {
      auto line = error.place + ": " + error.message;
      log.error("the configuration was read anew and is refused; the one there was stays. {}", line);
      return std::unexpected(std::move(line));
    };
    service_manager::tell_reloading();
    auto setup = read_setup(argc_, argv_);
    if (!setup) {
      app.note_bad_config();
      return refused(setup.error());
    }
    if (lent_address_) {
      setup->config.web.listen_address = *lent_address_;
    }
    const auto waiting = app.reload(*std::move(setup));
    if (!waiting) {
      return refused(waiting.error());
    }
    std::string line = "the configuration was read anew";
    if (!waiting->empty()) {
      line += fmt::format("; what counts only after a restart: {}", fmt::join(*waiting, ", "));
    }
    log.info("{}", line);
    return line;
  }

 private:
  const int argc_;
  const char* const* const argv_;
  const std::optional<std::string> lent_address_;
};

/// Until a signal says that it is enough; gives that signal.
int wait_for_the_end(App& app, const Rereading& rereading, ReloadRequests& reloads, spdlog::logger& log,
                     const sigset_t& signals) {
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) {
    reloads.serve([&] { return rereading.apply_to(app, log); });
    service_manager::tell_ready(app.status());
  }
  return signal;
}

int serve(App& app, const Rereading& rereading, ReloadRequests& reloads, const config::Config& config,
          spdlog::logger& log, std::optional<UniqueFd> listener, const sigset_t& signals) {
  if (const auto started = app.start(listener ? listener->get() : -1); !started) {
    return refuse(started.error());
  }
  listener.reset();  // the server has its own copy
  log.info("glusterfs_exporter {} serves {} on {}", build_version(), config.web.telemetry_path,
           config.web.listen_address);
  service_manager::tell_ready(app.status());
  auto watchdog = start_watchdog(app, log);
  const int signal = wait_for_the_end(app, rereading, reloads, log, signals);
  log.info("ending after signal {}", signal);
  service_manager::tell_stopping();
  watchdog.reset();
  app.stop();
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  const auto signals = set_up_signals();
  keep_little_memory();

  auto setup = read_setup(argc, argv);
  if (!setup) {
    return refuse(setup.error());
  }
  using Action = config::Invocation::Action;
  if (setup->action == Action::print || setup->action == Action::check_config) {
    std::cout << (setup->action == Action::print ? setup->text : "configuration is good\n");
    return EXIT_SUCCESS;
  }

  // --once is for scripts: where all is well it has nothing to say beside its page, unless somebody asks for
  // more.
  auto& config = setup->config;
  const bool once = setup->action == Action::once;
  const bool quiet = once && !config.origins.contains("log.level");
  const auto log = make_logger(quiet ? "warn" : config.log.level, config.log.format,
                               std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (setup->only_pushed) {
    log->info("there is no Gluster on this machine: only clusters that are pushed here are shown");
  }
  ReloadRequests reloads([] { ::kill(::getpid(), SIGHUP); });
  if (once) {
    App app(*std::move(setup), reloads, log);
    return print_once(app);
  }
  if (const auto status = run_below_init()) {
    return *status;
  }
  auto listener = take_listener(config);
  if (!listener) {
    return refuse(listener.error());
  }
  const Rereading rereading(argc, argv, *listener ? std::optional(config.web.listen_address) : std::nullopt);
  const auto start_config = config;
  App app(*std::move(setup), reloads, log);
  return serve(app, rereading, reloads, start_config, *log, *std::move(listener), signals);
}

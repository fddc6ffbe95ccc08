#include "app.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <set>
#include <utility>

#include "collect/table.hpp"
#include "gluster/cli/process.hpp"
#include "web/routes.hpp"

namespace glusterfs_exporter {

namespace {

std::string hostname() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

gluster::CliOptions cli_options(const config::Config& config, std::string program) {
  return {std::move(program), config.gluster.socket, config.gluster.query_timeout,
          config.gluster.transaction_timeout, config.gluster.crawl_timeout};
}

std::vector<web::CollectorRow> collector_rows(const std::vector<model::CollectorState>& states) {
  const auto now = std::chrono::system_clock::now();
  const auto whole_ms = [](auto duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
  };
  std::vector<web::CollectorRow> rows;
  for (const auto& state : states) {
    web::CollectorRow row;
    row.name = state.name;
    row.enabled = state.enabled;
    row.interval = state.interval;
    if (state.last_success) {
      row.last_success_age = whole_ms(now - *state.last_success);
    }
    if (state.success) {
      row.last_duration = whole_ms(state.last_duration);
      row.last_run = *state.success ? web::LastRun::success : web::LastRun::failure;
      row.reason = *state.success ? "" : state.failure_reason + ": " + state.failure_text;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

App::App(config::Config config, std::string gluster_program, std::shared_ptr<spdlog::logger> log)
    : config_(std::move(config)),
      log_(std::move(log)),
      renderer_(
          std::set<std::string, std::less<>>(config_.volume_options.begin(), config_.volume_options.end())),
      source_(
          cli_options(config_, std::move(gluster_program)),
          [stop = stopping_.get_token()](const gluster::Command& command) {
            return run_process(command, stop);
          },
          [this](const gluster::CommandReport& report) {
            own_metrics_.command_ended(report.command, report.duration,
                                       report.error == nullptr ? "" : to_string(report.error->kind));
          }),
      publisher_({facts_, [this] { return scheduler_.states(); }, hostname(),
                  [this](const collect::Publisher::Picture& picture) { publish_page(*picture); }}),
      scheduler_({source_, config_, facts_, log_, [this] { publisher_.wake(); }},
                 collect::collector_table()) {}

App::~App() {
  stop();
}

std::expected<void, config::ConfigError> App::start() {
  publisher_.publish();  // so that there is a page from the first request on, even while Gluster hangs
  web::ServerOptions options;
  options.listen_address = config_.web.listen_address;
  options.logger = log_;
  options.on_request = [this](std::string_view route, int status) {
    own_metrics_.request_answered(route, status);
  };
  auto server = web::Server::start(
      std::move(options),
      web::make_router(config_.web.telemetry_path,
                       {[this] { return page_.get(); }, [this] { return scheduler_.not_ready(); },
                        [this] { return collector_rows(scheduler_.states()); }, [] { return nullptr; },
                        [] { return std::nullopt; }}));
  if (!server) {
    return std::unexpected(
        config::ConfigError{config_.origin("web.listen_address"), std::move(server.error())});
  }
  server_ = *std::move(server);
  publisher_.start();
  scheduler_.start();
  return {};
}

void App::stop() {
  stopping_.request_stop();
  scheduler_.stop();
  publisher_.stop();
  server_.reset();
}

App::Once App::run_once() {
  scheduler_.run_once();
  publisher_.publish();
  return {*page_.get()->text, publisher_.latest()->up.value_or(false)};
}

void App::publish_page(const model::Snapshot& snapshot) {
  auto page = renderer_.render(snapshot, metrics::read_process_stats(), own_metrics_.collect());
  page_.set(std::make_shared<const metrics::Page>(page));  // now, for compressing a large one takes a while
  page_.set(std::make_shared<const metrics::Page>(metrics::compressed(std::move(page))));
}

}  // namespace glusterfs_exporter

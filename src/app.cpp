#include "app.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "collect/table.hpp"
#include "common/build_info.hpp"
#include "exchange/node_document.hpp"
#include "gluster/cli/process.hpp"
#include "gluster/values.hpp"
#include "hub/cluster_summary.hpp"
#include "live/leader_part.hpp"
#include "receive/gate.hpp"
#include "web/hub_routes.hpp"
#include "web/listen_address.hpp"
#include "web/live_routes.hpp"
#include "web/probe.hpp"
#include "web/receive_routes.hpp"
#include "web/routes.hpp"
#include "web/service_discovery.hpp"

namespace glusterfs_exporter {

namespace {

using namespace std::chrono_literals;

std::string hostname() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

gluster::CliOptions cli_options(const config::Config& config, std::string program) {
  return {std::move(program), config.gluster.socket, config.gluster.query_timeout,
          config.gluster.transaction_timeout, config.gluster.crawl_timeout};
}

/// Where glusterd listens and the CLI asks unless told otherwise.
constexpr std::string_view kDefaultSocket = "/var/run/glusterd.socket";

/// glusterd answers in a millisecond, a large cluster's topology in a second.
constexpr auto kGlusterdTimeout = 5s;

/// The next poll of the other exporters comes soon.
constexpr auto kNeighbourTimeout = 2s;

std::optional<gluster::rpc::GlusterdClient> glusterd_client(const config::Config& config,
                                                            std::stop_token stop) {
  if (config.gluster.source == config::SourceChoice::cli) {
    return std::nullopt;
  }
  const auto& socket = config.gluster.socket;
  return gluster::rpc::GlusterdClient(
      {socket.empty() ? std::string(kDefaultSocket) : socket, kGlusterdTimeout}, std::move(stop));
}

std::uint16_t exporter_port(const config::Config& config) {
  const std::string_view own = config.web.listen_address;
  return config.cluster.exporter_port != 0
             ? config.cluster.exporter_port
             : to_number<std::uint16_t>(own.substr(own.rfind(':') + 1)).value_or(0);
}

/// As one would type it, without what only tells how to write the answer.
std::string command_text(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) {
    if (word != "--xml") {
      text += text.empty() ? word : " " + word;
    }
  }
  return text;
}

/// The other nodes whose exporters answer.
std::vector<std::string> hosts_of_exporters(const model::Snapshot& snapshot) {
  std::vector<std::string> hosts;
  for (const auto& peer : snapshot.peers) {
    if (!peer.local && peer.exporter && peer.exporter->answers) {
      hosts.push_back(peer.host);
    }
  }
  return hosts;
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
    row.standby = state.standby;
    row.source = state.source;
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

bool asks_anything(const config::Config& config) {
  return std::ranges::any_of(config.collectors, [](const auto& one) { return one.second.enabled; });
}

/// Who takes what is posted there; empty for other routes.
std::string_view receiver_of(std::string_view route) {
  if (route == web::kAlertsPath) {
    return "alerts";
  }
  if (route == web::kGlusterEventsPath) {
    return "gluster_events";
  }
  return route == web::kPushPath ? "push" : "";
}

constexpr int kUnauthorized = 401;
constexpr int kTooLarge = 413;

}  // namespace

bool finds_gluster(const config::Config& config) {
  const auto& socket = config.gluster.socket;
  std::error_code ignored;
  return gluster::find_program(config.gluster.path).has_value() ||
         std::filesystem::exists(socket.empty() ? kDefaultSocket : std::string_view(socket), ignored);
}

App::App(config::Config config, std::string gluster_program, Secrets secrets,
         std::shared_ptr<spdlog::logger> log)
    : config_(std::move(config)),
      log_(std::move(log)),
      renderer_(
          std::set<std::string, std::less<>>(config_.volume_options.begin(), config_.volume_options.end())),
      cli_(
          cli_options(config_, std::move(gluster_program)),
          [stop = stopping_.get_token()](const gluster::Command& command) {
            return run_process(command, stop);
          },
          [this](const gluster::CommandReport& report) {
            own_metrics_.command_ended(report.command, report.duration,
                                       report.error == nullptr ? "" : to_string(report.error->kind));
            calls_.add({Asked::cli, command_text(report.words), report.duration, report.error},
                       std::chrono::system_clock::now());
          }),
      glusterd_(
          glusterd_client(config_, stopping_.get_token()),
          config_.gluster.source == config::SourceChoice::rpc ? nullptr : &cli_,
          [this, told = std::set<std::string, std::less<>>()](std::string_view question,
                                                              const Error& why) mutable {
            if (told.emplace(question).second) {
              log_->warn("the gluster command answers {} because glusterd's socket did not: {}", question,
                         why.context);
            }
          },
          [this](const Call& call) { calls_.add(call, std::chrono::system_clock::now()); }),
      this_node_(stopping_.get_token(),
                 [this](const Call& call) { calls_.add(call, std::chrono::system_clock::now()); }),
      herald_(exporter_port(config_), kNeighbourTimeout, secrets.cluster),
      neighbours_(
          exporter_port(config_), kNeighbourTimeout, stopping_.get_token(),
          [this](const Call& call) { calls_.add(call, std::chrono::system_clock::now()); }, secrets.cluster),
      publisher_({facts_, [this] { return scheduler_.states(); }, [this] { return scheduler_.leader(); },
                  hostname(),
                  [this](const collect::Publisher::Picture& picture,
                         const collect::Publisher::OwnReport& own) { publish(picture, own); }}),
      scheduler_({{glusterd_, cli_, this_node_, neighbours_},
                  config_,
                  facts_,
                  log_,
                  [this] { note_news(); },
                  [this] { watch_processes(); },
                  [this](std::string_view collector, const Error& error) {
                    calls_.add_failure(collector, error, std::chrono::system_clock::now());
                  }},
                 collect::collector_table()),
      death_watch_([this] { scheduler_.run_now(collect::processes_collector); }),
      alert_list_(events_, config_.alerts.expire_after),
      own_tokens_{
          .alerts = !secrets.receive.alerts_token.empty(),
          .gluster_events = !secrets.receive.events_token.empty() || !secrets.receive.events_secret.empty()},
      alerts_(receive::Gate("alerts", std::move(secrets.receive.alerts_token)),
              {alert_list_, log_, [this] { publisher_.wake(); }}),
      gluster_events_(
          receive::Gate("gluster_events", std::move(secrets.receive.events_token),
                        std::move(secrets.receive.events_secret)),
          {events_, [this](const collect::CollectorSpec& collector) { scheduler_.run_soon(collector); },
           [this] { publisher_.wake(); }, [this](std::string_view uuid) { return host_of_peer(uuid); }}),
      forwarder_({config_, std::move(secrets.webhook),
                  [this] {
                    state_maker_.make();
                    return feed_.document();
                  },
                  own_metrics_, log_}),
      access_(std::move(secrets.access), {.users = [this]() -> std::shared_ptr<const web::Access::Users> {
                                            if (web_settings_ == nullptr) {
                                              return nullptr;
                                            }
                                            const auto settings = web_settings_->current();
                                            return {settings, &settings->config.users};
                                          },
                                          .log = log_}) {
  if (config_.hub) {
    hub_ = std::make_unique<hub::Hub>(
        secrets.receive.push_tokens,
        hub::Hub::Parts{
            .log = log_, .on_news = [this] { wake_streams(); }, .page_version = web::page_version()});
  }
}

App::~App() {
  stop();
}

std::expected<void, config::ConfigError> App::start(int listener) {
  if (auto forwards = forwarder_.start(); !forwards) {
    return forwards;
  }
  if (!config_.web.config_file.empty()) {
    auto settings = web::WebSettingsFile::open(config_.web.config_file, log_);
    if (!settings) {
      return std::unexpected(std::move(settings.error()));
    }
    web_settings_ = *std::move(settings);
  }
  publisher_.publish();  // so that there is a page from the first request on, even while Gluster hangs
  web::ServerOptions options;
  options.listen_address = config_.web.listen_address;
  options.listener = listener;
  options.logger = log_;
  options.on_request = [this](std::string_view route, int status) { note_request(route, status); };
  options.max_streams = static_cast<unsigned>(config_.web.max_viewers);
  set_access(options);
  auto router = web::make_router(
      config_.web.telemetry_path,
      {[this] { return page_.get(); }, [this] { return scheduler_.not_ready(); },
       [this] { return collector_rows(scheduler_.states()); }, [this] { return node_document(); },
       [this] { scheduler_.run_soon(collect::exporters_collector); },
       [this] { return service_discovery(); }});
  web::add_live_routes(router, feed_, events_);
  web::add_exporter_route(router, [this] { return exporter_document(); });
  web::add_receive_routes(
      router, {[this](const auto& post) { return noted("gluster_events", post, gluster_events_.take(post)); },
               [this](const auto& post) { return noted("alerts", post, alerts_.take(post)); },
               [this] { return receive::alerts_document(alert_list_); }});
  if (hub_ != nullptr) {
    web::add_hub_routes(router, *hub_,
                        [this](const auto& push) { return noted("push", push.post, hub_->take(push)); });
  }
  auto server = web::Server::start(std::move(options), std::move(router));
  if (!server) {
    return std::unexpected(
        config::ConfigError{config_.origin("web.listen_address"), std::move(server.error())});
  }
  server_ = *std::move(server);
  serving_ = server_.get();
  log_access();
  herald_.start();
  publisher_.start();
  death_watch_.start();
  scheduler_.start();
  return {};
}

void App::set_access(web::ServerOptions& options) {
  options.admit = [this](web::Request& request) { return access_.admit(request); };
  if (web_settings_ == nullptr) {
    return;
  }
  options.headers = [this] { return web_settings_->current()->config.headers; };
  if (web_settings_->current()->tls != nullptr) {
    options.tls = [this] { return web_settings_->current()->tls; };
  }
}

void App::log_access() {
  const bool tls = web_settings_ != nullptr && web_settings_->current()->tls != nullptr;
  log_->info("{}", access_.summary(tls, own_tokens_));
  if (!asks_anything(config_)) {
    return;  // a hub without a cluster of its own
  }
  if (!access_.lets_cluster_in()) {
    log_->warn(
        "the other exporters of the cluster may not read this one's report: set cluster.token_file to the "
        "same "
        "token on all nodes");
  }
  if (tls != (!config_.cluster.tls.ca_file.empty())) {
    log_->warn(tls ? "this exporter takes TLS only, and asks the others of the cluster without: set "
                     "cluster.tls.ca_file on all nodes"
                   : "this exporter asks the others of the cluster by TLS, and takes none itself");
  }
}

void App::stop() {
  stopping_.request_stop();
  scheduler_.stop();
  death_watch_.stop();
  publisher_.stop();
  herald_.stop();
  forwarder_.stop();
  server_.reset();
  serving_ = nullptr;
}

std::optional<std::string> App::what_hangs(std::chrono::milliseconds patience) const {
  // Each of a poll's few questions to glusterd may take as long as a command, and the lane pauses after it.
  constexpr auto kBetweenPolls = 1min;
  constexpr int kQuestions = 5;
  if (scheduler_.hangs(kBetweenPolls + kQuestions * config_.gluster.query_timeout)) {
    return "collecting: no collector goes on";
  }
  constexpr auto kMakingAPage = 1min;
  const auto since = unpublished_since_.load();
  if (since != decltype(since)() && std::chrono::steady_clock::now() - since > kMakingAPage) {
    return "making pages: the last one is not made";
  }
  const auto addresses = server_->addresses();
  for (const auto& address : addresses) {
    if (!web::answers(address, patience / addresses.size(),
                      [this, before = answered_.load()] { return answered_ != before; })) {
      return "serving: a request to itself is not answered";
    }
  }
  return std::nullopt;
}

std::string App::status() const {
  int running = 0;
  std::string failing;
  for (const auto& state : scheduler_.states()) {
    if (state.enabled && !state.standby) {
      ++running;
      if (state.success == false) {
        failing += (failing.empty() ? ", failing: " : ", ") + state.name;
      }
    }
  }
  const auto leader = scheduler_.leader();
  return fmt::format("serving on {}, {} collectors{}{}", web::to_string(server_->address()), running,
                     leader == true ? ", leader" : "", failing);
}

void App::note_news() {
  auto nothing = std::chrono::steady_clock::time_point();
  unpublished_since_.compare_exchange_strong(nothing, std::chrono::steady_clock::now());
  publisher_.wake();
}

void App::wake_streams() {
  if (auto* const server = serving_.load()) {
    server->wake_streams();
  }
}

App::Once App::run_once() {
  scheduler_.run_once();
  publisher_.publish();
  return {*page_.get()->text, publisher_.latest()->up.value_or(false)};
}

void App::publish(const collect::Publisher::Picture& picture, const collect::Publisher::OwnReport& own) {
  const auto& snapshot = *picture;
  event_watch_.take(snapshot);
  rates_.take(snapshot);
  alert_list_.expire(std::chrono::system_clock::now());
  published_.set(std::make_shared<const Published>(Published{picture, own, rates_}));
  herald_.take(*own, hosts_of_exporters(snapshot));
  state_maker_.take({picture, rates_});
  forwarder_.take(picture);
  if (hub_ != nullptr && asks_anything(config_)) {
    hub_->set_own(hub::summary_of(snapshot));
  }
  wake_streams();
  auto page = renderer_.render(snapshot, metrics::read_process_stats(), own_metrics_.collect());
  page_.set(std::make_shared<const metrics::Page>(page));  // now, for compressing a large one takes a while
  page_.set(std::make_shared<const metrics::Page>(metrics::compressed(std::move(page))));
  unpublished_since_ = std::chrono::steady_clock::time_point();
}

std::shared_ptr<const std::string> App::node_document() {
  const auto published = published_.get();
  if (published == nullptr || published->own->peer_uuid.empty()) {
    return nullptr;
  }
  const std::scoped_lock lock(node_document_mutex_);
  if (published != node_document_of_.lock()) {
    auto report = *published->own;
    if (report.leader) {
      report.cluster = std::make_shared<const nlohmann::json>(
          live::make_leader_part(*published->snapshot, published->rates, *published->own));
    }
    node_document_ = std::make_shared<const std::string>(exchange::write_node_document(report));
    node_document_of_ = published;
  }
  return node_document_;
}

nlohmann::json App::exporter_document() const {
  live::CallLog::Identity identity{hostname(), std::string(build_version()), started_at_};
  if (const auto picture = publisher_.latest(); picture != nullptr) {
    const auto local = std::ranges::find(picture->peers, true, &model::Peer::local);
    identity.host = local == picture->peers.end() ? identity.host : local->host;
  }
  return calls_.document(identity, std::chrono::system_clock::now());
}

void App::watch_processes() {
  const auto processes = facts_.copy().processes.value;
  if (processes == nullptr) {
    return;
  }
  std::set<gluster::ProcessKey> keys;
  for (const auto& [id, process] : processes->bricks) {
    keys.insert(process.key);
  }
  for (const auto& daemon : processes->daemons) {
    keys.insert(daemon.key);
  }
  death_watch_.watch(keys);
}

std::string App::host_of_peer(std::string_view uuid) const {
  const auto picture = publisher_.latest();
  const auto peer = std::ranges::find(picture->peers, uuid, &model::Peer::uuid);
  return peer == picture->peers.end() ? "" : peer->host;
}

receive::Reply App::noted(std::string_view receiver, const receive::Post& post, receive::Reply reply) {
  if (reply.status != kTooLarge) {  // see note_request
    own_metrics_.notification_came(receiver, to_string(reply.outcome));
  }
  constexpr int kFirstRefusal = 400;
  if (reply.status < kFirstRefusal) {
    return reply;
  }
  if (reply.status == kUnauthorized) {
    access_.failed(post.remote_address);
  }
  const std::scoped_lock lock(refusals_mutex_);
  if (refusals_.take(std::chrono::steady_clock::now())) {
    const std::string_view line = reply.text;
    log_->warn("{}: what {} posted was refused: {}", receiver, post.remote_address,
               line.substr(0, line.find('\n')));
  }
  return reply;
}

void App::note_request(std::string_view route, int status) {
  ++answered_;
  own_metrics_.request_answered(route, status);
  // Most of those the server refuses before the receivers see them.
  if (const auto receiver = receiver_of(route); status == kTooLarge && !receiver.empty()) {
    own_metrics_.notification_came(receiver, to_string(receive::Outcome::too_large));
  }
}

std::optional<std::string> App::service_discovery() const {
  const auto picture = publisher_.latest();
  if (picture == nullptr || !picture->peers_known) {
    return std::nullopt;
  }
  return web::render_service_discovery(picture->peers, exporter_port(config_),
                                       web_settings_ != nullptr && web_settings_->current()->tls != nullptr);
}

}  // namespace glusterfs_exporter

#include "app.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "collect/table.hpp"
#include "common/build_info.hpp"
#include "common/log.hpp"
#include "exchange/node_document.hpp"
#include "hub/cluster_summary.hpp"
#include "live/leader_part.hpp"
#include "receive/gate.hpp"
#include "web/hub_routes.hpp"
#include "web/listen_address.hpp"
#include "web/live_routes.hpp"
#include "web/probe.hpp"
#include "web/receive_routes.hpp"
#include "web/reload_route.hpp"
#include "web/routes.hpp"
#include "web/service_discovery.hpp"

namespace glusterfs_exporter {

namespace {

using namespace std::chrono_literals;

/// To look through the memory for what can go back to the system is little beside making a page of this size.
constexpr std::size_t kLargePageBytes = std::size_t{16} << 20U;

std::string hostname() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
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

/// How long webhooks have for what would be lost.
constexpr auto kFlushPatience = 5s;

/// Commands that run are ended, webhooks may take what waits.
constexpr auto kReloadPatience = 30s;

constexpr int kUnauthorized = 401;
constexpr int kTooLarge = 413;

/// Whom posts are let in by.
receive::Gate alerts_gate(const Secrets& secrets) {
  return {"alerts", secrets.receive.alerts_token};
}

receive::Gate events_gate(const Secrets& secrets) {
  return {"gluster_events", secrets.receive.events_token, secrets.receive.events_secret};
}

/// What differs and could not be changed while it runs.
std::vector<std::string> needs_restart(const config::Config& before, const config::Config& now) {
  std::vector<std::string> settings;
  const auto compare = [&](const char* name, const auto& one, const auto& other) {
    if (one != other) {
      settings.emplace_back(name);
    }
  };
  compare("web.listen_address", before.web.listen_address, now.web.listen_address);
  compare("web.telemetry_path", before.web.telemetry_path, now.web.telemetry_path);
  compare("web.max_viewers", before.web.max_viewers, now.web.max_viewers);
  compare("web.config_file", before.web.config_file, now.web.config_file);
  compare("hub", before.hub, now.hub);
  return settings;
}

}  // namespace

App::App(Setup setup, ReloadRequests& reloads, std::shared_ptr<spdlog::logger> log)
    : config_(setup.config),
      reloads_(reloads),
      log_(std::move(log)),
      watch_(make_watch(std::move(setup.config), std::move(setup.gluster_program), setup.secrets.cluster)),
      forwarding_(make_forwarding(config_, setup.secrets.webhook)),
      publisher_({facts_, [this] { return watch()->scheduler().states(); },
                  [this] { return watch()->scheduler().leader(); }, hostname(),
                  [this](const collect::Publisher::Picture& picture,
                         const collect::Publisher::OwnReport& own) { publish(picture, own); }}),
      alert_list_(events_, config_.alerts.expire_after),
      alerts_(alerts_gate(setup.secrets), {alert_list_, log_, [this] { publisher_.wake(); }}),
      gluster_events_(
          events_gate(setup.secrets),
          {events_,
           [this](const collect::CollectorSpec& collector) { watch()->scheduler().run_soon(collector); },
           [this] { publisher_.wake(); }, [this](std::string_view uuid) { return host_of_peer(uuid); }}),
      access_(setup.secrets.access, {.users = [this]() -> std::shared_ptr<const web::Access::Users> {
                                       if (web_settings_ == nullptr) {
                                         return nullptr;
                                       }
                                       const auto settings = web_settings_->current();
                                       return {settings, &settings->config.users};
                                     },
                                     .log = log_}) {
  if (config_.hub) {
    hub_ = std::make_unique<hub::Hub>(
        setup.secrets.receive.push_tokens,
        hub::Hub::Parts{
            .log = log_, .on_news = [this] { wake_streams(); }, .page_version = web::page_version()});
  }
  own_metrics_.config_read(true);
}

App::~App() {
  stop();
}

std::expected<void, config::ConfigError> App::start(int listener) {
  if (auto forwards = forwarder()->start(); !forwards) {
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
  auto server = web::Server::start(std::move(options), make_router());
  if (!server) {
    return std::unexpected(
        config::ConfigError{config_.origin("web.listen_address"), std::move(server.error())});
  }
  server_ = *std::move(server);
  serving_ = server_.get();
  log_access();
  publisher_.start();
  watch()->start();
  return {};
}

web::Router App::make_router() {
  auto router = web::make_router(
      config_.web.telemetry_path,
      {[this] { return page_.get(); }, [this] { return not_ready(); }, [this] { return ending_.load(); },
       [this] { return collector_rows(watch()->scheduler().states()); }, [this] { return node_document(); },
       [this] { watch()->scheduler().run_soon(collect::exporters_collector); },
       [this] { return service_discovery(); }});
  web::add_reload_route(router, [this] { return reloads_.ask(kReloadPatience); });
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
  return router;
}

std::shared_ptr<Watch> App::make_watch(config::Config config, std::string gluster_program,
                                       exchange::ClusterCredentials credentials) {
  return std::make_shared<Watch>(Watch::Parts{.config = std::move(config),
                                              .gluster_program = std::move(gluster_program),
                                              .credentials = std::move(credentials),
                                              .facts = facts_,
                                              .metrics = own_metrics_,
                                              .calls = calls_,
                                              .log = log_,
                                              .on_news = [this] { note_news(); }});
}

App::Forwarding App::make_forwarding(const config::Config& config, webhook::CredentialsByTarget credentials) {
  auto forwarder = std::make_shared<webhook::Forwarder>(
      webhook::Forwarder::Parts{.settings = config.webhook,
                                .spool_origin = config.origin("webhook.spool_directory"),
                                .credentials = credentials,
                                .state =
                                    [this] {
                                      state_maker_.make();
                                      return feed_.document();
                                    },
                                .metrics = own_metrics_,
                                .log = log_});
  return {config.webhook, std::move(credentials), std::move(forwarder)};
}

std::shared_ptr<Watch> App::watch() const {
  const std::scoped_lock lock(replaced_mutex_);
  return watch_;
}

std::shared_ptr<webhook::Forwarder> App::forwarder() const {
  const std::scoped_lock lock(replaced_mutex_);
  return forwarding_.forwarder;
}

std::expected<std::vector<std::string>, config::ConfigError> App::reload(Setup setup) {
  auto waiting = needs_restart(config_, setup.config);
  setup.config.web = config_.web;
  setup.config.hub = config_.hub;
  if (auto done = reload_forwarding(setup); !done) {
    own_metrics_.config_read(false);
    return std::unexpected(std::move(done.error()));
  }
  log_->set_level(log_level(setup.config.log.level));
  set_log_format(*log_, setup.config.log.format);
  alert_list_.set_expire_after(setup.config.alerts.expire_after);
  alerts_.set_gate(alerts_gate(setup.secrets));
  gluster_events_.set_gate(events_gate(setup.secrets));
  access_.set_rules(setup.secrets.access);
  if (hub_ != nullptr) {
    hub_->set_tokens(setup.secrets.receive.push_tokens);
    wake_streams();
  }
  reload_watch(setup);
  log_access();
  own_metrics_.config_read(true);
  note_news();
  return waiting;
}

std::expected<void, config::ConfigError> App::reload_forwarding(const Setup& setup) {
  if (setup.config.webhook == forwarding_.settings && setup.secrets.webhook == forwarding_.credentials) {
    return {};
  }
  const auto before = forwarding_;
  // The spool is for one at a time.
  before.forwarder->stop(kFlushPatience);
  const auto replace_by = [this](Forwarding next) {
    const std::scoped_lock lock(replaced_mutex_);
    forwarding_ = std::move(next);
  };
  replace_by(make_forwarding(setup.config, setup.secrets.webhook));
  if (auto started = forwarder()->start(); !started) {
    config::Config old = config_;
    old.webhook = before.settings;
    replace_by(make_forwarding(old, before.credentials));
    if (const auto again = forwarder()->start(); !again) {
      log_->error("nothing is forwarded any more: {}", again.error().message);
    }
    return started;
  }
  for (const auto& [name, target] : before.settings.targets) {
    if (!setup.config.webhook.targets.contains(name)) {
      own_metrics_.webhook_removed(name);
    }
  }
  return {};
}

void App::reload_watch(Setup& setup) {
  const auto before = watch();
  before->stop();
  const auto next =
      make_watch(std::move(setup.config), std::move(setup.gluster_program), setup.secrets.cluster);
  next->carry_on(*before);
  {
    const std::scoped_lock lock(replaced_mutex_);
    watch_ = next;
  }
  next->start();
}

void App::note_bad_config() {
  own_metrics_.config_read(false);
  note_news();
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
  const auto& config = watch()->config();
  auto summary = access_.summary(tls, {.alerts = !config.alerts.token_file.empty(),
                                       .gluster_events = !config.gluster_events.token_file.empty() ||
                                                         !config.gluster_events.secret_file.empty()});
  const bool is_news = summary != access_summary_;
  access_summary_ = std::move(summary);
  if (is_news) {
    log_->info("{}", access_summary_);
  }
  if (!is_news || !watch()->asks_anything()) {
    return;  // a hub without a cluster of its own
  }
  if (!access_.lets_cluster_in()) {
    log_->warn(
        "the other exporters of the cluster may not read this one's report: set cluster.token_file to the "
        "same "
        "token on all nodes");
  }
  if (tls != (!config.cluster.tls.ca_file.empty())) {
    log_->warn(tls ? "this exporter takes TLS only, and asks the others of the cluster without: set "
                     "cluster.tls.ca_file on all nodes"
                   : "this exporter asks the others of the cluster by TLS, and takes none itself");
  }
}

void App::stop() {
  ending_ = true;
  watch()->stop();
  publisher_.stop();
  forwarder()->stop(kFlushPatience);
  server_.reset();
  serving_ = nullptr;
}

std::optional<std::string> App::what_hangs(std::chrono::milliseconds patience) const {
  // Each of a poll's few questions to glusterd may take as long as a command, and the lane pauses after it.
  constexpr auto kBetweenPolls = 1min;
  constexpr int kQuestions = 5;
  const auto asking = watch();
  if (asking->scheduler().hangs(kBetweenPolls + kQuestions * asking->config().gluster.query_timeout)) {
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
  auto& scheduler = watch()->scheduler();
  for (const auto& state : scheduler.states()) {
    if (state.enabled && !state.standby) {
      ++running;
      if (state.success == false) {
        failing += (failing.empty() ? ", failing: " : ", ") + state.name;
      }
    }
  }
  const auto leader = scheduler.leader();
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
  watch()->scheduler().run_once();
  publisher_.publish();
  return {page_.get()->text->joined(), publisher_.latest()->up.value_or(false)};
}

void App::publish(const collect::Publisher::Picture& picture, const collect::Publisher::OwnReport& own) {
  const auto& snapshot = *picture;
  event_watch_.take(snapshot);
  rates_.take(snapshot);
  alert_list_.expire(std::chrono::system_clock::now());
  published_.set(std::make_shared<const Published>(Published{picture, own, rates_}));
  const auto asking = watch();
  asking->tell_others(*own, snapshot);
  state_maker_.take({picture, rates_});
  forwarder()->take(picture);
  if (hub_ != nullptr && asking->asks_anything()) {
    hub_->set_own(hub::summary_of(snapshot));
  }
  wake_streams();
  auto page = asking->renderer().render(picture, metrics::read_process_stats(), own_metrics_.collect());
  page_.set(std::make_shared<const metrics::Page>(page));
  shown_.set(picture);
  const auto bytes = page.text->size();
  if (metrics::is_compressed_ahead(page)) {
    page_.set(std::make_shared<const metrics::Page>(metrics::compressed(std::move(page))));
  }
  if (bytes > kLargePageBytes) {
    malloc_trim(0);  // what the last page had alone lies between what both have
  }
  unpublished_since_ = std::chrono::steady_clock::time_point();
}

std::vector<std::string> App::not_ready() const {
  const auto shown = shown_.get();
  return watch()->scheduler().not_ready(shown ? shown->collectors : std::vector<model::CollectorState>());
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
  return web::render_service_discovery(picture->peers, watch()->exporter_port(),
                                       web_settings_ != nullptr && web_settings_->current()->tls != nullptr);
}

}  // namespace glusterfs_exporter

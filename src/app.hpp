#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/facts.hpp"
#include "collect/publisher.hpp"
#include "common/latest.hpp"
#include "config/config.hpp"
#include "hub/hub.hpp"
#include "live/call_log.hpp"
#include "live/events.hpp"
#include "live/feed.hpp"
#include "live/rates.hpp"
#include "live/state_maker.hpp"
#include "metrics/exporter_metrics.hpp"
#include "metrics/page.hpp"
#include "receive/alert_list.hpp"
#include "receive/alerts.hpp"
#include "receive/gluster_events.hpp"
#include "receive/post.hpp"
#include "reload_requests.hpp"
#include "setup.hpp"
#include "watch.hpp"
#include "web/access.hpp"
#include "web/assets.hpp"
#include "web/server.hpp"
#include "web/web_settings.hpp"
#include "webhook/forwarder.hpp"

namespace glusterfs_exporter {

/// The program's parts, joined: Gluster's answers become pictures, pictures become pages, pages are served.
class App {
 public:
  /// `reloads` is asked when somebody posts to /-/reload, and has to outlive it.
  App(Setup setup, ReloadRequests& reloads, std::shared_ptr<spdlog::logger> log);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Listens and starts to collect. An error means that the address could not be listened on, or that the
  /// spool's folder or the web config could not be used. `listener` is served in place of that address if it
  /// is a socket that listens; it is borrowed until start() returns.
  std::expected<void, config::ConfigError> start(int listener = -1);

  /// What does not live of collecting, making pages and serving, as a line for people; nothing while all
  /// does. Proves it: takes up to `patience`, and does not come back where those threads hold what it needs.
  /// Between start() and stop(), on one thread at a time.
  [[nodiscard]] std::optional<std::string> what_hangs(std::chrono::milliseconds patience) const;

  /// A line for people on how it goes. From any thread.
  [[nodiscard]] std::string status() const;

  /// Has a configuration that was read anew take the place of the one there is; what was learnt stays.
  /// Returns the settings that differ and count only after a restart. An error leaves everything as it was:
  /// the spool's folder could not be used. Between start() and stop(), on one thread at a time; takes up to
  /// some seconds, for commands that run are ended first.
  std::expected<std::vector<std::string>, config::ConfigError> reload(Setup setup);

  /// A configuration that was read anew is not good, and the one there is stays.
  void note_bad_config();

  /// Ends what runs: is not ready any more, stops collecting, ends commands, gives webhooks what waits in
  /// memory for up to 5 s, tells streams to come back later, stops serving. Within 10 s.
  void stop();

  struct Once {
    std::string page;  ///< text format 0.0.4
    bool gluster_answered = false;
  };
  /// Runs every collector once on the calling thread. Instead of start().
  Once run_once();

 private:
  /// What the newest picture gives to those who ask for documents.
  struct Published {
    collect::Publisher::Picture snapshot;
    collect::Publisher::OwnReport own;
    live::Rates rates;
  };

  /// How documents are forwarded, and what it was made of.
  struct Forwarding {
    config::Webhook settings;
    webhook::CredentialsByTarget credentials;
    std::shared_ptr<webhook::Forwarder> forwarder;
  };

  [[nodiscard]] std::shared_ptr<Watch> make_watch(config::Config config, std::string gluster_program,
                                                  exchange::ClusterCredentials credentials);
  [[nodiscard]] Forwarding make_forwarding(const config::Config& config,
                                           webhook::CredentialsByTarget credentials);
  std::expected<void, config::ConfigError> reload_forwarding(const Setup& setup);
  void reload_watch(Setup& setup);
  [[nodiscard]] std::shared_ptr<Watch> watch() const;
  [[nodiscard]] std::shared_ptr<webhook::Forwarder> forwarder() const;
  [[nodiscard]] web::Router make_router();
  /// The collectors whose first run the page does not show yet.
  [[nodiscard]] std::vector<std::string> not_ready() const;
  /// Something was learnt that is in no picture yet.
  void note_news();
  void publish(const collect::Publisher::Picture& picture, const collect::Publisher::OwnReport& own);
  /// Viewers have something new. On any thread.
  void wake_streams();
  [[nodiscard]] nlohmann::json exporter_document() const;
  /// Null while this node's uuid is not known.
  std::shared_ptr<const std::string> node_document();
  [[nodiscard]] std::optional<std::string> service_discovery() const;
  [[nodiscard]] std::string host_of_peer(std::string_view uuid) const;
  /// Counts what was posted, and says in the log why it was refused.
  receive::Reply noted(std::string_view receiver, const receive::Post& post, receive::Reply reply);
  void note_request(std::string_view route, int status);
  /// What the server asks about each request and answer.
  void set_access(web::ServerOptions& options);
  void log_access();

  const config::Config config_;  ///< as it was at the start; of use for what a reload cannot change
  ReloadRequests& reloads_;
  const std::shared_ptr<spdlog::logger> log_;
  metrics::ExporterMetrics own_metrics_;
  Latest<metrics::Page> page_;
  Latest<model::Snapshot> shown_;  ///< what page_ was made of
  Latest<Published> published_;
  std::mutex node_document_mutex_;
  std::weak_ptr<const Published> node_document_of_;  // keeps no old picture alive
  std::shared_ptr<const std::string> node_document_;
  const model::Time started_at_ = std::chrono::system_clock::now();
  live::CallLog calls_;
  live::EventLog events_;
  live::EventWatch event_watch_{events_};
  live::Rates rates_;
  live::Feed feed_{live::random_epoch(), {}, [this] { state_maker_.before_read(); }};
  live::StateMaker state_maker_{feed_,
                                events_,
                                [this] { return alert_list_.json(); },
                                {.started_at = started_at_, .page_version = web::page_version()}};
  std::atomic<std::chrono::steady_clock::time_point>
      unpublished_since_{};                  ///< the clock's start: nothing waits
  std::atomic<std::uint64_t> answered_ = 0;  ///< requests
  std::atomic<bool> ending_ = false;
  collect::FactStore facts_;
  mutable std::mutex replaced_mutex_;  ///< for the two that a reload replaces
  std::shared_ptr<Watch> watch_;
  Forwarding forwarding_;
  collect::Publisher publisher_;
  receive::AlertList alert_list_;
  receive::Alerts alerts_;
  receive::GlusterEvents gluster_events_;
  std::unique_ptr<hub::Hub> hub_;      ///< null when this is none
  TokenBucket refusals_{5, 1.0 / 60};  ///< those that the log is told of
  std::mutex refusals_mutex_;
  std::unique_ptr<web::WebSettingsFile> web_settings_;  ///< null without a web config
  web::Access access_;
  std::string access_summary_;  ///< as the log was told last
  std::unique_ptr<web::Server> server_;
  std::atomic<web::Server*> serving_ = nullptr;  ///< the same, for threads that run while it starts
};

}  // namespace glusterfs_exporter

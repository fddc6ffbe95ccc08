#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "collect/facts.hpp"
#include "collect/publisher.hpp"
#include "collect/scheduler.hpp"
#include "common/latest.hpp"
#include "config/config.hpp"
#include "exchange/herald.hpp"
#include "exchange/neighbours.hpp"
#include "gluster/chosen_glusterd.hpp"
#include "gluster/cli/cli_source.hpp"
#include "gluster/local/death_watch.hpp"
#include "gluster/this_node.hpp"
#include "hub/hub.hpp"
#include "live/call_log.hpp"
#include "live/events.hpp"
#include "live/feed.hpp"
#include "live/rates.hpp"
#include "live/state_maker.hpp"
#include "metrics/exporter_metrics.hpp"
#include "metrics/page.hpp"
#include "metrics/renderer.hpp"
#include "receive/alert_list.hpp"
#include "receive/alerts.hpp"
#include "receive/gluster_events.hpp"
#include "receive/keys.hpp"
#include "receive/post.hpp"
#include "web/access.hpp"
#include "web/assets.hpp"
#include "web/server.hpp"
#include "web/web_settings.hpp"
#include "webhook/forwarder.hpp"

namespace glusterfs_exporter {

/// What the files hold that the configuration names.
struct Secrets {
  receive::Keys receive;
  webhook::CredentialsByTarget webhook;
  web::AccessRules access;
  exchange::ClusterCredentials cluster;
};

/// Whether there may be a Gluster on this machine: the program that `config` names, or glusterd's socket.
bool finds_gluster(const config::Config& config);

/// The program's parts, joined: Gluster's answers become pictures, pictures become pages, pages are served.
class App {
 public:
  /// `gluster_program` is the absolute path of the CLI; not used when only the sockets are asked, or when no
  /// collector is enabled.
  App(config::Config config, std::string gluster_program, Secrets secrets,
      std::shared_ptr<spdlog::logger> log);
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

  /// Stops collecting, ending commands that run, then serving. Within 5 s.
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

  /// Something was learnt that is in no picture yet.
  void note_news();
  void publish(const collect::Publisher::Picture& picture, const collect::Publisher::OwnReport& own);
  /// Viewers have something new. On any thread.
  void wake_streams();
  [[nodiscard]] nlohmann::json exporter_document() const;
  /// Null while this node's uuid is not known.
  std::shared_ptr<const std::string> node_document();
  /// What there is to watch now that the processes were read anew.
  void watch_processes();
  [[nodiscard]] std::optional<std::string> service_discovery() const;
  [[nodiscard]] std::string host_of_peer(std::string_view uuid) const;
  /// Counts what was posted, and says in the log why it was refused.
  receive::Reply noted(std::string_view receiver, const receive::Post& post, receive::Reply reply);
  void note_request(std::string_view route, int status);
  /// What the server asks about each request and answer.
  void set_access(web::ServerOptions& options);
  void log_access();

  const config::Config config_;
  const std::shared_ptr<spdlog::logger> log_;
  std::stop_source stopping_;
  metrics::ExporterMetrics own_metrics_;
  metrics::Renderer renderer_;
  Latest<metrics::Page> page_;
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
  gluster::CliSource cli_;
  gluster::ChosenGlusterd glusterd_;
  gluster::ThisNode this_node_;
  exchange::Herald herald_;
  exchange::Neighbours neighbours_;
  std::atomic<std::chrono::steady_clock::time_point>
      unpublished_since_{};                  ///< the clock's start: nothing waits
  std::atomic<std::uint64_t> answered_ = 0;  ///< requests
  collect::FactStore facts_;
  collect::Publisher publisher_;
  collect::Scheduler scheduler_;
  gluster::local::DeathWatch death_watch_;
  receive::AlertList alert_list_;
  const web::Access::OwnTokens own_tokens_;
  receive::Alerts alerts_;
  receive::GlusterEvents gluster_events_;
  std::unique_ptr<hub::Hub> hub_;      ///< null when this is none
  TokenBucket refusals_{5, 1.0 / 60};  ///< those that the log is told of
  std::mutex refusals_mutex_;
  webhook::Forwarder forwarder_;
  std::unique_ptr<web::WebSettingsFile> web_settings_;  ///< null without a web config
  web::Access access_;
  std::unique_ptr<web::Server> server_;
  std::atomic<web::Server*> serving_ = nullptr;  ///< the same, for threads that run while it starts
};

}  // namespace glusterfs_exporter

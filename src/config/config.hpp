#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/log_format.hpp"
#include "config/webhook.hpp"

namespace glusterfs_exporter::config {

/// What a collector does when nobody says otherwise. Names are unique and consist of [a-z_].
struct CollectorDefaults {
  std::string_view name;
  std::string_view help;  ///< one line for --help
  bool enabled;
  std::chrono::milliseconds interval;
};

struct CollectorSettings {
  bool enabled = true;
  std::chrono::milliseconds interval{};  ///< from the start of one run to the start of the next
};

using glusterfs_exporter::LogFormat;

/// Which way Gluster is asked.
enum class SourceChoice : std::uint8_t {
  automatic,  ///< the daemons' sockets and the kernel; the CLI for what those cannot tell
  rpc,        ///< the same without ever the CLI
  cli,        ///< the CLI alone
};

/// Whether this exporter speaks for the cluster, besides for its own node.
enum class LeaderChoice : std::uint8_t {
  automatic,  ///< one of the cluster's exporters does: see collect/leader.hpp
  always,
  never,
};

/// What of this program is read together: `metrics` is the page of metrics, `node` what exporters of a
/// cluster read of each other, `discovery` /sd, `health` /-/healthy and /-/ready, `page` all else.
inline constexpr std::array<std::string_view, 5> kReadGroups = {"metrics", "page", "node", "discovery",
                                                                "health"};
inline constexpr std::array<std::string_view, 3> kPostGroups = {"alerts", "gluster_events", "reload"};

/// Words that lists of names may hold in place of names.
inline constexpr std::string_view kAnyone = "anyone";
inline constexpr std::string_view kSignedIn = "signed_in";  ///< any user or token, but not the cluster's
inline constexpr std::string_view kLoopback = "loopback";   ///< programs on this machine
inline constexpr std::string_view kCluster = "cluster";     ///< who sends cluster.token_file's token

/// Everything a user can set. A default-constructed one, with the collectors' defaults filled in, is what the
/// program does without flags and file. A value, immutable once read; safe to share between threads.
struct Config {
  struct Web {
    std::string listen_address = "0.0.0.0:9713";  ///< numeric IPv4 address and port
    std::string telemetry_path = "/metrics";
    std::size_t max_viewers = 200;  ///< streams at a time; each has a thread from the start on
    std::string config_file;        ///< exporter-toolkit's, see WebConfig; empty for none
  } web;

  /// Who may read and post what, beyond what the web config says of users. docs/access.md tells how the parts
  /// go together.
  struct Access {
    using Lists = std::map<std::string, std::vector<std::string>, std::less<>>;
    std::map<std::string, std::string, std::less<>> token_files;  ///< absolute paths, by the user's names
    Lists read;  ///< names of users and tokens by one of kReadGroups; holds only what was set
    Lists post;  ///< likewise by one of kPostGroups
  } access;

  struct Gluster {
    std::string path = "gluster";  ///< the CLI: an absolute path, or a name to look up
    std::string socket;            ///< glusterd's socket; empty means the one built into the CLI
    SourceChoice source = SourceChoice::automatic;
    /// Deadlines, by what the command does: asks the local glusterd; runs a transaction on all peers; crawls
    /// bricks.
    std::chrono::milliseconds query_timeout = std::chrono::seconds(20);
    std::chrono::milliseconds transaction_timeout = std::chrono::seconds(120);
    std::chrono::milliseconds crawl_timeout = std::chrono::minutes(10);
  } gluster;

  struct Cluster {
    LeaderChoice leader = LeaderChoice::automatic;
    std::uint16_t exporter_port = 0;  ///< of the other nodes' exporters; 0 means the one this program has
    std::string token_file;           ///< absolute path; what they send each other
    /// How the others are reached when their web configs turn TLS on; all empty: by plain HTTP. Absolute
    /// paths.
    struct Tls {
      std::string ca_file;
      std::string cert_file;
      std::string key_file;
      std::string server_name;  ///< that all certificates have; empty: each its host's
    } tls;
  } cluster;

  struct Log {
    std::string level = "info";  ///< debug, info, warn, error
    LogFormat format = LogFormat::logfmt;
  } log;

  /// Who may post Gluster's events. Both empty: programs on this machine.
  struct GlusterEvents {
    std::string token_file;   ///< absolute path; what `gluster-eventsapi webhook-add -t` was given
    std::string secret_file;  ///< likewise; what its -s was given
  } gluster_events;

  struct Alerts {
    std::string token_file;  ///< who may post alerts; empty: programs on this machine
    /// An alert that is not told of again for so long is taken for over.
    std::chrono::milliseconds expire_after = std::chrono::hours(6);
  } alerts;

  /// Whether other clusters' exporters may push their documents here, to be shown beside this one's.
  bool hub = false;

  /// A cluster whose exporters push to this hub. Its name is the user's.
  struct PushedCluster {
    std::string token_file;  ///< absolute path; what its exporters send as bearer token
  };
  std::map<std::string, PushedCluster, std::less<>> pushed_clusters;

  Webhook webhook;

  struct Top {
    std::size_t files = 10;  ///< how many files per brick and call
  } top;

  /// Options shown in glusterfs_volume_option_info when they are set on a volume.
  std::vector<std::string> volume_options;

  std::map<std::string, CollectorSettings, std::less<>> collectors;  ///< one entry per known collector

  /// Where a setting came from, for messages: "web.listen_address" → "/etc/x.yml:3", "--web.listen-address"
  /// or "default". Holds only what was set by file or flag.
  std::map<std::string, std::string, std::less<>> origins;

  /// `origins[key]`, or "default".
  [[nodiscard]] std::string origin(std::string_view key) const;
};

/// What is wrong with what the user wrote: one line, fit for standard error as it is.
struct ConfigError {
  std::string place;    ///< "file.yml:12", "--web.listen-address", "default"
  std::string message;  ///< what is wrong and what would be right
};

/// What the command line asks for.
struct Invocation {
  enum class Action {
    serve,         ///< run until told to stop
    once,          ///< print one page and exit
    check_config,  ///< say whether the configuration is good and exit
    print,         ///< print `text`, which ends with a newline, and exit 0 (--help, --version)
  };
  Action action = Action::serve;
  std::string text;
  Config config;
};

/// The built-in configuration for these collectors.
Config default_config(std::span<const CollectorDefaults> collectors);

/// Reads flags and, when --config.file names one, the YAML file; flags override the file. Reads files,
/// nothing else.
std::expected<Invocation, ConfigError> read_invocation(int argc, const char* const* argv,
                                                       std::span<const CollectorDefaults> collectors);

/// Applies one YAML document to `config`. `file` names it in messages. Strict: unknown keys, repeated keys
/// and values of a wrong type or out of range are errors that name the line. On error `config` is
/// unspecified.
std::expected<void, ConfigError> apply_yaml(std::string_view text, const std::string& file, Config& config);

}  // namespace glusterfs_exporter::config

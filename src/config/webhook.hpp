#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

/// Where documents are sent, as the configuration says it.
namespace glusterfs_exporter::config {

class YamlMapping;

inline constexpr std::size_t kMaxWebhookTargets = 16;  ///< each has a thread

/// What is sent.
enum class WebhookFormat : std::uint8_t {
  state,              ///< "glusterfs_exporter/v1": the document of /api/v1/state
  changes,            ///< "changes": what is other than in the document sent before
  gluster_dashboard,  ///< "gluster-dashboard": what receivers of an older exporter expect
};

/// Which exporters of a cluster send.
enum class WebhookSender : std::uint8_t {
  leader,  ///< the one that leads
  always,  ///< each
};

/// Somebody who is sent documents. Paths are absolute, or empty for none.
struct WebhookTarget {
  std::string url;  ///< http or https, without a user
  WebhookFormat format = WebhookFormat::state;
  std::chrono::milliseconds interval{};  ///< 0: only on a change
  bool on_change = false;                ///< also as soon as something happens
  WebhookSender send = WebhookSender::leader;
  std::map<std::string, std::string, std::less<>> headers;
  std::string bearer_token_file;
  std::string username;  ///< with password_file
  std::string password_file;
  std::string signing_secret_file;
  std::string ca_file;  ///< instead of the system's
  std::string cert_file;
  std::string key_file;
  std::chrono::milliseconds timeout = std::chrono::seconds(10);  ///< of one attempt
  bool gzip = false;
  std::size_t queue_limit_bytes = std::size_t{16} << 20U;

  bool operator==(const WebhookTarget&) const = default;
};

struct Webhook {
  std::string spool_directory;  ///< absolute; empty: what waits is kept in memory
  std::map<std::string, WebhookTarget, std::less<>> targets;

  bool operator==(const Webhook&) const = default;
};

/// Reads the part of the file that is called webhook.
void read_webhook(YamlMapping& yaml, Webhook& webhook);

}  // namespace glusterfs_exporter::config

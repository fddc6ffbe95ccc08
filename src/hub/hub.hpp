#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/token_bucket.hpp"
#include "hub/newest.hpp"
#include "live/feed.hpp"
#include "receive/post.hpp"

namespace spdlog {
class logger;
}

namespace glusterfs_exporter::hub {

inline constexpr std::string_view kClustersSchema = "glusterfs_exporter/clusters/v1";

inline constexpr std::size_t kMaxPushBytes = std::size_t{8} << 20U;       ///< of a body as it is sent
inline constexpr std::size_t kMaxDocumentBytes = std::size_t{32} << 20U;  ///< of one unpacked

/// A document that is posted. Refers to the request.
struct Push {
  enum class Encoding : std::uint8_t { none, gzip, unknown };

  receive::Post post;
  bool is_json = true;  ///< says its Content-Type
  Encoding encoding = Encoding::none;
};

/// Keeps the newest document of each of some clusters, which their exporters push, for the page and for
/// nobody else: no metric is made of them. In memory only. Thread-safe.
class Hub {
 public:
  using SystemTime = Newest::SystemTime;
  using SteadyTime = Newest::SteadyTime;

  struct Parts {
    std::shared_ptr<spdlog::logger> log;
    std::function<void()> on_news;  ///< a feed has something new; on any thread
    std::string_view page_version;  ///< of the page that shows all this
  };

  /// `tokens` by the clusters' names: who sends one speaks for that cluster. All tokens differ.
  Hub(const std::map<std::string, std::string, std::less<>>& tokens, Parts parts);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  Hub(Hub&&) = delete;
  Hub& operator=(Hub&&) = delete;

  /// Who speaks for which cluster from now on. What is known of clusters that are not among them any more is
  /// shown no longer.
  void set_tokens(const std::map<std::string, std::string, std::less<>>& tokens);

  /// Takes a document if it is news of its cluster. One is read at a time, for each may need much memory;
  /// some wait, more are turned away.
  receive::Reply take(const Push& push, SystemTime now = std::chrono::system_clock::now(),
                      SteadyTime steady_now = std::chrono::steady_clock::now());

  /// What summary_of says of the hub's own cluster, after each new picture.
  void set_own(nlohmann::json summary);

  /// The states of a cluster, as pushed; null for a name that is none. As long-lived as the hub, whether or
  /// not the cluster is still one of its. Nothing is in it before the first document.
  [[nodiscard]] const live::Feed* feed_of(std::string_view cluster) const;

  /// The document of all clusters: docs/schema/clusters.v1.json.
  [[nodiscard]] const live::Feed& clusters() const { return clusters_feed_; }

 private:
  struct Cluster;

  Cluster* cluster_of(const receive::Post& post) const;
  receive::Reply take_document(Cluster& cluster, const Push& push, SystemTime now, SteadyTime steady_now);
  void publish_clusters(SystemTime now);  // with summaries_mutex_

  const Parts parts_;
  mutable std::mutex clusters_mutex_;
  std::map<std::string, std::unique_ptr<Cluster>, std::less<>> clusters_;  // none ever leaves
  std::atomic<int> readers_ = 0;                                           // that read or wait to
  std::mutex reading_;                                                     // taken before the other
  std::mutex summaries_mutex_;
  nlohmann::json summaries_ = nlohmann::json::object();
  live::Feed clusters_feed_;
};

}  // namespace glusterfs_exporter::hub

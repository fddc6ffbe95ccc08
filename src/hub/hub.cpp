#include "hub/hub.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "common/time_text.hpp"
#include "hub/cluster_summary.hpp"
#include "hub/gunzip.hpp"
#include "hub/pushed_document.hpp"
#include "receive/gate.hpp"
#include "receive/jwt.hpp"
#include "receive/keys.hpp"

namespace glusterfs_exporter::hub {
namespace {

using nlohmann::json;
using receive::Outcome;
using receive::Reply;

/// A document every few seconds, and some more when much happens at once.
constexpr double kPushesAtOnce = 20;
constexpr double kPushesPerSecond = 5;

/// The server has eight threads for all that is no stream; pages and metrics need some.
constexpr int kMaxReaders = 4;

/// Of the changes that viewers may have missed. There may be a hundred clusters.
constexpr live::Feed::Limits kFeedLimits{.changes = 256, .bytes = std::size_t{4} << 20U};

Reply too_large(std::string_view problem) {
  return {.outcome = Outcome::too_large, .status = 413, .text = fmt::format("413 {}.\n", problem)};
}

Reply not_supported(std::string_view problem) {
  return {.outcome = Outcome::malformed, .status = 415, .text = fmt::format("415 {}.\n", problem)};
}

Reply too_many() {
  return {.outcome = Outcome::rate_limited,
          .status = 429,
          .text = "429 too many documents. The newest is enough; try again in a second.\n"};
}

/// Somebody who reads a document or waits to.
struct Reader {
  explicit Reader(std::atomic<int>& readers) : count(readers), number(++readers) {}
  ~Reader() { --count; }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  Reader(Reader&&) = delete;
  Reader& operator=(Reader&&) = delete;

  std::atomic<int>& count;
  const int number;
};

/// How often a cluster tells of itself: the second longest of the last times between two documents. What
/// happens makes some of them short, and one may be long because the hub could not be reached.
class Pace {
 public:
  void take(Hub::SteadyTime now) {
    times_.push_back(now);
    constexpr std::size_t kRemembered = 17;
    if (times_.size() > kRemembered) {
      times_.pop_front();
    }
  }

  /// Nothing before the second document.
  [[nodiscard]] std::optional<double> seconds() const {
    std::vector<double> gaps;
    for (std::size_t i = 1; i < times_.size(); ++i) {
      gaps.push_back(std::chrono::duration<double>(times_[i] - times_[i - 1]).count());
    }
    if (gaps.empty()) {
      return std::nullopt;
    }
    std::ranges::sort(gaps, std::greater());
    return gaps.size() == 1 ? gaps[0] : gaps[1];
  }

 private:
  std::deque<Hub::SteadyTime> times_;
};

}  // namespace

struct Hub::Cluster {
  Cluster(std::string cluster_name, std::string cluster_token)
      : name(std::move(cluster_name)), token(std::move(cluster_token)) {}

  const std::string name;
  std::string token;  // with clusters_mutex_; empty: nobody speaks for it
  live::Feed feed{live::random_epoch(), kFeedLimits};
  std::mutex rate_mutex;
  TokenBucket rate{kPushesAtOnce, kPushesPerSecond};
  // With reading_.
  Newest newest;
  Pace pace;
  std::string sender;
};

Hub::Hub(const std::map<std::string, std::string, std::less<>>& tokens, Parts parts)
    : parts_(std::move(parts)) {
  set_tokens(tokens);
}

Hub::~Hub() = default;

void Hub::set_tokens(const std::map<std::string, std::string, std::less<>>& tokens) {
  const std::scoped_lock lock(clusters_mutex_, summaries_mutex_);
  for (const auto& [name, token] : tokens) {
    auto& cluster = clusters_[name];
    if (cluster == nullptr) {
      cluster = std::make_unique<Cluster>(name, token);
    }
    cluster->token = token;
    if (!summaries_.contains(name)) {
      summaries_[name] = {{"local", false}};
    }
  }
  for (const auto& [name, cluster] : clusters_) {
    if (!tokens.contains(name)) {
      cluster->token.clear();
      summaries_.erase(name);
    }
  }
  publish_clusters(std::chrono::system_clock::now());
}

Hub::Cluster* Hub::cluster_of(const receive::Post& post) const {
  const auto bearer = receive::bearer_of(post.authorization);
  Cluster* found = nullptr;
  const std::scoped_lock lock(clusters_mutex_);
  for (const auto& [name, cluster] : clusters_) {
    // All of them, so that the time does not tell which one it is.
    const bool is_it = !cluster->token.empty() && receive::is_same_secret(bearer, cluster->token);
    found = is_it ? cluster.get() : found;
  }
  return found;
}

Reply Hub::take(const Push& push, SystemTime now, SteadyTime steady_now) {
  if (receive::bearer_of(push.post.authorization).empty()) {
    return receive::unauthorized("a header 'Authorization: Bearer TOKEN' is missing");
  }
  auto* const cluster = cluster_of(push.post);
  if (cluster == nullptr) {
    return receive::unauthorized("the token is none of those in push.clusters");
  }
  if (!push.is_json) {
    return not_supported("the Content-Type must be application/json");
  }
  if (push.encoding == Push::Encoding::unknown) {
    return not_supported("the Content-Encoding must be gzip, or none");
  }
  {
    const std::scoped_lock lock(cluster->rate_mutex);
    if (!cluster->rate.take(steady_now)) {
      return too_many();
    }
  }
  const Reader reader(readers_);
  if (reader.number > kMaxReaders) {
    return too_many();
  }
  auto reply = [&] {
    const std::scoped_lock lock(reading_);
    return take_document(*cluster, push, now, steady_now);
  }();
  if (reply.outcome == Outcome::accepted) {
    parts_.on_news();
  }
  return reply;
}

Reply Hub::take_document(Cluster& cluster, const Push& push, SystemTime now, SteadyTime steady_now) {
  Result<std::string> unpacked = std::string();
  if (push.encoding == Push::Encoding::gzip) {
    unpacked = gunzip(push.post.body, kMaxDocumentBytes);
    if (!unpacked) {
      return unpacked.error().kind == ErrorKind::oversize ? too_large(unpacked.error().context)
                                                          : receive::malformed(unpacked.error().context);
    }
  }
  auto document = read_pushed_document(push.encoding == Push::Encoding::gzip ? std::string_view(*unpacked)
                                                                             : push.post.body);
  if (!document) {
    return receive::malformed(document.error().context);
  }
  switch (cluster.newest.judge(document->sender, document->taken_at, now, steady_now)) {
    case Newest::Verdict::repeated:
      return receive::duplicate("told already; nothing changed\n");
    case Newest::Verdict::older:
      return receive::duplicate("older than what is known; nothing changed\n");
    case Newest::Verdict::taken:
      break;
  }
  auto summary = summary_of(document->json);
  if (cluster.sender != document->sender) {
    parts_.log->info("cluster {}: told of by the exporter on {}", cluster.name,
                     summary.value("sender", "a node without a name"));
    cluster.sender = document->sender;
  }
  cluster.pace.take(steady_now);
  summary["received_at"] = write_time(now);
  if (const auto seconds = cluster.pace.seconds()) {
    summary["interval_seconds"] = *seconds;
  }
  cluster.feed.publish(std::move(document->json), now);
  const std::scoped_lock lock(clusters_mutex_, summaries_mutex_);
  if (cluster.token.empty()) {
    return receive::accepted("taken, and not shown: the cluster is none of this hub's any more\n");
  }
  summaries_[cluster.name] = std::move(summary);
  publish_clusters(now);
  return receive::accepted("taken\n");
}

void Hub::set_own(json summary) {
  const std::scoped_lock lock(summaries_mutex_);
  summaries_[receive::kOwnCluster] = std::move(summary);
  publish_clusters(std::chrono::system_clock::now());
}

const live::Feed* Hub::feed_of(std::string_view cluster) const {
  const std::scoped_lock lock(clusters_mutex_);
  const auto found = clusters_.find(cluster);
  return found == clusters_.end() ? nullptr : &found->second->feed;
}

void Hub::publish_clusters(SystemTime now) {
  clusters_feed_.publish({{"schema", kClustersSchema},
                          {"taken_at", write_time(now)},
                          {"page_version", parts_.page_version},
                          {"clusters", summaries_}},
                         now);
}

}  // namespace glusterfs_exporter::hub

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "common/error.hpp"

namespace glusterfs_exporter::exchange {

inline constexpr std::size_t kMaxAnswerBytes = std::size_t{8} << 20U;     ///< of one URL, uncompressed
inline constexpr std::size_t kMaxAnswersBytes = std::size_t{128} << 20U;  ///< of one call, all together
inline constexpr std::size_t kMaxHeaderBytes = std::size_t{64} << 10U;    ///< of one answer
inline constexpr std::size_t kMaxTransfers = 64;                          ///< at once

/// What the exporters of a cluster show each other, and how they know each other. Paths are absolute, or
/// empty for none.
struct ClusterCredentials {
  std::string token;    ///< sent as bearer token; empty for none
  std::string ca_file;  ///< who signed the others' certificates; empty: plain HTTP
  std::string cert_file;
  std::string key_file;
  std::string server_name;  ///< in all certificates; empty: each has its host's

  [[nodiscard]] bool tls() const { return !ca_file.empty(); }
};

/// Gets documents over HTTP, many at a time. For one thread at a time.
///
/// Takes http and https only, follows no redirect, uses no proxy whatever the environment says, keeps no
/// cookies, and uses no signals. The token is sent
/// to each URL. A connection is closed after its answer: calls are
/// seldom, and the other side may have few threads to hold connections with. Names are resolved on threads of
/// libcurl's; one that hangs is left behind at the deadline and ends when the resolver gives up.
class Fetcher {
 public:
  using OnEnd = std::function<void(std::size_t index, std::chrono::duration<double> took)>;

  /// When `stop` is requested a call returns at once, and so do all later ones.
  explicit Fetcher(std::stop_token stop, ClusterCredentials credentials = {});
  ~Fetcher();

  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;
  Fetcher(Fetcher&&) = delete;
  Fetcher& operator=(Fetcher&&) = delete;

  /// The bodies of the answers with status 200, in the order of `urls`. `timeout` (at least 1 ms is given) is
  /// for each URL, from its start to the end of its answer; beyond kMaxTransfers a URL starts when another
  /// one has ended.
  ///
  /// Errors: connect (not reachable, refused, no such name, broken off, not a URL that is taken), timeout,
  /// exit (another status), oversize, parse (not an answer in HTTP), cancelled. The context names the URL.
  /// `on_end` is called with each transfer's place in `urls` and how long it took.
  std::vector<Result<std::string>> fetch(std::span<const std::string> urls, std::chrono::milliseconds timeout,
                                         const OnEnd& on_end = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace glusterfs_exporter::exchange

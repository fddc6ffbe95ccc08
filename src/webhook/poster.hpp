#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "config/webhook.hpp"

namespace glusterfs_exporter::webhook {

/// What the files hold that a target's configuration names; empty where it names none.
struct Credentials {
  std::string bearer_token;
  std::string password;
  std::string signing_key;

  bool operator==(const Credentials&) const = default;
};

/// What came of one attempt.
struct Attempt {
  enum class Result : std::uint8_t {
    delivered,  ///< 2xx
    rejected,   ///< another answer: trying again would not help
    failed,     ///< nobody there, no answer in time, 429 or 5xx: to be tried again
    stopped,    ///< this program is ending
  };
  Result result = Result::failed;
  std::string_view reason;  ///< "" or a value of the label `reason`: connect, timeout, status
  std::string text;         ///< one line for the log
  std::optional<std::chrono::milliseconds> retry_after;
};

/// Posts documents to one target over a connection that is kept. Follows redirects (307, 308) within the same
/// scheme, host and port only, uses no proxy whatever the environment says, keeps no cookies. For one thread.
class Poster {
 public:
  /// When `stop` is requested an attempt ends within a second.
  Poster(config::WebhookTarget target, Credentials credentials, std::stop_token stop);
  ~Poster();
  Poster(const Poster&) = delete;
  Poster& operator=(const Poster&) = delete;
  Poster(Poster&&) = delete;
  Poster& operator=(Poster&&) = delete;

  /// `id` and `body` of a delivery, the same each time it is tried.
  Attempt post(const std::string& id, const std::string& body);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace glusterfs_exporter::webhook
